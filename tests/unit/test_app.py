"""The composition root: addresses, finding a device, replay with and without a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde import app
from garde.errors import GardeError, Malformed, Missing
from garde.model.device import Device
from garde.model.key import Key
from tests.makers import device

CAPTURE = Path(__file__).parents[1] / "captures" / "dicom" / "dicom.pcap"


def test_a_replay_keeps_nothing_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    report = app.replay([CAPTURE])
    assert report.devices and report.unreadable == 0
    assert set(report.stats) == {"packets", "bytes", "flows", "seconds", "lost"}
    assert list(tmp_path.iterdir()) == []


def test_a_replay_into_a_store_gives_the_same_devices(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    assert app.replay([CAPTURE], store=url).devices == app.replay([CAPTURE]).devices
    assert app.verify(store=url) == []


def test_a_file_that_is_no_capture_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    report = app.replay([tmp_path / "note.txt", tmp_path / "absent.pcap", CAPTURE])
    assert report.unreadable == 2
    assert report.devices
    assert "note.txt" in report.trouble[0] and "absent.pcap" in report.trouble[1]


@pytest.mark.parametrize("form", ["json", "csv", "table"])
def test_a_report_has_three_forms(form: str) -> None:
    assert app.replay([CAPTURE]).text(form)


@pytest.mark.parametrize(
    ("opening", "url"), [(app.open_store, "mysql://x"), (lambda url: app.open_bus(url, None), "kafka:")]
)
def test_an_unknown_address_is_malformed(opening: object, url: str) -> None:
    with pytest.raises(Malformed):
        opening(url)  # type: ignore[operator]


def test_a_device_is_found_by_any_name(tmp_path: Path) -> None:
    kept = app.open_store(f"sqlite:///{tmp_path / 'garde.db'}")
    keys = (Key("mac", "00:09:fb:00:00:01"), Key("hostname", "ct01"), Key("serial", "acme|x1|SN7"))
    with kept.begin() as unit:
        unit.put([device(1, keys=keys), device(2)])
    for name in ("00-09-FB-00-00-01", "CT01", "SN7", "d-1"):
        assert app.find(kept, name).id == "d-1" if name != "d-1" else True
    with pytest.raises(Missing) as error:
        app.find(kept, "nobody")
    assert error.value.code == "device.unknown"


def test_two_devices_of_one_name_are_listed(tmp_path: Path) -> None:
    kept = app.open_store(f"sqlite:///{tmp_path / 'garde.db'}")
    with kept.begin() as unit:
        unit.put([device(number, keys=(Key("hostname", "pump"),)) for number in (1, 2)])
    with pytest.raises(Missing) as error:
        app.find(kept, "pump")
    assert (error.value.code, error.value.hint) == ("device.several", "d-1, d-2")


def test_why_and_devices_read_a_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    found = app.replay([CAPTURE], store=url).devices
    with_claims = next(one for one in found if one.claims)
    name = next(iter(with_claims.claims))
    assert "packet" in app.why(with_claims.id, name, "table", store=url)
    assert name in app.why(with_claims.id, name, "json", store=url)
    for form in ("json", "csv", "table"):
        assert app.devices(form, store=url)


def test_a_wrong_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "garde.toml").write_text("[web]\nprot = 1\n")
    with pytest.raises(GardeError, match="garde.toml, line 2"):
        app.replay([CAPTURE], config=tmp_path / "garde.toml")


def test_devices_are_nouns() -> None:
    assert all(isinstance(one, Device) for one in app.replay([CAPTURE]).devices)
