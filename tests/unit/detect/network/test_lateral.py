"""Lateral movement: many machines entered, or one medical device by another."""

from __future__ import annotations

from garde.detect.network.lateral import LATERAL, SHELLS, SPREAD
from tests.lookouts import Scene


def test_who_enters_many_machines_by_rdp_spreads() -> None:
    scene = Scene(LATERAL)
    for number in range(SPREAD):
        scene.tried("10.0.0.1", f"10.0.0.{number + 20}", 3389)
    assert scene.rules.count("lateral.spread") == 1
    assert scene.threats[-1].technique == "T1021.001"
    assert len(scene.threats[-1].peers) == SPREAD


def test_a_client_of_one_file_server_does_not_spread() -> None:
    scene = Scene(LATERAL)
    for _ in range(50):
        scene.tried("10.0.0.1", "10.0.0.20", 445)
    assert scene.rules == ["lateral.device"]


def test_a_manager_of_switches_is_none_until_it_opens_very_many_shells() -> None:
    scene = Scene(LATERAL)
    for number in range(SHELLS - 1):
        scene.tried("10.0.0.1", f"10.0.0.{number + 20}", 22)
    assert "lateral.spread" not in scene.rules
    scene.tried("10.0.0.1", "10.0.1.1", 22)
    assert scene.rules.count("lateral.spread") == 1


def test_refused_doors_and_the_internet_are_no_lateral_movement() -> None:
    scene = Scene(LATERAL)
    for number in range(20):
        scene.tried("10.0.0.1", f"10.0.0.{number + 20}", 445, answered=False)
        scene.tried("10.0.0.1", f"203.0.114.{number + 1}", 22)
    assert scene.rules == []
