"""What was decided, what waits for signatures, and what is in force."""

from __future__ import annotations

from garde.model.risk.treatment import Treatment
from garde.web.pages.risk.treatments import TreatmentsPage
from garde.web.site import Site
from tests.pages import PUMP, Reader, documented
from tests.unit.web.pages.risk.conftest import QUORUM, Signed


def accepted(site: Site, writer: Reader) -> str:
    """Say that the pump's risk is accepted; id of the word."""
    form = {"option": "accept", "reason": "replaced soon", "until": "2026-12-01", "person": "k.morel", "device": PUMP}
    assert writer.post("/risk/treatments", data=form | {"step": "say"}).status_code == 303
    (said,) = site.store.all(Treatment)
    return said.id


def stages(writer: Reader) -> dict[str, str]:
    return {row["device"]: row["stage"] for row in writer.get("/risk/treatments.json").json()}


def test_the_record_is_documented() -> None:
    assert documented(TreatmentsPage)


def test_before_a_signature_it_says_who_is_missing(writer: Reader) -> None:
    page = writer.page("/risk/treatments")
    assert [tag.text for tag in page.select(".warn .tag")] == [
        "Biomedical engineer", "Clinical lead", "Security officer",
    ]  # fmt: skip


def test_an_acceptance_counts_once_all_have_signed(own: Site, writer: Reader, committee: Signed) -> None:
    committee(own, writer)
    name = accepted(own, writer)
    assert stages(writer)[PUMP] == "validated"
    assert writer.page("/risk/treatments").select_one(f'input[value="{name}"]') is not None
    for number, role in enumerate(QUORUM):
        data = {"treatment": name, "role": role, "agrees": "yes", "person": f"person {number}"}
        assert writer.post("/risk/approvals", data=data).status_code == 303
    assert stages(writer)[PUMP] == "accepted"
    page = writer.page("/risk/treatments?stage=accepted")
    assert page.find("a", href=f"/messages/{name}") is not None and "replaced soon" in page.text
    assert writer.page("/risk/treatments").find(id="wait") is None


def test_what_is_not_there_is_not_signed(own: Site, writer: Reader, committee: Signed) -> None:
    committee(own, writer)
    words = {"role": "rssi", "agrees": "yes"}
    assert "treatment.none" in writer.post("/risk/approvals", data=words).text
    assert writer.post("/risk/approvals", data=words | {"treatment": "t-none"}).status_code == 404


def test_a_stage_that_there_is_not_is_passed_over(own: Site, writer: Reader, committee: Signed) -> None:
    committee(own, writer)
    assert writer.get("/risk/treatments?stage=x&page=99").status_code == 200
    assert len(stages(writer)) == 4
