"""Policies: proposed from what was observed, once, and listed with what keeps them from holding."""

from __future__ import annotations

from threading import Event

import pytest
from starlette.testclient import TestClient

from garde.model.zones.zone import Policy, intact
from garde.pipeline.zones import drafting
from garde.web.pages.zones.policies import PoliciesPage, Row
from garde.web.site import Site
from garde.zones.propose import propose
from tests.pages import Reader, documented
from tests.unit.web.pages.zones.conftest import drafted_by


def test_the_records_are_documented() -> None:
    assert documented(PoliciesPage) and documented(Row)


def test_a_proposal_is_kept_and_listed_with_what_it_would_break(lived: Site, drafter: Reader) -> None:
    name = drafted_by(drafter)
    policy = lived.store.get(Policy, [name])[name]
    assert intact(policy) and any(way.rules for way in policy.conduits)
    page = drafter.page("/zones/policy")
    row = page.select_one("tr[data-row]")
    assert row is not None and row.find("a", href=f"/zones/policy/{name}") is not None
    assert row.find("a", href=f"/zones/policy/{name}/simulation") is not None and "anna" in row.text


def test_the_same_days_make_the_same_policy(lived: Site, drafter: Reader) -> None:
    assert drafted_by(drafter) == drafted_by(drafter, "bruno")
    (row,) = drafter.get("/zones/policy.json").json()
    assert row["person"] == "anna"


def test_nothing_observed_gives_no_policy(bare: TestClient) -> None:
    answer = bare.post("/zones/policy", data={"days": "7"}, headers={"accept-language": "en"})
    assert answer.status_code == 403 and "policy.nothing" in answer.text
    assert "No policy was drafted yet" in answer.text


def test_one_at_a_time_and_nobody_waits_for_long(lived: Site, drafter: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, begun = Event(), Event()

    def slow(*given: object, **named: object) -> object:
        begun.set()
        assert gate.wait(30)
        return real(*given, **named)  # type: ignore[arg-type]

    real = propose
    monkeypatch.setattr(drafting, "propose", slow)
    monkeypatch.setattr(drafting, "PATIENCE", 0.01)
    answer = drafter.post("/zones/policy", data={"days": "14"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/zones/policy") and begun.wait(30)
    assert "being worked out" in drafter.page("/zones/policy").text
    second = drafter.post("/zones/policy", data={"days": "14"})
    assert second.status_code == 409 and "policy.busy" in second.text
    gate.set()
    assert lived.drafting.wait(30)
    assert len(drafter.get("/zones/policy.json").json()) == 1
