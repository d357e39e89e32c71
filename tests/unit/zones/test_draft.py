"""A draft goes one step at a time, back as far as one likes, and stops nothing while something holds it."""

from __future__ import annotations

import pytest

from garde.errors import Refused
from garde.zones.draft import MODES, Draft, moved, stops
from garde.zones.propose import Coverage


def draft(mode: str) -> Draft:
    none = Coverage(lines=1.0, conversations=1.0, octets=1.0)
    return Draft(
        id="p-1", name="d", at=0, person="k", asked=7, days=7, since=0, until=1, rules=1, coverage=none, permitted=1,
        observed=1, over=0.0, fresh=0.0, settled=True, mode=mode,
    )  # fmt: skip


def test_one_step_after_the_other_and_back_at_once() -> None:
    held = draft("observe")
    for mode in MODES[1:]:
        held = moved(held, mode, ())
    assert moved(held, "observe", ("break: b-1",)).mode == "observe"
    with pytest.raises(Refused, match="policy.step"):
        moved(draft("observe"), "soft", ())


@pytest.mark.parametrize("mode", ["enforce", "soft"])
def test_what_stops_traffic_waits_for_its_locks(mode: str) -> None:
    before = draft(MODES[MODES.index(mode) - 1])
    assert stops(mode)
    with pytest.raises(Refused, match="policy.locked"):
        moved(before, mode, ("window: 1/7",))


def test_watching_needs_no_key() -> None:
    assert moved(draft("observe"), "shadow", ("break: b-1",)).mode == "shadow"
    with pytest.raises(Refused, match="policy.mode"):
        moved(draft("shadow"), "closed", ())
