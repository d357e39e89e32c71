"""A draft goes one mode after the other, and stops nothing while anything holds it."""

from __future__ import annotations

import msgspec
import pytest

from garde.errors import Refused
from garde.model.zones.zone import drafted
from garde.zones.draft import Draft, draft_of, moved, stops
from garde.zones.exports.neutral import MODES
from garde.zones.propose import Coverage, Proposal

MADE = Proposal(
    policy=drafted("first", 7, (), ()), days=3, since=1, until=9, rules=0,
    coverage=Coverage(lines=1.0, conversations=0.5, octets=0.25), permitted=4, observed=1, over=0.75, fresh=0.0,
    settled=True, dropped={}, review=(), untested=("dns",),
)  # fmt: skip


def at(mode: str) -> Draft:
    """The draft in a mode."""
    return msgspec.structs.replace(draft_of(MADE, 14, "anna"), mode=mode)


def test_a_draft_has_the_figures_of_its_proposal() -> None:
    one = draft_of(MADE, 14, "anna")
    assert (one.id, one.name, one.at, one.asked, one.person) == (MADE.policy.id, "first", 7, 14, "anna")
    shared = {field.name for field in msgspec.structs.fields(Draft)} & {
        f.name for f in msgspec.structs.fields(Proposal)
    }
    assert all(getattr(one, name) == getattr(MADE, name) for name in shared) and len(shared) == 12


@pytest.mark.parametrize("start", range(4))
@pytest.mark.parametrize("end", range(4))
@pytest.mark.parametrize("locks", [(), ("window: 3/7",)], ids=["free", "locked"])
def test_every_step(start: int, end: int, locks: tuple[str, ...]) -> None:
    fine = end < start or (end == start + 1 and (end < 2 or not locks))
    if fine:
        assert moved(at(MODES[start]), MODES[end], locks).mode == MODES[end]
    else:
        with pytest.raises(Refused):
            moved(at(MODES[start]), MODES[end], locks)


def test_what_stops() -> None:
    assert [stops(mode) for mode in MODES] == [False, False, True, True]
    with pytest.raises(Refused):
        moved(at("observe"), "off", ())
