"""An attacker is cut off a pump in use on a real gateway once somebody agreed; nothing else is, and then it is over."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.enforcers.containment import Containment
from garde.evidence.verify import breaks
from tests.response import Under, device
from tests.wards import ATTACKER, PUMP, SERVER, Wards, routed


@pytest.fixture
def wards(tmp_path: Path) -> Iterator[Wards]:
    with routed(tmp_path) as one:
        yield one


def test_from_a_judgement_to_a_path_that_is_cut_and_back(wards: Wards) -> None:
    pump, server = device("d-pump", PUMP, "INF_SYR", ward="Réa A"), device("d-srv", SERVER, "SERVER")
    scene = Under(pump, server, enforcers=(Containment(wards.gateway),))  # type: ignore[arg-type]
    scene.talk(PUMP, SERVER, "hl7")
    scene.attack("threat.pump.command", "d-pump", peer=ATTACKER)
    scene.act()
    # Nobody knows what is at that address: it might be the pump's own gateway, so somebody must agree.
    assert scene.one("cut").status == "waiting" and wards.reaches(ATTACKER, PUMP)
    for action in scene.actions("cut", "block"):
        scene.decide("approve", action, "anna", value="rssi")
    scene.act()
    assert [one.status for one in scene.actions("cut", "block")] == ["done", "done"]
    assert not wards.reaches(ATTACKER, PUMP) and not wards.reaches(ATTACKER, SERVER)
    assert wards.reaches(PUMP, SERVER)
    listed = subprocess.run([*wards.gateway, "nft", "list", "ruleset"], capture_output=True, text=True, check=True)
    assert SERVER not in listed.stdout
    scene.later(61)
    scene.act()
    assert wards.reaches(ATTACKER, PUMP)
    assert [one.status for one in scene.actions("cut", "block")] == ["undone", "undone"]
    with scene.store.snapshot() as look:
        assert list(breaks(look)) == []
    scene.close()
