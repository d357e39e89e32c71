"""Urgency: SSVC and the deadlines of CISA, from what is scored of a device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.risk.urgency import EXPOSURE, OUTCOMES, urgency
from garde.risk.vulnerability.score import NETWORK, Facts

WORST = {"C1": 4, "C2": 4, "C6": 4}


@pytest.mark.parametrize(
    ("values", "network", "exploitation", "automatable", "outcome"),
    [
        ({"C1": 3, "C2": 2, "C6": 3}, "internet", "active", "yes", "immediate"),
        (WORST, "flat", "public poc", "yes", "out-of-cycle"),
        (WORST, "dedicated", "none", "no", "scheduled"),
        ({"C1": 1, "C2": 1, "C6": 1}, "dedicated", "none", "no", "defer"),
    ],
)
def test_rows_of_the_deployer_table(
    values: dict[str, int], network: str, exploitation: str, automatable: str, outcome: str
) -> None:
    """Domain note 03 §8, test 3, and the corners of the table."""
    facts = Facts(network=network)  # type: ignore[arg-type]
    assert urgency(values, 1, facts, exploitation=exploitation, automatable=automatable).outcome == outcome


def test_out_of_reach_is_hardly_exposed() -> None:
    one = urgency(WORST, 4, Facts(network="internet", reachable=False), exploitation="active", automatable="yes")
    assert (one.exposure, one.deadline.days) == ("small", 3)
    hidden = Facts(network="internet", reachable=False)
    told = urgency(WORST, 4, hidden, exploitation="active", automatable="no", total="partial")
    assert told.deadline.days == 14


def test_what_no_document_says_counts_as_the_worse_and_is_named() -> None:
    silent = urgency(WORST, 4, Facts(), exploitation="none")
    worse = urgency(WORST, 4, Facts(), exploitation="none", automatable="yes", total="total")
    assert (silent.outcome, silent.deadline) == (worse.outcome, worse.deadline)
    assert silent.assumed == ("automatable", "impact") and worse.assumed == ()
    assert urgency(WORST, 4, Facts(), exploitation="none", automatable="no", total="partial").assumed == ()


def test_every_place_of_a_device_has_its_exposure() -> None:
    assert EXPOSURE.keys() == NETWORK.keys()


@given(
    st.dictionaries(st.sampled_from(["C1", "C2", "C6"]), st.integers(-5, 99)),
    st.integers(0, 9),
    st.sampled_from(sorted(NETWORK)),
    st.sampled_from(["none", "public poc", "active"]),
    st.sampled_from(["", "yes", "no"]),
)
def test_any_grid_has_an_outcome(
    values: dict[str, int], level: int, network: str, exploitation: str, automatable: str
) -> None:
    facts = Facts(network=network)  # type: ignore[arg-type]
    assert urgency(values, level, facts, exploitation=exploitation, automatable=automatable).outcome in OUTCOMES
