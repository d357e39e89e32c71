"""A small hospital, made once, for the tests of the twin."""

from random import Random

import pytest

from garde.twin.day import Day
from garde.twin.fleet import Fleet
from garde.twin.models import systems
from garde.twin.station import Station
from garde.twin.voices import VOICES


@pytest.fixture(scope="session")
def fleet():
    return Fleet(300, seed=3)


@pytest.fixture(scope="session")
def day(fleet):
    return Day(Fleet(300, seed=3), VOICES, seed=3)


@pytest.fixture
def rng():
    return Random(7)


@pytest.fixture
def pair():
    """Two stations of one VLAN."""
    client = Station(mac=bytes.fromhex("0009fb000001"), ip="10.20.4.10", stack=systems()["win10"], vlan=10, name="PC-1")
    server = Station(mac=bytes.fromhex("005056000002"), ip="10.20.4.11", stack=systems()["server"], vlan=10, name="srv")
    return client, server
