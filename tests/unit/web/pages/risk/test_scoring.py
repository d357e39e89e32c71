"""The scoring sheet: a batch is shown before it is said, roles may differ, and nobody scores beyond their reach."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from garde.model.person import Grant
from garde.model.risk.scoring import Reach, Scoring
from garde.people.scope import Scope
from garde.web.pages.risk.scoring import ScoringPage, address, within
from garde.web.site import Site
from tests.pages import HOSTILE, PUMP, Reader, documented

SHEET = "/risk/scoring?kind=CT"
EVERY: dict[str, Any] = {f"C{number}": "1" for number in range(1, 7)}


def say(writer: Reader, where: str = SHEET, status: int = 303, **words: Any) -> BeautifulSoup:
    form = {"role": "biomedical", "person": "k.morel", "step": "say"} | words
    answer = writer.post(where, data=form)
    assert answer.status_code == status, answer.text[:400]
    return BeautifulSoup(answer.text, "html.parser")


def care(writer: Reader) -> dict[str, Any]:
    (found,) = writer.get("/risk/devices.json?kind=CT").json()
    row: dict[str, Any] = found
    return row


def test_the_record_is_documented() -> None:
    assert documented(ScoringPage)


def test_a_batch_is_shown_before_it_is_said(own: Site, writer: Reader) -> None:
    page = say(writer, status=200, step="preview", **EVERY)
    assert "Devices of another criticality: 1" in page.text and list(own.store.all(Scoring)) == []
    assert page.select_one('input[type=hidden][name=C1][value="1"]') is not None
    assert (care(writer)["criticality"], care(writer)["status"]) == (3, "default")
    say(writer, **EVERY)
    assert len(list(own.store.all(Scoring))) == 6
    assert (care(writer)["criticality"], care(writer)["status"]) == (1, "proposed")
    again = writer.page(SHEET)
    assert again.find(id="said") is not None and "k.morel" in again.text


def test_all_roles_together_agree_or_differ(own: Site, writer: Reader) -> None:
    assert "Clinical lead: 1" in writer.page(SHEET).text
    for role in ("biomedical", "clinical", "rssi"):
        say(writer, role=role, person=role, **EVERY)
    assert "of the quorum:" not in writer.page(SHEET).text
    assert care(writer)["status"] == "agreed"
    say(writer, role="clinical", C1="4", person="clinical")
    assert care(writer)["status"] == "disputed"
    assert "roles differ: 1" in writer.page(SHEET).text
    assert writer.page("/risk").find("a", href="/risk/devices?status=disputed") is not None


def test_who_contests_says_why(own: Site, writer: Reader) -> None:
    assert "scoring.reason" in say(writer, status=403, C1="contest").text
    say(writer, C1="contest", reason="there is a spare")
    (said,) = own.store.all(Scoring)
    assert (said.value, said.reason) == (None, "there is a spare")


@pytest.mark.parametrize(
    ("where", "words", "code"),
    [
        (SHEET, {}, "scoring.nothing"),
        (SHEET, {"C1": "9"}, "criticality.value"),
        (SHEET, {"C1": "x"}, "criticality.value"),
        (SHEET, {"C1": "1", "role": "network"}, "scoring.role"),
        ("/risk/scoring", {"C1": "1"}, "scoring.reach"),
        ("/risk/scoring?device=d-none", {"C1": "1"}, "scoring.device"),
    ],
)
def test_what_makes_no_sense_keeps_the_form(
    own: Site, writer: Reader, where: str, words: dict[str, str], code: str
) -> None:
    page = say(writer, where, 403 if code == "scoring.role" else 422, **words)
    assert code in page.text and list(own.store.all(Scoring)) == []


def test_a_single_device_is_scored_from_its_page(own: Site, writer: Reader) -> None:
    say(writer, f"/risk/scoring?device={PUMP}", C1="1")
    (said,) = own.store.all(Scoring)
    assert said.reach == Reach(device=PUMP)


def test_a_word_of_a_stranger_is_chosen_by_its_mark(own: Site, writer: Reader) -> None:
    option = next(
        tag for tag in writer.page("/risk/scoring").select("select[name=ward] option") if "script" in tag.text
    )
    assert str(option["value"]).startswith("~")
    page = writer.page(address(Reach(ward=HOSTILE)))
    assert "1 device" in page.text
    say(writer, address(Reach(ward=HOSTILE)), C1="1")
    (said,) = own.store.all(Scoring)
    assert said.reach.ward == HOSTILE


@pytest.mark.parametrize(
    ("grant", "reach", "held"),
    [
        (Grant("biomedical"), Reach(kind="CT"), True),
        (Grant("biomedical", ward="Réa A"), Reach(ward="Réa A", kind="CT"), True),
        (Grant("biomedical", ward="Réa A"), Reach(kind="CT"), False),
        (Grant("biomedical", kind="CT"), Reach(kind="CT"), True),
        (Grant("biomedical", site="North"), Reach(kind="CT"), False),
        (Grant("biomedical", ward="Réa A"), Reach(device="d-1"), False),
    ],
)
def test_a_reach_lies_within_a_right_or_not(grant: Grant, reach: Reach, held: bool) -> None:
    assert within(Scope((grant,)), reach, None) is held
