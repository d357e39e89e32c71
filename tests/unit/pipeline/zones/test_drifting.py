"""Looking at enforcement points: one judgement for one change, none for a point nobody knows anything of."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from garde.errors import Unreachable
from garde.model.finding import Judgement
from garde.model.message import Message
from garde.pipeline.zones.drifting import Looking, Point, drifting, looked
from garde.ports import Delivery
from garde.zones.exports.neutral import Ruleset
from garde.zones.exports.nftables import NFTABLES
from tests.policies import ruleset

GOOD = NFTABLES.render(ruleset())


class Wire:
    """A bus that keeps what it takes, and may be cut; and a clock."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.cut = False
        self.some = threading.Event()

    def publish(self, messages: Sequence[Message]) -> None:
        if self.cut:
            raise Unreachable("bus.gone", "the bus is gone")
        self.taken += messages
        self.some.set()

    def take(self, reader: str, kinds: Sequence[type[Message]], most: int, wait: float) -> Delivery | None:
        return None

    def close(self) -> None:
        pass

    def now(self) -> int:
        return 7


class Box:
    """An enforcement point whose text a test sets."""

    def __init__(self, text: str = GOOD, approved: Ruleset | None = None) -> None:
        self.text, self.wanted, self.silent = text, approved or ruleset(), False

    def read(self) -> str:
        if self.silent:
            raise Unreachable("enforcer.silent", "no answer")
        return self.text

    def point(self) -> Point:
        return Point("gw-1", NFTABLES, self.read, lambda: self.wanted)


def judgements(wire: Wire) -> list[Judgement]:
    return [one for one in wire.taken if isinstance(one, Judgement)]


def test_a_point_that_holds_its_policy_is_said_only_to_end_an_earlier_finding() -> None:
    for standing, over in (((), []), (("gw-1",), [True])):
        wire = Wire()
        looking = Looking([Box().point()], wire, wire, print, standing)
        for _ in range(3):
            looking.once()
        assert [one.over for one in judgements(wire)] == over


def test_a_change_is_one_judgement_and_its_end_another() -> None:
    box, wire = Box(), Wire()
    box.text = GOOD.replace("\t\tdrop", "\t\taccept")
    looking = Looking([box.point()], wire, wire, print)
    for _ in range(3):
        looking.once()
    box.text = GOOD
    for _ in range(3):
        looking.once()
    first, last = judgements(wire)
    assert (first.rule, first.severity, first.over, last.over) == ("zones.drift", "high", False, True)
    assert first.finding == last.finding
    assert first.at == 7


def test_another_difference_is_said_anew() -> None:
    box, wire = Box(GOOD.replace("\t\tdrop", "\t\taccept")), Wire()
    looking = Looking([box.point()], wire, wire, print)
    looking.once()
    box.text = ""
    looking.once()
    assert [one.severity for one in judgements(wire)] == ["high", "medium"]


def test_what_the_bus_did_not_take_is_said_again() -> None:
    box, wire, said = Box(""), Wire(), []
    looking = Looking([box.point()], wire, wire, said.append)
    wire.cut = True
    looking.once()
    wire.cut = False
    looking.once()
    assert len(judgements(wire)) == 1 and "bus.gone" in said[0]


def test_a_point_that_does_not_answer_is_said_and_not_judged() -> None:
    box, wire, said = Box(), Wire(), []
    box.silent = True
    Looking([box.point()], wire, wire, said.append).once()
    assert wire.taken == [] and said == ["garde: gw-1: no answer [enforcer.silent]"]
    with pytest.raises(Unreachable):
        looked(box.point(), 7)


def test_before_anything_was_approved_nothing_is_judged() -> None:
    box = Box("")
    assert looked(Point("gw-1", NFTABLES, box.read, lambda: None), 7) is None


def test_another_text_where_the_policy_should_stand_is_the_worst() -> None:
    one = looked(Box("table inet garde { chain x { } }").point(), 7)
    assert one is not None and one.severity == "high"
    assert any("nftables.header" in reason for reason in one.reasons)


def test_it_looks_while_the_block_lasts() -> None:
    wire = Wire()
    with drifting([Box("").point()], every=0.01, bus=wire, clock=wire, say=print):
        assert wire.some.wait(60)
    assert len(judgements(wire)) == 1
    with drifting([], every=0.01, bus=wire, clock=wire, say=print):
        pass
