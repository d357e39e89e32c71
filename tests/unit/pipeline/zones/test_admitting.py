"""A person's word takes only the steps that are a person's, each once, and the log keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.errors import Missing, Refused
from garde.model.decision import Decision
from garde.model.risk.matrix import Approval
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


BOTH = ("biomedical", "rssi")


def validated(kept: Store, device: str, to: str, *, seen: str = "") -> Onboarding:
    """The record once two people in two roles have said the same, where that is asked for."""
    admitted(kept, device, to, "anna", "seen", 7, roles=("biomedical",), seen=seen)
    now = kept.get(Onboarding, [device])[device]
    return now if now.state == to else admitted(kept, device, to, "bruno", "seen", 7, roles=("rssi",), seen=seen)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("to", STATES)
def test_every_step(kept: Store, state: str, to: str) -> None:
    rows = [row for row in transitions() if row.to == to and row.origin in (state, "*") and row.by == "person"]
    if rows and state not in (to, "RETIRED"):
        after = validated(kept, f"d-{state}", to, seen=state)
        assert (after.state, after.at) == (to, 7) == (kept.get(Onboarding, [after.id])[after.id].state, 7)
        assert to in {row.to for row in offered(state)}
    else:
        with pytest.raises(Refused):
            admitted(kept, f"d-{state}", to, "anna", "seen", 7, roles=BOTH)
        assert kept.get(Onboarding, [f"d-{state}"])[f"d-{state}"].state == state
        assert kept.log(0, [Decision], 5) == []
        assert to not in {row.to for row in offered(state)}


def test_the_log_says_who_and_why(kept: Store) -> None:
    after = admitted(kept, "d-QUARANTINE", "STAGING", "anna", "label read", 9, roles=("network",))
    ((_, said),) = kept.log(0, [Decision], 5)
    assert isinstance(said, Decision)
    assert (said.verb, said.person, said.about, said.value) == ("onboarding.step", "anna", "d-QUARANTINE", "STAGING")
    assert after.steps[-1].cause == said.id and said.reason == "label read"


def test_what_moved_meanwhile_is_looked_at_again(kept: Store) -> None:
    with pytest.raises(Refused, match="meanwhile"):
        admitted(kept, "d-STAGING", "APPROVED", "anna", "x", 9, roles=BOTH, seen="SEEN")
    with pytest.raises(Refused):
        admitted(kept, "d-STAGING", "APPROVED", "anna", "  ", 9, roles=BOTH)
    with pytest.raises(Missing):
        admitted(kept, "d-none", "APPROVED", "anna", "x", 9, roles=BOTH)


def test_kind_and_zone_are_validated_by_two_people_in_two_roles(kept: Store) -> None:
    def say(person: str, *roles: str) -> str:
        return admitted(kept, "d-STAGING", "APPROVED", person, "label read", 9, roles=roles).state

    with pytest.raises(Refused, match="Another role"):
        say("dora", "network")
    assert say("anna", *BOTH) == "STAGING" and say("anna", *BOTH) == "STAGING"
    assert say("bruno", "biomedical") == "APPROVED"
    assert {one.person for one in kept.all(Approval)} == {"anna", "bruno"}


def test_a_word_about_an_earlier_stay_counts_no_more(kept: Store) -> None:
    admitted(kept, "d-STAGING", "APPROVED", "anna", "x", 9, roles=("biomedical",))
    with kept.begin() as unit:
        unit.put([Onboarding(id="d-STAGING", state="STAGING", at=50)])
    assert admitted(kept, "d-STAGING", "APPROVED", "bruno", "x", 60, roles=("rssi",)).state == "STAGING"
