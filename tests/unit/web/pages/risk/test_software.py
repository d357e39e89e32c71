"""The component question: which rooms run it, and of whom it cannot be said."""

from __future__ import annotations

from garde.web.pages.risk.software import COLUMNS, SoftwarePage
from garde.web.site import Site
from tests.pages import PUMP, Reader, documented


def test_the_record_is_documented() -> None:
    assert documented(SoftwarePage)


def test_a_component_of_a_bill_is_found_with_its_room(told: Site, writer: Reader) -> None:
    page = writer.page("/risk/software?name=openssl&below=3.0.12")
    assert "Devices that run it: 1." in page.text and page.find("a", href=f"/devices/{PUMP}") is not None
    assert page.find("a", href="/risk/devices?ward=R%C3%A9a+A") is not None
    (row,) = writer.get("/risk/software.json?name=openssl&below=3.0.12").json()
    assert (row["device"], row["component"], row["version"], row["surely"]) == (PUMP, "openssl", "3.0.11", True)
    assert writer.get("/risk/software.csv?name=openssl").text.splitlines()[0] == ",".join(COLUMNS)


def test_a_later_version_is_not_below(told: Site, writer: Reader) -> None:
    assert writer.get("/risk/software.json?name=openssl&below=3.0.11").json() == []
    (row,) = writer.get("/risk/software.json?name=openssl&below=zz").json() or [{"surely": None}]
    assert row["surely"] is False


def test_without_a_question_it_lists_the_bills(told: Site, writer: Reader) -> None:
    section = writer.page("/risk/software").find(id="bills")
    assert section is not None and "Agilia 2.1" in section.parent.text  # type: ignore[union-attr]


def test_without_bills_it_says_so(reader: Reader) -> None:
    assert "No bill of materials was imported yet" in reader.page("/risk/software").text
    assert "Devices that run it: 0." in reader.page("/risk/software?name=none").text
