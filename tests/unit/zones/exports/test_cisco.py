"""Cisco IOS: a running configuration reads as what was entered, and the lines let through what the policy does."""

from __future__ import annotations

import ipaddress
import itertools

import pytest

from garde.zones.exports.cisco import IOS
from garde.zones.exports.drift import drift
from tests.policies import FOLDER, ruleset

TEXT = (FOLDER / "acl.txt").read_text()


def test_names_numbers_and_counters_of_a_running_configuration_change_nothing() -> None:
    shown = "\r\n".join(
        f"    {10 * number} {line.strip()} ({number} matches)" if line.startswith(" permit") else line
        for number, line in enumerate(TEXT.split("\n"))
    )
    for name, number in (("bootpc", "68"), ("bootps", "67"), ("ntp", "123"), ("domain", "53")):
        shown = shown.replace(f"eq {number} ", f"eq {name} ").replace(f"eq {number}\r", f"eq {name}\r")
    assert "eq ntp" in shown and "eq bootpc" in shown
    assert drift(IOS, ruleset(macs=False), shown).none


def test_a_sequence_behind_a_line_changes_nothing() -> None:
    shown = TEXT.replace("eq 2575\n", "eq 2575 sequence 20\n", 1).replace(
        " permit icmp any any nd-na", " sequence 5 permit icmp any any nd-na"
    )
    assert drift(IOS, ruleset(macs=False), shown).none


def test_a_wider_wildcard_is_found() -> None:
    found = drift(IOS, ruleset(macs=False), TEXT.replace("10.20.0.8 0.0.0.1 eq 104", "10.20.0.0 0.0.0.255 eq 104", 1))
    assert found.opens and not found.strange
    assert [one.targets for one in found.added + tuple(after for _, after in found.changed)] == [("10.20.0.0/24",)]


@pytest.mark.parametrize(
    "line",
    [
        "permit tcp any any eq 104 log",
        "permit ip any any",
        "permit tcp any 10.20.0.5 0.255.0.255 eq 104",
        "permit tcp object-group A any",
        "evaluate X",
        "permit tcp any any eq 1 2 3",
        "permit tcp any gt 1023 any",
    ],
)
def test_a_line_of_another_kind_is_told_word_for_word(line: str) -> None:
    text = TEXT.replace(" deny ip any any log", f" {line}\n deny ip any any log", 1)
    assert f"ip access-list extended GARDE-Z1: {line}" in IOS.parse(text).strange


def _passes(lines: tuple[str, ...], protocol: str, source: str, sport: int, target: str, dport: int, new: bool) -> bool:
    """What a switch does with a packet: the first line that matches, read here word by word."""
    for line in lines:
        words = line.split()
        if words[0] == "remark":
            continue
        verb, spoken = words.pop(0), words.pop(0)
        fits = spoken in ("ip", "ipv6", protocol)
        for address, port in ((source, sport), (target, dport)):
            word = words.pop(0)
            if word == "host":
                fits &= address == words.pop(0)
            elif word != "any":
                wildcard = int(ipaddress.ip_address(words.pop(0)))
                fits &= (int(ipaddress.ip_address(address)) | wildcard) == (int(ipaddress.ip_address(word)) | wildcard)
            if words[:1] == ["eq"]:
                fits &= port == int(words[1])
                words = words[2:]
            elif words[:1] == ["range"]:
                fits &= int(words[1]) <= port <= int(words[2])
                words = words[3:]
        fits &= not (words == ["established"] and new)
        if fits:
            return verb == "permit"
    return False


def test_a_switch_lets_through_exactly_what_the_policy_permits() -> None:
    lists = IOS.lists(IOS.fit(ruleset(macs=False)))
    addresses = [
        "10.2.0.11",
        "10.2.0.12",
        "10.2.0.77",
        "10.2.0.250",
        "10.20.0.8",
        "10.20.0.9",
        "10.20.0.53",
        "10.20.0.123",
    ]
    zone = {"10.2.": "Z2", "10.20": "Z5"}
    passed = 0
    for source, target in itertools.permutations(addresses, 2):
        for protocol, port in itertools.product(("tcp", "udp"), (53, 104, 123, 443, 11112, 11115)):
            ways = zone[source[:5]], zone[target[:5]]
            expected = any(
                one.way == ">".join(ways)
                and one.protocol == protocol
                and one.low <= port <= one.high
                and any(ipaddress.ip_address(source) in ipaddress.ip_network(held) for held in one.sources)
                and any(ipaddress.ip_address(target) in ipaddress.ip_network(held) for held in one.targets)
                for one in ruleset(macs=False).permits
            )
            there = lists[f"ip access-list extended GARDE-{ways[0]}"]
            back = lists[f"ip access-list extended GARDE-{ways[1]}"]
            assert _passes(there, protocol, source, 40000, target, port, new=True) == expected
            assert not expected or _passes(back, protocol, target, port, source, 40000, new=False)
            passed += expected
    assert passed > 20
