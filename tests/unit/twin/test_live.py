"""The test network's sample, and what is expected of it; the network itself is tried in acceptance/test_gateway.py."""

from __future__ import annotations

import os
import shutil

import pytest

from garde.errors import Missing
from garde.model.zones.zone import intact
from garde.twin.live import NEEDED, POLICY, STATIONS, Call, Network, demonstrated, expected
from garde.zones.exports.neutral import resolved


def test_the_sample_is_sound() -> None:
    network = Network()
    assert intact(POLICY)
    assert resolved(POLICY, network.objects(), generation=1, mode="enforce")[1] == ()
    for part in ("id", "mac", "four", "six"):
        assert len({getattr(one, part) for one in STATIONS}) == len(STATIONS)
    assert {one.zone for one in STATIONS} == {zone.name for zone in POLICY.zones}


def test_every_port_of_every_other_is_called_in_both_versions() -> None:
    calls = Network().calls()
    ports = sum(len(one.ports) for one in STATIONS)
    assert len(calls) == len(set(calls)) == 2 * ports * (len(STATIONS) - 1)
    assert not any(one.source == one.target for one in calls)


@pytest.mark.parametrize(
    ("call", "passes"),
    [
        (Call("d-mon-1", "d-gw", "tcp", 2575), True),
        (Call("d-gw", "d-mon-1", "tcp", 2575), False),
        (Call("d-gw", "d-mon-2", "udp", 24105, six=True), True),
        (Call("d-mon-1", "d-mon-2", "udp", 24105), False),
        (Call("d-ct-1", "d-pacs", "tcp", 104), True),
        (Call("d-guest", "d-pacs", "tcp", 104), False),
        (Call("d-guest", "d-dns", "udp", 53), True),
        (Call("d-pacs", "d-ct-1", "tcp", 11112), False),
    ],
)
def test_what_is_expected_follows_from_the_rules(call: Call, passes: bool) -> None:
    assert expected(POLICY, STATIONS, [call]) == {call: passes}


def test_a_machine_without_the_programs_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "nft" else name)
    with pytest.raises(Missing, match="root and nft"):
        Network().__enter__()


def test_whoever_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Missing, match="needs root"):
        Network().__enter__()


def test_a_closed_network_has_no_gateway_and_no_stations() -> None:
    with pytest.raises(Missing, match=r"live\.closed"):
        Network().gateway.read()
    with pytest.raises(Missing, match=r"live\.station"):
        Network().inside("d-pacs")


def test_the_demonstration_tells_what_passed_in_each_mode() -> None:
    assert set(NEEDED) >= {"nft", "unshare"}
    said: list[str] = []
    texts = {"line": "{mode} {passed}/{needed} {stopped}/{planted}", "undone": "undone"}
    assert demonstrated(said.append, texts)
    assert said == ["shadow 28/28 0/168", "enforce 28/28 168/168", "undone"]
