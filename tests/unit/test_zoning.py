"""A store or a capture gives a policy; the policy comes back from its JSON and is tried against the same days."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde import config as settings
from garde import zoning
from garde.app import replay
from garde.errors import Malformed, Missing, Unreachable
from garde.model.risk.matrix import Approval
from garde.model.zones.zone import Conduit, Rule, drafted
from garde.pipeline.shapes import SHAPES
from garde.ports import Shape
from garde.store.sqlite import open_sqlite
from garde.twin import DIRECTORY, make
from garde.zones.party import Party
from garde.zones.plan import packaged

RULE = Rule(source="any", target="zone:Z5", protocol="tcp", low=104, high=104, until=1_700_000_000_123_456_000)
POLICY = drafted(
    "first", 1_700_000_000_000_000_000, packaged().zones, [Conduit(source="Z2", target="Z5", rules=(RULE,))]
)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zoning") / "ward.pcap"
    make(devices=60, seed=7, out=path)
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


def test_a_store_and_the_capture_it_was_made_of_give_the_same_policy(capture: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    replay([capture], store=url)
    made = zoning.proposed(store=url, config=None, name="draft")
    assert made.policy.id == zoning.proposed([capture], store=None, config=None).policy.id
    assert made.rules > 10 and made.coverage.conversations > 0.8 and made.policy.name == "draft"
    tree = json.loads(zoning.as_json(made))
    assert tree["policy"]["at"].startswith("2026-03-10T") and {"review", "coverage", "over", "untested"} <= tree.keys()
    assert zoning.read_policy(zoning.as_json(made).encode()) == made.policy
    text = zoning.as_text(made)
    assert made.policy.id in text and "must-pass" in text


def test_what_is_proposed_is_tried_and_a_poorer_policy_breaks_more(capture: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    replay([capture], store=url)
    own = zoning.simulated(None, store=url, config=None)
    assert own["missing"] == [] and own["policy"] == zoning.proposed(store=url, config=None).policy.id
    assert own["locked"][0] == "window: 1/7" and not own["clean"]
    poor = tmp_path / "poor.json"
    poor.write_bytes(msgspec.json.encode(POLICY))
    found = zoning.simulated(poor, store=url, config=None)
    assert len(found["breaks"]) > len(own["breaks"]) and {one["must"] for one in found["missing"]} >= {"dns", "ntp"}
    assert found["since"].startswith("2026-03-10T") and found["breaks"][0]["last"].endswith("Z")
    text = zoning.as_lines(found)
    assert "Locked by" in text and found["breaks"][0]["id"] in text


def test_a_break_that_people_accepted_no_longer_locks(capture: Path, tmp_path: Path) -> None:
    place = tmp_path / "garde.db"
    replay([capture], store=f"sqlite:///{place}")
    before = zoning.simulated(None, store=f"sqlite:///{place}", config=None)
    one = next(one for one in before["breaks"] if one["response"] != "RP0")
    said = Approval(id="a-1", at=1, about=one["id"], person="k.morel", name="K. Morel", role="rssi")
    kept = open_sqlite(str(place), (*SHAPES, Shape(Approval, lambda said: str(said.id))))
    with kept.begin() as unit:
        unit.put([said])
    kept.close()
    after = zoning.simulated(None, store=f"sqlite:///{place}", config=None)
    assert set(before["locked"]) - set(after["locked"]) == {f"break: {one['id']}"}


def test_a_policy_survives_its_json_to_the_microsecond() -> None:
    assert zoning.read_policy(zoning.as_json(POLICY).encode()) == POLICY
    assert zoning.read_policy(msgspec.json.encode({"policy": POLICY})) == POLICY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"policy": 3}',
        b'{"id": "p-1"}',
        b"\xff",
        b"[" * 100_000,
        zoning.as_json(POLICY).encode().replace(b'"tcp"', b"6"),
        zoning.as_json(POLICY).encode().replace(b"2023-", b"soon-"),
    ],
    ids=["empty", "list", "number", "partial", "not-utf8", "deep", "type", "time"],
)
def test_what_is_no_policy_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        zoning.read_policy(data, "p.json")
    assert caught.value.code == "policy.json" and caught.value.where == "p.json"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        zoning.read_policy(data)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        zoning.simulated(tmp_path / "none.json", store="sqlite:///", config=None)
    with pytest.raises(Unreachable):
        zoning.proposed([tmp_path / "none.pcap"], store=None, config=None)


def test_an_empty_store_gives_an_empty_policy() -> None:
    made = zoning.proposed(store="sqlite:///", config=None)
    assert (made.rules, made.days, made.review) == (0, 0, ())


def test_whom_to_call_comes_from_the_directory() -> None:
    chosen = settings.parse(f'[site]\ndirectory = "{DIRECTORY}"')
    call = zoning.caller(chosen)
    assert call(Party(id="a", zone="Z1", ward="Réanimation A")) == ("Cadre de réanimation 4 33 10",)
    assert any("biomédical" in one for one in call(Party(id="a", zone="Z1", ward="Nulle part")))
    assert zoning.caller(settings.Config())(Party(id="a", zone="Z1", ward="Bloc")) == ("Bloc",)


def test_probes_of_the_site_are_no_breaks(capture: Path, tmp_path: Path) -> None:
    before = zoning.simulated(None, [capture], store=None, config=None)
    asking = next(one for one in before["breaks"] if one["name"] == "supervision")
    address = next(key["value"] for key in _keys(capture, asking["source"]) if key["kind"] == "ip")
    own = tmp_path / "garde.toml"
    own.write_text(f'[zones]\nprobes = ["{address}"]\n')
    after = zoning.simulated(None, [capture], store=None, config=own)
    assert not [one for one in after["breaks"] if one["source"] == asking["source"]]


def _keys(capture: Path, device: str) -> list[dict[str, str]]:
    rows = json.loads(replay([capture]).text("json"))["devices"]
    return next(row["keys"] for row in rows if row["id"] == device)  # type: ignore[no-any-return]
