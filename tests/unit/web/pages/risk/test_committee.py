"""Signatures: who may give them, what they cover, and what lies between two matrices."""

from __future__ import annotations

import pytest

from garde.model.risk.matrix import Approval
from garde.web.pages.risk.committee import FrozenPage, MatricesPage
from garde.web.site import Site
from tests.pages import PUMP, Reader, documented
from tests.unit.web.pages.risk.conftest import QUORUM, Signed, known_as


def test_the_records_are_documented() -> None:
    assert documented(FrozenPage) and documented(MatricesPage)


def test_each_role_needs_a_person_of_its_own(own: Site, writer: Reader) -> None:
    where = writer.post("/risk/freeze", data={}).headers["location"]
    for role in QUORUM:
        writer.post(f"{where}/approvals", data={"role": role, "agrees": "yes", "person": "everybody"})
    assert writer.get(f"{where}.json").json()["signed"] is False
    assert "Not signed: it drives nothing." in writer.page(where).text
    for role in QUORUM[1:]:
        writer.post(f"{where}/approvals", data={"role": role, "agrees": "yes", "person": f"a {role}"})
    assert writer.get(f"{where}.json").json()["signed"] is True
    page = writer.page(where)
    assert "Signed by the whole quorum" in page.text and "a clinical" in page.text


def test_a_refusal_has_a_reason_and_stands(own: Site, writer: Reader, committee: Signed) -> None:
    where = f"/risk/matrices/{committee(own, writer)}"
    no = {"role": "clinical", "agrees": "no", "person": "person 1"}
    refused = writer.post(f"{where}/approvals", data=no)
    assert refused.status_code == 403 and "approval.reason" in refused.text
    assert writer.post(f"{where}/approvals", data=no | {"reason": "Bloc is missing"}).status_code == 303
    page = writer.page(where)
    assert "Refused: settle it" in page.text and "Bloc is missing" in page.text
    assert [one.agrees for one in own.store.all(Approval) if one.person == "person 1"].count(False) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"role": "network", "agrees": "yes"}, "approval.role"),
        ({"role": "", "agrees": "yes"}, "approval.role"),
        ({"role": "rssi", "agrees": "perhaps"}, "approval.word"),
    ],
)
def test_a_word_that_is_none_is_refused(own: Site, writer: Reader, words: dict[str, str], code: str) -> None:
    where = writer.post("/risk/freeze", data={}).headers["location"]
    answer = writer.post(f"{where}/approvals", data=words)
    assert answer.status_code in (403, 422) and code in answer.text
    assert list(own.store.all(Approval)) == []


def test_what_is_not_frozen_is_not_signed(writer: Reader) -> None:
    assert writer.post("/risk/matrices/m-none/approvals", data={"role": "rssi", "agrees": "yes"}).status_code == 404


def test_two_matrices_are_compared(own: Site, writer: Reader) -> None:
    first = writer.post("/risk/freeze", data={}).headers["location"]
    known_as(own, kind="PRINT")
    second = writer.post("/risk/freeze", data={}).headers["location"]
    assert first != second
    name = second.rpartition("/")[2]
    page = writer.page(f"{first}?with={name}")
    assert page.find("a", href=f"/devices/{PUMP}") is not None
    again = writer.page(f"{second}?with={first.rpartition('/')[2]}")
    assert [tag.text for tag in again.select("ul.numbers li")] == [tag.text for tag in page.select("ul.numbers li")]
    assert "fallen" in page.select("ul.numbers li")[1].text and page.select("ul.numbers strong")[1].text == "1"
    assert len(writer.page("/risk/matrices").select("tbody tr")) == 2


def test_files_hold_every_row(own: Site, writer: Reader) -> None:
    where = writer.post("/risk/freeze", data={}).headers["location"]
    assert len(writer.get(f"{where}.csv").text.splitlines()) == 5
    assert len(writer.get(f"{where}.json").json()["rows"]) == 4
