"""Who talked: a count of the matrix leads to devices, conversations and their messages."""

from __future__ import annotations

from garde.model.flow import BUCKET
from garde.web.pages.zones.flows import FlowsPage, Talk
from garde.web.site import Site
from tests.flowing import talk
from tests.pages import PUMP, STRANGER, Reader, documented

BEYOND = "/zones/flows?from=Z1&to=OUT&service=tls+443"


def test_the_records_are_documented() -> None:
    assert documented(FlowsPage) and documented(Talk)


def test_a_flow_beyond_the_site_leads_to_its_device_and_its_message(asker: Reader) -> None:
    page = asker.page(BEYOND)
    row = page.select_one("tr[data-row]")
    assert row is not None and row.find("a", href=f"/devices/{PUMP}") is not None
    assert row.find("a", href="/messages/c-made-1-443") is not None
    assert asker.get("/messages/c-made-1-443").status_code == 200
    assert "no place for it" in page.text


def test_it_counts_each_conversation_once(asker: Reader) -> None:
    (row,) = asker.get(BEYOND.replace("flows?", "flows.json?")).json()
    assert (row["times"], row["octets"], row["source_device"]) == (4, 4 * 3400, PUMP)


def test_an_address_that_is_no_device_is_found_by_who_answered(asker: Reader) -> None:
    rows = asker.get("/zones/flows.json?from=Z8&to=Z1").json()
    assert {(row["source"], row["source_device"]) for row in rows} == {
        ("ip:10.6.6.99", None),
        ("ip:10.6.6.6", STRANGER),
    }


def test_only_the_days_that_are_asked_for(crossed: Site, asker: Reader) -> None:
    crossed.say(talk(3 * 288, "10.6.6.7", "203.0.113.9", 443, "tls"))
    assert asker.get(f"{BEYOND}&days=1".replace("flows?", "flows.json?")).json()[0]["times"] == 4
    assert asker.get(f"{BEYOND}&days=7".replace("flows?", "flows.json?")).json()[0]["times"] == 5
    assert BUCKET * 288 == 86_400 * 10**9


def test_a_zone_that_is_none_is_missing(asker: Reader) -> None:
    for path in ("/zones/flows?from=Z1&to=nowhere", "/zones/close?from=&to=Z1"):
        assert asker.get(path).status_code == 404
