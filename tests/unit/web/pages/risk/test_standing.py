"""The list of a cell, and decisions about several risks together."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from garde.model.risk.treatment import Treatment
from garde.web.pages.risk.standing import DecisionPage, StandingPage, until_of
from garde.web.site import Site
from tests.pages import FORMULA, PUMP, STRANGER, Reader, documented
from tests.unit.web.pages.risk.conftest import Signed

WORDS = {"option": "accept", "reason": "replaced in spring", "until": "2026-12-01", "person": "k.morel"}


def test_the_records_are_documented() -> None:
    assert documented(StandingPage) and documented(DecisionPage)


def test_the_most_pressing_stand_first_and_lead_on(reader: Reader) -> None:
    rows = reader.get("/risk/devices.json").json()
    assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
    page = reader.page("/risk/devices")
    for row in rows:
        assert page.find("a", href=f"/devices/{row['device']}/risk") is not None
    assert "An unsigned matrix drives nothing" in page.text and page.select("input[name=device]") == []


def test_a_spreadsheet_runs_nothing(reader: Reader) -> None:
    rows = list(csv.DictReader(io.StringIO(reader.get("/risk/devices.csv").text)))
    assert len(rows) == 4
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    assert FORMULA not in reader.get("/risk/devices.csv").text.splitlines()


def test_an_empty_cell_leads_back(reader: Reader) -> None:
    page = reader.page("/risk/devices?criticality=1&vulnerability=4")
    assert "No device stands here." in page.text


def decide(writer: Reader, status: int = 200, query: str = "", **form: Any) -> str:
    answer = writer.post(f"/risk/treatments{query}", data=WORDS | {"device": [PUMP, STRANGER]} | form)
    assert answer.status_code == status, answer.text[:400]
    return str(answer.headers.get("location", answer.text))


def test_a_decision_is_shown_before_it_is_said(own: Site, writer: Reader, committee: Signed) -> None:
    name = committee(own, writer)
    shown = decide(writer, step="preview")
    assert "2 devices" in shown and "replaced in spring" in shown and list(own.store.all(Treatment)) == []
    assert decide(writer, 303, step="say") == "/risk/treatments"
    said = list(own.store.all(Treatment))
    assert {one.device for one in said} == {PUMP, STRANGER} and {one.matrix for one in said} == {name}
    assert {one.person for one in said} == {"k.morel"}
    assert "accept" in writer.get("/risk/treatments.csv").text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": ""}, "treatment.no-end"),
        ({"until": "2028-01-01"}, "treatment.too-long"),
        ({"until": "yesterday"}, "treatment.date"),
        ({"reason": " "}, "treatment.no-reason"),
        ({"option": "forget"}, "treatment.option"),
        ({"option": "avoid"}, "treatment.until"),
        ({"device": []}, "treatment.many"),
    ],
)
def test_what_may_not_be_decided_is_refused_before_and_after_the_look(
    own: Site, writer: Reader, committee: Signed, change: dict[str, Any], code: str
) -> None:
    committee(own, writer)
    for step in ("preview", "say"):
        assert code in decide(
            writer, 403 if code.startswith("treatment.no-") or "long" in code else 422, step=step, **change
        )
    assert list(own.store.all(Treatment)) == []


def test_nothing_is_decided_without_signatures(own: Site, writer: Reader) -> None:
    assert "matrix.none" in decide(writer, 404, step="say")
    writer.post("/risk/freeze", data={})
    assert "matrix.unsigned" in decide(writer, 403, step="say")
    assert list(own.store.all(Treatment)) == []


def test_all_of_a_list_are_meant_together(own: Site, writer: Reader, committee: Signed) -> None:
    committee(own, writer)
    shown = decide(writer, step="preview", query="?ward=R%C3%A9a+A", every="1", device=[])
    assert "1 device" in shown and PUMP in shown and STRANGER not in shown


def test_work_on_devices_is_named_in_the_treatment(own: Site, writer: Reader, committee: Signed) -> None:
    committee(own, writer)
    form: dict[str, Any] = {"option": "treat", "until": "", "reason": "", "every": "1", "device": [], "step": "say"}
    decide(writer, 303, query="?package=segmentation%3A+R%C3%A9a+A", **form)
    assert [(one.device, one.packages) for one in own.store.all(Treatment)] == [(PUMP, ("segmentation: Réa A",))]
    assert "roadmap.gone" in decide(writer, 404, query="?package=none", **form)


def test_the_end_of_a_day() -> None:
    assert until_of("1970-01-01") == 86_400 * 10**9 and until_of("") == 0
