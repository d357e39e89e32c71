"""The ways from the command line: asked by what people call a device, answered in words and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from garde import attacking
from garde.app import open_store
from garde.errors import Malformed, Missing, Unreachable
from garde.model.zones.zone import Conduit, Rule, Zone, drafted
from tests.unit.pipeline.risk.test_attacks import DEVICES, TALKS


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'garde.db'}"
    store = open_store(address)
    with store.begin() as unit:
        unit.put([*DEVICES, *TALKS])
    store.close()
    return address


def test_words_and_json(url: str) -> None:
    found = attacking.ways("internet", ["computer:information"], store=url, config=None)
    text = attacking.as_text(found).splitlines()
    assert text[0].startswith("1. ") and "-tls/445-> d-4 (EHR, information)" in text[0]
    assert "Closed computer to information: 1 of 2 paths vanish" in text[3]
    assert text[-1] == "No path leads any more to d-4"
    record = json.loads(attacking.as_json(found))
    assert record["from"] == "internet" and record["targets"] == ["d-3", "d-4"]
    assert record["effect"]["before"] > record["effect"]["after"] > 0


def test_what_closing_would_do_is_told_unasked(url: str) -> None:
    text = attacking.as_text(attacking.ways("internet", store=url, config=None)).splitlines()
    assert text[2] == "Closing internet to computer cuts 2; the likeliest left is 0 %"
    assert len(text) == 2 + 4


def test_a_device_by_its_address(url: str) -> None:
    found = attacking.ways("10.0.0.2", store=url, config=None)
    assert len(found.ways) == 1 and found.start == "d-2"
    assert attacking.as_text(attacking.ways("d-4", store=url, config=None)).startswith("No path leads from d-4")
    with pytest.raises(Missing):
        attacking.ways("10.0.0.99", store=url, config=None)


def test_a_policy_from_a_file(url: str, tmp_path: Path) -> None:
    zones = [Zone(name="A", fr="a", en="a", networks=("10.0.0.0/8",))]
    rule = Rule(source="kind:PACS", target="kind:EHR", protocol="tcp", low=443, high=443)
    file = tmp_path / "policy.json"
    file.write_bytes(msgspec.json.encode(drafted("p", 0, zones, [Conduit(source="A", target="A", rules=(rule,))])))
    found = attacking.ways("d-2", to=["EHR"], policy=file, store=url, config=None)
    assert [path.words for path in found.ways] == ["d-2 > d-3 > d-4"]
    file.write_text("{")
    with pytest.raises(Malformed):
        attacking.ways("d-2", policy=file, store=url, config=None)
    with pytest.raises(Unreachable):
        attacking.ways("d-2", policy=tmp_path / "absent", store=url, config=None)
