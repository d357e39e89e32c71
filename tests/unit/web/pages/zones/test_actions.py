"""The list of actions: what would be lost stands there first, and one switch suspends everything."""

from __future__ import annotations

import pytest

from garde.model.person import Grant
from garde.model.zones.action import ALL, Freeze
from garde.web.pages.zones.actions import ActionsPage, Line, Loss, Thing
from garde.web.site import Site
from tests.flowing import acting
from tests.pages import HOSTILE, PUMP, Reader, documented, hospital


@pytest.mark.parametrize("record", [ActionsPage, Line, Loss, Thing], ids=lambda one: one.__name__)
def test_the_records_are_documented(record: type) -> None:
    assert documented(record)


def test_every_action_stands_on_one_shelf_and_leads_to_its_page(guard: Reader) -> None:
    seen = []
    for shelf in ("waiting", "running", "proposed", "over"):
        rows = guard.get(f"/actions.json?shelf={shelf}").json()["actions"]
        page = guard.page(f"/actions?shelf={shelf}")
        for row in rows:
            assert page.find("a", href=f"/actions/{row['id']}") is not None
        seen += [row["id"] for row in rows]
    assert len(seen) == len(set(seen)) == 13


def test_what_would_be_lost_is_shown_before_anybody_may_agree(guard: Reader) -> None:
    page = guard.page("/actions?shelf=waiting")
    row = page.select_one("[data-row]")
    assert row is not None and row.find("a", href="/devices/d-ct") is not None
    assert "patients: possible" in " ".join(row.text.split())
    assert page.select_one("form[action$='/decisions']") is None


def test_names_of_devices_stay_text(guard: Reader) -> None:
    answer = guard.get("/actions").text
    assert HOSTILE not in answer and "<script>alert" not in answer and "alert(1)" in answer


def test_the_switch_suspends_and_resumes_all(threatened: Site, guard: Reader) -> None:
    before = acting(threatened, "block").status
    said = {"verb": "freeze", "reason": "wrong alarm", "person": "k.morel", "sure": "yes"}
    assert guard.post("/actions/switch", data=said).status_code == 303
    page = guard.page("/actions")
    assert "All actions are suspended" in page.text and "wrong alarm" in page.text
    assert threatened.store.get(Freeze, [ALL])[ALL].on and acting(threatened, "block").status == "frozen"
    # Who looks and who is called goes on: that changes nothing for anybody.
    assert acting(threatened, "capture", "d-ct").status == "approved"
    assert guard.post("/actions/switch", data=said | {"verb": "thaw"}).status_code == 303
    assert acting(threatened, "block").status == before


def test_nobody_suspends_without_a_reason(threatened: Site, guard: Reader) -> None:
    answer = guard.post("/actions/switch", data={"verb": "freeze", "reason": " ", "sure": "yes"})
    assert answer.status_code == 403 and "action.reason" in answer.text
    unsure = guard.post("/actions/switch", data={"verb": "freeze", "reason": "x"})
    assert unsure.status_code == 403 and "action.sure" in unsure.text
    assert threatened.store.get(Freeze, [ALL]) == {}


def test_a_hospital_without_threats_says_so(reader: Reader) -> None:
    assert "Nothing waits for anybody" in reader.page("/actions").text


def test_who_sees_one_ward_sees_its_actions_only(tmp_path_factory: pytest.TempPathFactory, threatened: Site) -> None:
    with hospital(tmp_path_factory.mktemp("ward"), demonstration=False) as closed:
        person = closed.register.add("t", closed.now(), login="a", name="A", grants=(Grant("oncall", ward="Réa A"),))
        assert closed.door is not None
        cookie = closed.door.open(person, "password", origin="t", agent="", now=closed.now())
        with closed.store.begin() as unit:
            unit.put([acting(threatened, "block"), acting(threatened, "quarantine")])
        reader = Reader(closed)
        reader.cookies["garde"] = cookie
        rows = [row for shelf in ("running", "proposed") for row in
                reader.get(f"/actions.json?shelf={shelf}").json()["actions"]]  # fmt: skip
        assert [row["device"] for row in rows] == [PUMP]
        other = acting(threatened, "quarantine").id
        assert reader.get(f"/actions/{other}").status_code == 404
        answer = reader.post("/actions/switch", data={"reason": "x"}, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 403
