"""Who did what: the message log, filtered, and one message with its causes."""

from __future__ import annotations

import csv
import io

from garde.model.decision import Access, word
from garde.model.finding import judgement
from garde.web.pages.audit import AuditPage, MessagePage, deed
from garde.web.site import Site
from tests.makers import observation
from tests.pages import FINDING, HOSTILE, Reader, documented


def test_the_records_are_documented() -> None:
    assert documented(AuditPage) and MessagePage.__doc__


def test_what_people_did_is_listed_latest_first_and_filtered(own: Site, writer: Reader) -> None:
    own.say(
        word("take", "a.roy", 5, about=FINDING), word("silence", "k.morel", 6, about=FINDING, reason=HOSTILE, until=9)
    )
    own.say(Access(id="a-1", at=7, person="a.roy", outcome="refused", way="password", origin="10.0.0.9"))
    rows = writer.page("/audit").select("tbody tr")
    assert [row.select("td")[1].text.strip() for row in rows[:3]] == ["was refused", "silenced it", "took it"]
    assert len(writer.page("/audit?person=a.roy").select("tbody tr")) == 2
    assert len(writer.page("/audit?verb=silence&q=script").select("tbody tr")) == 1
    assert "Nothing of that kind" in writer.page("/audit?person=nobody").text
    lines = list(csv.DictReader(io.StringIO(writer.get("/audit.csv?person=a.roy").text)))
    assert [line["did"] for line in lines] == ["refused", "take"]


def test_a_long_log_is_read_page_by_page(own: Site, writer: Reader) -> None:
    own.say(*(word("note", "a.roy", number, about=FINDING, reason=f"r{number}") for number in range(120)))
    seen: list[str] = []
    path = "/audit?person=a.roy"
    while path:
        page = writer.page(path)
        seen += [row.select("td")[3].text.strip() for row in page.select("tbody tr")]
        older = page.select_one("a[rel=next]")
        path = str(older["href"]) if older else ""
    assert seen == [f"r{number}" for number in reversed(range(120))]


def test_a_message_leads_to_its_causes_down_to_the_packet(own: Site, writer: Reader) -> None:
    seen = observation(1)
    judged = judgement("identity.conflict", 5, severity="low", device="d-x", cause=(seen.id,))
    said = word("take", "a.roy", 6, about=judged.finding)
    own.say(seen, judged, said)
    page = writer.page(f"/messages/{judged.id}")
    assert "Judgement" in page.text and page.select_one(f"a[href='/messages/{seen.id}']") is not None
    assert "It stands at the source" in writer.page(f"/messages/{seen.id}").text
    assert writer.get("/messages/none", headers={"authorization": "x"}).json()["code"] == "message.unknown"


def test_other_messages_are_deeds_of_nobody() -> None:
    assert deed(1, observation(1)).who == ""
