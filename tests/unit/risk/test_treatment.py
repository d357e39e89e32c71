"""Treatments: an acceptance is signed, has a reason and ends; a risk that rose is looked at again."""

from __future__ import annotations

from typing import Any

import pytest

from garde.errors import GardeError, Malformed, Refused
from garde.model.risk.matrix import Approval, Matrix, Placed, frozen
from garde.model.risk.treatment import Treatment
from garde.risk.treatment import LONGEST, STAGES, State, checked, states

QUORUM = ("biomedical", "rssi")
DAY = 86_400 * 1_000_000_000


def matrix(risk: int) -> Matrix:
    return frozen("g", 0, [Placed(device="d-1", criticality=4, vulnerability=risk, risk=risk)])


def signed(about: str, *roles: str) -> list[Approval]:
    return [
        Approval(id=f"{about}{role}", at=1, about=about, person=role, name=role, role=role) for role in roles or QUORUM
    ]


def word(option: str = "accept", at: int = DAY, **parts: Any) -> Treatment:
    parts = {"reason": "spare ready", "until": 90 * DAY, **parts} if option == "accept" else parts
    return Treatment(id=f"t-{option}-{at}", at=at, device="d-1", matrix=M.id, option=option, person="k.morel", **parts)


M = matrix(3)


def state(*treatments: Treatment, words: list[Approval], now: int = 2 * DAY, latest: Matrix = M) -> State:
    return states(latest, {M.id: M}, treatments, words, QUORUM, now)[0]


@pytest.mark.parametrize(
    ("said", "error", "code"),
    [
        (word(until=0), Refused, "treatment.no-end"),
        (word(until=DAY), Refused, "treatment.no-end"),
        (word(until=DAY + LONGEST + 1), Refused, "treatment.too-long"),
        (word(reason=" "), Refused, "treatment.no-reason"),
        (word("acept"), Malformed, "treatment.option"),
        (word("avoid", packages=("p",)), Malformed, "treatment.packages"),
        (word("treat", until=5), Malformed, "treatment.until"),
    ],
)
def test_what_may_not_be_said(said: Treatment, error: type[GardeError], code: str) -> None:
    with pytest.raises(error) as caught:
        checked(said)
    assert caught.value.code == code


def test_what_may_be_said() -> None:
    for said in (word(until=DAY + LONGEST), word("treat", packages=("p",)), word("transfer"), word("avoid")):
        assert checked(said) is said


def test_a_risk_goes_its_way() -> None:
    assert state(words=[]).stage == "analysed"
    assert state(words=signed(M.id)).stage == "validated"
    for option, stage in (("treat", "treated"), ("transfer", "transferred"), ("avoid", "avoided")):
        assert state(word(option), words=signed(M.id)).stage == stage
        assert stage in STAGES


def test_an_acceptance_that_is_not_signed_accepts_nothing() -> None:
    one = word()
    waiting = state(one, words=[*signed(M.id), *signed(one.id, "rssi")])
    assert (waiting.stage, waiting.missing) == ("validated", ("biomedical",))
    done = state(one, words=[*signed(M.id), *signed(one.id)])
    assert (done.stage, done.until, done.missing) == ("accepted", 90 * DAY, ())


def test_a_decision_in_an_unsigned_matrix_decides_nothing() -> None:
    assert state(word("treat"), words=[]).stage == "analysed"


def test_an_acceptance_ends() -> None:
    one = word()
    words = [*signed(M.id), *signed(one.id)]
    assert state(one, words=words, now=90 * DAY - 1).stage == "accepted"
    over = state(one, words=words, now=90 * DAY)
    assert (over.stage, over.because) == ("to assess again", "expired")


def test_a_risk_that_rose_since_is_looked_at_again() -> None:
    one = word("transfer")
    for risk, stage, because in ((4, "to assess again", "moved"), (3, "transferred", ""), (2, "transferred", "")):
        found = state(one, words=signed(M.id), latest=matrix(risk))
        assert (found.stage, found.because) == (stage, because)


def test_the_latest_decision_counts() -> None:
    assert state(word("avoid", at=2), word("transfer", at=3), words=signed(M.id)).stage == "transferred"
