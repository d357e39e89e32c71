"""The queue as a person works through it."""

from __future__ import annotations

import pytest

from garde.model.finding import judgement
from garde.web.pages.alerts import AlertsPage
from garde.web.site import Site
from tests.pages import FINDING, STRANGER, Reader, documented

HERE = {"sec-fetch-site": "same-origin"}


def open_more(site: Site, many: int) -> str:
    """A cause with symptoms; returns the cause's id."""
    cause = judgement(
        "sensor.silent", 5, severity="critical", kind="outage", identifier="core-9", reasons=("sensor: core-9",)
    )
    site.say(cause)
    for number in range(many):
        site.say(judgement("made.up", 6 + number, severity="low", identifier=str(number), symptom_of=cause.finding))
    return cause.finding


def test_the_record_is_documented() -> None:
    assert documented(AlertsPage)


def test_causes_stand_worst_first_with_their_symptoms_folded(own: Site, writer: Reader) -> None:
    cause = open_more(own, 3)
    page = writer.page("/alerts")
    rows = page.select("table.queue tbody > tr")
    assert [row.select_one("input")["value"] for row in rows] == [cause, FINDING]  # type: ignore[index]
    assert "cause of 3 symptoms" in rows[0].text
    tabs = page.select_one(".tabs")
    assert tabs is not None and "To take 5" in tabs.text


def test_filters_and_search_narrow_it(own: Site, writer: Reader) -> None:
    open_more(own, 0)
    assert "core-9" in writer.get("/alerts?severity=critical").text
    assert "core-9" not in writer.get("/alerts?severity=low").text
    assert [one["id"] for one in writer.get("/alerts.json?q=model").json()] == [FINDING]
    assert len(writer.get("/alerts.json?rule=sensor.silent").json()) == 1


def test_several_are_taken_at_once_and_move_to_their_shelf(own: Site, writer: Reader) -> None:
    cause = open_more(own, 0)
    data = {"finding": [FINDING, cause], "verb": "take", "back": "/alerts?shelf=taken"}
    answer = writer.post("/alerts/decisions", data=data, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts?shelf=taken")
    assert writer.get("/alerts.json").json() == []
    assert {one["id"] for one in writer.get("/alerts.json?shelf=taken").json()} == {FINDING, cause}


@pytest.mark.parametrize(
    ("data", "code"),
    [({}, "finding.none"), ({"finding": FINDING, "verb": "close"}, "finding.verb"),
     ({"finding": FINDING, "verb": "silence"}, "finding.reason"),
     ({"finding": FINDING, "verb": "silence", "reason": "x", "until": "1999-01-01"}, "finding.date")],
)  # fmt: skip
def test_what_cannot_be_decided_is_told_and_nothing_changes(
    own: Site, writer: Reader, data: dict[str, str], code: str
) -> None:
    answer = writer.post("/alerts/decisions", data=data, headers={**HERE, "accept": "application/json"})
    assert answer.json()["code"] == code
    assert [one["status"] for one in writer.get("/alerts.json").json()] == ["open"]


def test_an_empty_queue_says_when_the_last_one_was_closed(own: Site, writer: Reader) -> None:
    own.say(
        judgement("identity.conflict", own.now(), severity="medium", device=STRANGER, identifier="model", over=True)
    )
    text = writer.page("/alerts").text
    assert "The last finding was closed" in text and "by evidence" in text


def test_what_is_new_is_counted_and_shown_on_a_click(own: Site, writer: Reader) -> None:
    assert writer.get("/alerts/news?seen=1").text.strip().count("<a") == 0
    open_more(own, 1)
    assert "2 new" in writer.get("/alerts/news?seen=1").text


def test_csv_has_a_line_for_each(reader: Reader) -> None:
    lines = reader.get("/alerts.csv").text.splitlines()
    assert lines[0].startswith("id,severity") and lines[1].startswith(FINDING)


def test_pages_of_a_long_queue(own: Site, writer: Reader) -> None:
    for number in range(60):
        own.say(judgement("made.up", 6 + number, severity="low", identifier=str(number)))
    assert writer.page("/alerts").select_one("a[rel=next]") is not None
    assert len(writer.page("/alerts?page=2").select("table.queue tbody > tr")) == 11
