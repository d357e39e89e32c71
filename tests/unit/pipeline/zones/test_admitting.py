"""A person's word takes only the steps that are a person's, each once, and the log keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.errors import Missing, Refused
from garde.model.decision import Decision
from garde.model.zones.place import STATES, Onboarding
from garde.pipeline.shapes import SHAPES
from garde.pipeline.zones.admitting import admitted, offered
from garde.ports import Store
from garde.store.sqlite import open_sqlite
from garde.zones.onboarding import transitions


@pytest.fixture
def kept() -> Iterator[Store]:
    opened = open_sqlite("", SHAPES)
    with opened.begin() as unit:
        unit.put([Onboarding(id=f"d-{state}", state=state) for state in STATES])
    yield opened
    opened.close()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("to", STATES)
def test_every_step(kept: Store, state: str, to: str) -> None:
    rows = [row for row in transitions() if row.to == to and row.origin in (state, "*") and row.by == "person"]
    if rows and state not in (to, "RETIRED"):
        after = admitted(kept, f"d-{state}", to, "anna", "seen", 7, seen=state)
        assert (after.state, after.at) == (to, 7) == (kept.get(Onboarding, [after.id])[after.id].state, 7)
        assert to in {row.to for row in offered(state)}
    else:
        with pytest.raises(Refused):
            admitted(kept, f"d-{state}", to, "anna", "seen", 7)
        assert kept.get(Onboarding, [f"d-{state}"])[f"d-{state}"].state == state
        assert kept.log(0, [Decision], 5) == []
        assert to not in {row.to for row in offered(state)}


def test_the_log_says_who_and_why(kept: Store) -> None:
    after = admitted(kept, "d-STAGING", "APPROVED", "anna", "label read", 9)
    ((_, said),) = kept.log(0, [Decision], 5)
    assert isinstance(said, Decision)
    assert (said.verb, said.person, said.about, said.value) == ("onboarding.step", "anna", "d-STAGING", "APPROVED")
    assert after.steps[-1].cause == said.id and said.reason == "label read"


def test_what_moved_meanwhile_is_looked_at_again(kept: Store) -> None:
    with pytest.raises(Refused, match="meanwhile"):
        admitted(kept, "d-STAGING", "APPROVED", "anna", "x", 9, seen="SEEN")
    with pytest.raises(Refused):
        admitted(kept, "d-STAGING", "APPROVED", "anna", "  ", 9)
    with pytest.raises(Missing):
        admitted(kept, "d-none", "APPROVED", "anna", "x", 9)
