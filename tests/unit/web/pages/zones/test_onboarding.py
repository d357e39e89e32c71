"""The queue of onboarding: each station with the rule that placed it, and where it really is."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from garde.model.zones.place import Onboarding
from garde.web.pages.zones.onboarding import Chair, Guard, OnboardingPage, Row
from garde.web.site import Site
from tests.flowing import NOBODY, PUMP_MAC, SCANNER_MAC
from tests.pages import HOSTILE, PUMP, Reader, documented


@pytest.fixture
def porter(placed: Site) -> Reader:
    """Asks that hospital, in English."""
    return Reader(placed)


def further(reader: Reader, device: str, **words: str) -> int:
    """Let a device go further."""
    said = {"reason": "label read", "person": "anna"} | words
    return reader.post(f"/onboarding/{device}/steps", data=said).status_code


@pytest.mark.parametrize("record", [OnboardingPage, Row, Chair, Guard], ids=lambda one: one.__name__)
def test_the_records_are_documented(record: type) -> None:
    assert documented(record)


def test_each_station_stands_in_one_state(porter: Reader) -> None:
    counts = porter.get("/onboarding.json").json()["counts"]
    assert counts["STAGING"] == 2 and counts["unknown"] == 1 and sum(counts.values()) == 3
    rows = porter.get("/onboarding.json?state=STAGING").json()["rows"]
    assert {row["device"] for row in rows} == {PUMP, "d-ct"}


def test_the_decision_is_explained_in_words(placed: Site, porter: Reader) -> None:
    page = porter.page("/onboarding?state=STAGING")
    assert page.find("a", href=f"/devices/{PUMP}") is not None
    text = " ".join(page.text.split())
    assert "No rule applies: onboarding zone Z8" in text and PUMP_MAC in text and "Gi1/0/1" in text
    assert "Aucune règle" in Reader(placed, "fr").page("/onboarding?state=STAGING").text


def test_a_station_that_is_elsewhere_stands_out(porter: Reader) -> None:
    seats = {
        row["seats"][0]["mac"]: row["seats"][0] for row in porter.get("/onboarding.json?state=STAGING").json()["rows"]
    }
    assert seats[SCANNER_MAC]["mismatch"] and not seats[PUMP_MAC]["mismatch"]
    page = porter.page("/onboarding?state=STAGING")
    assert "1 stations are not where they were put" in page.text and "found there" in page.text


def test_an_address_of_no_device_stands_by_itself(porter: Reader) -> None:
    page = porter.page("/onboarding?state=unknown")
    row = page.select_one("[data-row]")
    assert row is not None and NOBODY in row.text and row.find("form") is None


def test_a_person_lets_it_go_further_with_a_reason(placed: Site, porter: Reader) -> None:
    assert "Biomedical validates the kind" in porter.page("/onboarding?state=STAGING").text
    assert further(porter, PUMP, to="APPROVED", seen="STAGING") == 303
    assert placed.store.get(Onboarding, [PUMP])[PUMP].state == "STAGING"
    assert "Another person validates it in the other role" in porter.page("/onboarding?state=STAGING").text
    assert further(porter, PUMP, to="APPROVED", seen="STAGING", person="bruno") == 303
    record = placed.store.get(Onboarding, [PUMP])[PUMP]
    assert record.state == "APPROVED" and record.steps[-1].cause.startswith("w-")
    said = placed.store.messages([record.steps[-1].cause])[record.steps[-1].cause]
    assert (said.person, said.reason, said.value) == ("bruno", "label read", "APPROVED")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "status"),
    [({"to": "ENFORCED", "seen": "STAGING"}, 403), ({"to": "APPROVED", "reason": " "}, 403),
     ({"to": "APPROVED", "seen": "SEEN"}, 403), ({"to": "QUARANTINE", "seen": "STAGING"}, 403), ({}, 403)],
    ids=["too-far", "no-reason", "moved", "evidence", "nothing"],
)  # fmt: skip
def test_what_may_not_be_is_refused_and_nothing_moves(
    placed: Site, porter: Reader, words: dict[str, str], status: int
) -> None:
    assert further(porter, PUMP, **words) == status
    assert placed.store.get(Onboarding, [PUMP])[PUMP].state == "STAGING"


def test_a_device_of_which_nothing_was_decided(porter: Reader) -> None:
    assert further(porter, "d-stranger", to="APPROVED") == 404
    assert further(porter, "d-none", to="APPROVED") == 404


def test_text_of_devices_stays_text(porter: Reader) -> None:
    for state in ("STAGING", "unknown"):
        answer = porter.get(f"/onboarding?state={state}").text
        assert HOSTILE not in answer and "<script>alert" not in answer


def test_a_hospital_whose_switches_never_asked_says_so(bare: TestClient) -> None:
    text = bare.get("/onboarding", headers={"accept-language": "en"}).text
    assert "Nobody asked for a place yet" in text
