"""Steps on a real gateway: two machines that it routes between, in namespaces that this test makes itself."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.enforcers.containment import LONGEST, TABLE, Containment, lines
from garde.errors import Refused, Unreachable
from garde.model.key import Key
from garde.model.zones.action import Step
from garde.model.zones.zone import Rule
from tests.wards import ATTACKER, PUMP, SERVER, Wards, routed


@pytest.fixture(scope="module")
def wards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wards]:
    with routed(tmp_path_factory.mktemp("wards")) as one:
        yield one


@pytest.fixture
def gateway(wards: Wards) -> Iterator[Containment]:
    yield Containment(wards.gateway)
    subprocess.run([*wards.gateway, "nft", "flush", "ruleset"], check=True)


def key(ip: str) -> tuple[Key, ...]:
    return (Key("ip", ip),)


def step(name: str, verb: str, target: str, other: str = "", **parts: Any) -> Step:
    ends = {"other": f"ip:{other}/32", "other_keys": key(other)} if other else {}
    return Step(id=f"s-{name}", verb=verb, target=f"device:{name}", keys=key(target), **(ends | parts))


def test_a_cut_path_is_cut_both_ways_and_no_other_one(wards: Wards, gateway: Containment) -> None:
    assert wards.reaches(ATTACKER, PUMP)
    cut = step("cut", "cut", ATTACKER, PUMP)
    assert gateway.apply(cut).ok
    assert not wards.reaches(ATTACKER, PUMP) and not wards.reaches(PUMP, ATTACKER)
    assert wards.reaches(PUMP, SERVER) and wards.reaches(ATTACKER, SERVER)
    assert gateway.undo(cut).ok
    assert wards.reaches(ATTACKER, PUMP)


def test_the_same_step_twice_is_one_change(wards: Wards, gateway: Containment) -> None:
    cut = step("cut", "cut", ATTACKER, PUMP)
    assert [gateway.apply(cut).detail for _ in range(2)] == ["2 rules", "it was so already"]
    assert [gateway.undo(cut).detail for _ in range(2)] == ["2 rules removed", "0 rules removed"]


def test_what_two_steps_cut_stays_cut_when_one_is_taken_back(wards: Wards, gateway: Containment) -> None:
    one, other = step("one", "cut", ATTACKER, PUMP), step("other", "block", ATTACKER)
    gateway.apply(one)
    gateway.apply(other)
    gateway.undo(other)
    assert not wards.reaches(ATTACKER, PUMP) and wards.reaches(ATTACKER, SERVER)


def test_who_is_blocked_reaches_nobody(wards: Wards, gateway: Containment) -> None:
    gateway.apply(step("block", "block", ATTACKER))
    assert not wards.reaches(ATTACKER, PUMP) and not wards.reaches(ATTACKER, SERVER)
    assert wards.reaches(PUMP, SERVER)


def test_who_is_restricted_keeps_what_it_cannot_do_without(wards: Wards, gateway: Containment) -> None:
    left = (Rule(source="device:x", target=f"ip:{SERVER}/32", protocol="tcp", low=104, high=104),)
    restrict = step("restrict", "restrict", PUMP, allow=left)
    assert gateway.apply(restrict).ok
    assert wards.reaches(PUMP, SERVER, 104)
    assert not wards.reaches(PUMP, SERVER, 445) and not wards.reaches(ATTACKER, PUMP)
    # A path that is cut later is cut, whatever a restriction leaves.
    gateway.apply(step("cut", "cut", PUMP, SERVER))
    assert not wards.reaches(PUMP, SERVER, 104)


def test_what_nobody_takes_back_ends_by_itself(wards: Wards) -> None:
    long_ago = Containment(wards.gateway, now=lambda: 1_600_000_000.0)
    assert long_ago.apply(step("old", "cut", ATTACKER, PUMP)).ok
    assert wards.reaches(ATTACKER, PUMP)
    subprocess.run([*wards.gateway, "nft", "flush", "ruleset"], check=True)


SILENT = (sys.executable, "-c", "import time; time.sleep(30)")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("/nowhere/ssh",), "containment.command"),
        (("false",), "containment.failed"),
        ((sys.executable, "-c", "print(1)"), "containment.answer"),
        (SILENT, "containment.silent"),
    ],
    ids=["command", "failed", "answer", "silent"],
)
def test_a_gateway_that_does_not_answer_is_unreachable(command: tuple[str, ...], code: str) -> None:
    patience = 0.2 if command == SILENT else 20.0
    with pytest.raises(Unreachable) as caught:
        Containment(command, patience=patience).apply(step("cut", "cut", ATTACKER, PUMP))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (Step(id="s-1", verb="block", target="mac:00:09:fb:00:00:01"), "containment.address"),
        (Step(id="s-1", verb="block", target="ip:0.0.0.0/0"), "containment.everything"),
        (Step(id="s-1", verb="block", target="ip:10.0.0.1; flush ruleset"), "containment.address"),
        (Step(id='s-1" drop', verb="block", target="ip:10.0.0.1/32"), "containment.id"),
        (Step(id="s-1", verb="quarantine", target="ip:10.0.0.1/32"), "containment.verb"),
        (Step(id="s-1", verb="restrict", target="ip:10.0.0.1/32"), "containment.nothing-left"),
        (Step(id="s-1", verb="cut", target="ip:10.0.0.1/32", other="ip:2001:db8::1/128"), "containment.address"),
        (
            Step(
                id="s-1",
                verb="restrict",
                target="ip:10.0.0.1/32",
                allow=(Rule(source="any", target="any", protocol="tcp"),),
            ),
            "containment.rule",
        ),
    ],
    ids=["mac", "everybody", "text", "id", "verb", "nothing", "families", "wide"],
)
def test_what_a_gateway_cannot_do_is_refused(one: Step, code: str) -> None:
    with pytest.raises(Refused) as caught:
        lines(one, 0)
    assert caught.value.code == code


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_of_an_end_reaches_nft(target: str, value: str) -> None:
    one = Step(id="s-1", verb="block", target=target, keys=(Key("ip", value),))
    try:
        found = lines(one, 0)
    except Refused:
        return
    for line in found:
        address = line.partition("{ ")[2].partition(" }")[0]
        assert all(ipaddress.ip_network(part) for part in address.split(", "))


def test_both_families_are_cut_and_every_drop_has_an_end() -> None:
    keys = (Key("ip", "10.0.0.1"), Key("ip", "2001:db8::1"), Key("mac", "00:09:fb:00:00:01"))
    both = Step(id="s-1", verb="cut", target="device:a", keys=keys, other="device:b", other_keys=keys)
    found = lines(msgspec.structs.replace(both), 100)
    assert [" ip6 " in line for line in found] == [False, False, True, True]
    assert all(f"meta time < {100 + LONGEST}" in line and line.startswith("insert rule") for line in found)
    assert all(f"inet {TABLE} forward" in line for line in found)
