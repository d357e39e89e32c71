"""The contract of garde probe, and whom it does not reach."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from garde.app import opened
from garde.config import Config
from garde.errors import Malformed, Missing, Refused, Unreachable
from garde.model.key import Key
from garde.model.rhythm import Rhythm, used
from garde.model.zones.action import ALL, Freeze
from garde.probed import as_record, as_text, options_of, probed
from tests.hostile import hostile
from tests.response import device


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return f"sqlite:///{tmp_path / 'garde.db'}"


def put(url: str, *records: object) -> None:
    with opened(Config(), url) as (store, _), store.begin() as unit:
        unit.put(records)  # type: ignore[arg-type]


def test_an_address_of_this_machine(url: str) -> None:
    with hostile("hang") as port:
        result = probed("127.0.0.1", "tcp", port=port, store=url)
    record = as_record(result)
    assert (record["state"], record["code"], record["port"]) == ("up", "ok", port)
    assert set(record) == {"probe", "target", "port", "at", "state", "code", "message", "metrics", "evidence"}
    assert as_text(result).startswith(f"UP  tcp  127.0.0.1 port {port}")


@pytest.mark.parametrize(
    ("kind", "probe", "code"),
    [("VENT_ICU", "tls", "probe.rp0"), ("MON_BED", "tcp", "probe.rp0"), ("PACS", "dicom-echo", "probe.rp1"),
     ("US", "dicom-echo", "probe.use-unknown")],
)  # fmt: skip
def test_a_device_that_the_policy_forbids(url: str, kind: str, probe: str, code: str) -> None:
    with hostile("hang") as port:
        put(url, device("d-1", "127.0.0.1", kind))
        for target in ("127.0.0.1", "d-1", "::ffff:127.0.0.1"):
            with pytest.raises(Refused, match=code):
                probed(target, probe, port=port, known=True, store=url)


def test_a_device_in_use(url: str) -> None:
    put(url, device("d-1", "127.0.0.1", "US"), used(Rhythm(id="ip:127.0.0.1"), "dicom", time.time_ns()))
    with pytest.raises(Refused, match="in-use"):
        probed("d-1", "dicom-echo", store=url)


def test_the_switch_that_suspends_all(url: str) -> None:
    put(url, Freeze(id=ALL, on=True, person="x", reason="y"))
    with pytest.raises(Refused, match="probe.frozen"):
        probed("127.0.0.1", "tcp", store=url)


def test_the_site_approves_its_archive_by_name(url: str, tmp_path: Path) -> None:
    put(url, device("d-1", "127.0.0.1", "PACS"))
    rules, settings = tmp_path / "probes.toml", tmp_path / "garde.toml"
    rules.write_text('[[approval]]\nkinds = ["PACS"]\nprobes = ["tcp"]\nby = "DSI"\n')
    settings.write_text(f'[probe]\napprovals = "{rules}"\n')
    with hostile("hang") as port:
        assert probed("d-1", "tcp", port=port, store=url, config=settings).state == "up"
        with pytest.raises(Refused, match="probe.rp1"):
            probed("d-1", "http", port=port, store=url, config=settings)
        rules.write_text('[[never]]\nobject = "device:d-1"\nby = "x"\n')
        with pytest.raises(Refused, match="no-active"):
            probed("d-1", "tcp", port=port, store=url, config=settings)
    rules.unlink()
    with pytest.raises(Unreachable, match="probe.approvals"):
        probed("d-1", "tcp", store=url, config=settings)


def test_an_unknown_address_of_the_site_may_be_a_ventilator(url: str, tmp_path: Path) -> None:
    settings = tmp_path / "garde.toml"
    settings.write_text('[site]\nnetworks = ["127.9.0.0/16"]\n')
    with pytest.raises(Refused, match="probe.unknown"):
        probed("10.1.2.3", "tcp", store=url)
    with hostile("refuse") as port:
        assert probed("127.0.0.1", "tcp", port=port, known=True, store=url, config=settings).code == "probe.refused"


def test_who_answers_to_no_name(url: str) -> None:
    with pytest.raises(Missing, match="probe.nobody"):
        probed("no-such-host.invalid", "tcp", store=url)
    with pytest.raises(Missing, match="dicom-echo"):
        probed("127.0.0.1", "dicom-ecko", store=url)
    put(url, device("d-2", "10.0.0.2", "PRINT").__class__(id="d-2", keys=(Key("mac", "00:09:fb:01:02:03"),)))
    with pytest.raises(Missing, match="probe.no-address"):
        probed("d-2", "tcp", store=url)


def test_options() -> None:
    assert options_of(["called=A=B", "x="]) == {"called": "A=B", "x": ""}
    with pytest.raises(Malformed, match="NAME=VALUE"):
        options_of(["called"])
    with pytest.raises(Malformed, match="timeout"):
        probed("127.0.0.1", "tcp", timeout=0.0)
