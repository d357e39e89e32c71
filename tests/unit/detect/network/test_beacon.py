"""Beacons: as regular as a clock, towards the Internet."""

from __future__ import annotations

import random

import pytest

from garde.detect.network.beacon import BEACON, LEAST, evenness, regularity, skew
from tests.lookouts import Scene

C2 = "93.184.216.34"


@pytest.mark.parametrize("jitter", [0.0, 0.1])
def test_connections_at_fixed_intervals_are_a_beacon(jitter: float) -> None:
    scene, chance = Scene(BEACON), random.Random(1)
    for _ in range(30):
        scene.tried("10.0.0.1", C2, 443, sent=400, received=300)
        scene.wait(59 + chance.uniform(-60 * jitter, 60 * jitter))
    assert scene.rules[0] == "beacon.regular"
    assert scene.threats[0].peers[0].value == C2


def test_a_person_who_reads_pages_is_no_beacon() -> None:
    scene, chance = Scene(BEACON), random.Random(2)
    for _ in range(200):
        scene.tried("10.0.0.1", C2, 443, sent=chance.randrange(200, 9000))
        scene.wait(chance.expovariate(1 / 40))
    assert scene.rules == []


@pytest.mark.parametrize(("server", "port"), [(C2, 123), ("10.0.0.9", 443)], ids=["clock", "inside"])
def test_clocks_and_what_stays_inside_are_no_beacons(server: str, port: int) -> None:
    scene = Scene(BEACON)
    for _ in range(60):
        scene.tried("10.0.0.1", server, port)
        scene.wait(59)
    assert scene.rules == []


def test_too_few_connections_prove_nothing() -> None:
    scene = Scene(BEACON)
    for _ in range(LEAST - 1):
        scene.tried("10.0.0.1", C2, 443)
        scene.wait(59)
    assert scene.rules == []


def test_the_measures_of_regularity() -> None:
    assert regularity([60, 60, 60]) == 1 and regularity([0, 0]) == 0
    assert skew([1, 1, 1, 1]) == 0 and skew([1, 2, 3, 100]) != 0
    assert evenness([5, 5]) == 1 and evenness([1, 100, 10_000]) < 0.2
