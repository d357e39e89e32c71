"""Aruba: three languages for one policy, and what each shows instead of what was entered."""

from __future__ import annotations

import pytest

from garde.zones.exports.aruba import AOS_S, CONTROLLER, CX
from garde.zones.exports.drift import drift
from garde.zones.exports.lines import Ace, Lines
from tests.policies import FOLDER, ruleset

ACES = [
    Ace("tcp", "10.2.0.0/24", "10.20.0.5/32", 104, 104),
    Ace("udp", "any", "10.20.0.8/30", 11112, 11115),
    Ace("icmp", "10.2.0.1/32", "any"),
    Ace("47", "any", "any"),
    Ace("tcp", "any", "any"),
]
SIX = [
    Ace("tcp", "2001:db8::/64", "2001:db8::5/128", 104, 104),
    Ace("icmp", "2001:db8::1/128", "any"),
    Ace("udp", "any", "any"),
]


@pytest.mark.parametrize("form", [AOS_S, CX, CONTROLLER], ids=lambda form: form.name)
def test_a_line_reads_back(form: Lines) -> None:
    for six, aces in ((False, ACES), (True, SIX)):
        assert [form.read(form.write(ace, six)) for ace in aces] == aces


@pytest.mark.parametrize("form", [AOS_S, CX], ids=lambda form: form.name)
def test_an_answer_is_from_the_port_that_was_asked(form: Lines) -> None:
    line = form.write(Ace("tcp", "10.20.0.5/32", "10.2.0.0/24", 104, 104, answer=True), six=False)
    assert line.endswith("established") and line.index("104") < line.index("10.2.0.0")


def test_cx_shows_masks_instead_of_lengths() -> None:
    shown = (FOLDER / "aruba-cx.txt").read_text().replace("10.2.0.0/24", "10.2.0.0/255.255.255.0")
    found = drift(CX, ruleset(macs=False), shown)
    assert not found.added and not found.missing and not found.changed


def test_a_controller_keeps_state_and_no_names() -> None:
    fitted = CONTROLLER.fit(ruleset(macs=False))
    assert not any(one.answer for one in fitted.permits)
    assert {one.source for one in fitted.permits} <= {"", "any"}
    assert (fitted.generation, fitted.policy) == (0, "")


def test_a_controller_that_lets_all_pass_has_drifted() -> None:
    shown = (FOLDER / "aruba-controller.txt").read_text().replace("any any any deny log", "any any any permit log")
    found = drift(CONTROLLER, ruleset(macs=False), shown)
    assert found.header == (("mode", "shadow", "enforce"),) and found.opens


@pytest.mark.parametrize(
    "line",
    [
        "any any tcp 1 2 3 permit",
        "any host x tcp 1 permit",
        "any network 10.0.0.1 255.0.0.0 tcp 1 permit",
        "any",
        "any any",
    ],
)
def test_another_line_of_a_controller_is_none(line: str) -> None:
    assert CONTROLLER.read(line) is None
