"""States of onboarding: which steps there are, and which guards stand before them."""

from __future__ import annotations

import pytest

from garde.errors import Refused
from garde.model.zones.place import MAB, STATES, AccessRequest, Onboarding, placed
from garde.zones.onboarding import advance, after, step, transitions

ASKED = AccessRequest(at=5, mac="00:09:fb:01:02:03", kind=MAB)


def test_every_state_can_be_reached_and_every_step_has_its_words() -> None:
    assert {row.to for row in transitions()} == set(STATES) - {"SEEN"}
    assert all(row.fr and row.en and row.asks for row in transitions())
    assert len({(row.origin, row.to) for row in transitions()}) == len(transitions())


def test_the_way_from_seen_to_enforced_and_back_from_drift() -> None:
    one = Onboarding(id="d-1")
    way = ["PROFILED", "STAGING", "APPROVED", "SIMULATED", "ENFORCED", "DRIFT", "ENFORCED", "RETIRED"]
    for at, to in enumerate(way):
        row = step(one.state, to)
        assert row is not None
        one = advance(one, to, row.asks, at, f"m-{at}")
    assert [each.state for each in one.steps] == way and one.at == len(way) - 1
    assert step("RETIRED", "RETIRED") is None


@pytest.mark.parametrize(
    ("state", "to", "guard"),
    [
        ("SEEN", "ENFORCED", "simulation.clean"),
        ("STAGING", "SIMULATED", "flows.learnt"),
        ("SIMULATED", "ENFORCED", "flows.learnt"),
        ("RETIRED", "SEEN", ""),
    ],
)
def test_no_step_is_skipped_and_no_guard_stands_for_another(state: str, to: str, guard: str) -> None:
    with pytest.raises(Refused):
        advance(Onboarding(id="d-1", state=state), to, guard, 1)


@pytest.mark.parametrize(
    ("rank", "kind", "settled", "state"),
    [
        ("unknown", "", False, "STAGING"),
        ("unknown", "PUMP", False, "STAGING"),
        ("kept", "PUMP", True, "PROFILED"),
        ("unknown", "PUMP", True, "PROFILED"),
        ("contradicted", "PUMP", True, "QUARANTINE"),
        ("fingerprint", "PUMP", False, "PROFILED"),
        ("explicit", "", False, "SEEN"),
    ],
)
def test_what_evidence_does(rank: str, kind: str, settled: bool, state: str) -> None:
    one = after(None, placed(ASKED, device="d-1", rank=rank), kind=kind, settled=settled)
    assert (one.id, one.state, one.unmanaged) == ("d-1", state, settled)
    assert after(one, placed(ASKED, device="d-1", rank=rank), kind=kind, settled=False).state == state
