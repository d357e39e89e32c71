"""What would break: named with ward, hours and whom to call, and accepted one by one by people who give their name."""

from __future__ import annotations

import pytest

from garde.web.pages.zones import simulation
from garde.web.pages.zones.simulation import Broken, SimulationPage, Unmet
from garde.web.site import Site
from tests.flowing import talk
from tests.pages import PUMP, Reader, documented
from tests.unit.web.pages.zones.conftest import drafted_by


@pytest.fixture
def where(drafter: Reader) -> str:
    return f"/zones/policy/{drafted_by(drafter)}"


@pytest.mark.parametrize("record", [SimulationPage, Broken, Unmet], ids=lambda one: one.__name__)
def test_the_records_are_documented(record: type) -> None:
    assert documented(record)


def of_pump(reader: Reader, where: str) -> str:
    """Id of the pump's break beyond the site."""
    breaks = reader.get(f"{where}/simulation.json").json()["simulation"]["breaks"]
    return next(str(one["id"]) for one in breaks if one["source"] == PUMP and one["target_zone"] == "OUT")


def test_a_break_names_ward_hours_and_whom_to_call(drafter: Reader, where: str) -> None:
    row = drafter.page(f"{where}/simulation").find(id=of_pump(drafter, where))
    assert row is not None and row.find("a", href=f"/devices/{PUMP}") is not None
    text = " ".join(row.text.split())
    assert "hours (UTC): 20" in text and "Whom to call: Réa A" in text and "two people in two roles" in text


def test_a_break_of_a_life_sustaining_device_takes_two_people_in_two_roles(
    lived: Site, drafter: Reader, where: str
) -> None:
    about, name = of_pump(drafter, where), where.rpartition("/")[2]

    def said(person: str, role: str) -> tuple[str, ...]:
        data = {"about": about, "role": role, "agrees": "yes", "reason": "agreed", "person": person}
        assert drafter.post(f"{where}/breaks", data=data).status_code == 303
        return tuple(one for one in lived.drafting.held(name) if about in one)

    assert said("anna", "rssi") == (f"second-person: {about}",)
    assert said("bruno", "rssi") == (f"second-person: {about}",)
    assert said("bruno", "biomedical") == ()
    row = drafter.page(f"{where}/simulation").find(id=about)
    assert row is not None and "Accepted" in row.text


def test_what_is_accepted_has_a_reason_and_is_of_this_policy(drafter: Reader, where: str) -> None:
    data = {"role": "rssi", "agrees": "yes", "person": "anna"}
    bare = drafter.post(f"{where}/breaks", data=data | {"about": of_pump(drafter, where)})
    assert bare.status_code == 403 and "approval.reason" in bare.text
    other = drafter.post(f"{where}/breaks", data=data | {"about": "b-none", "reason": "x"})
    assert other.status_code == 404 and "policy.break" in other.text


def test_a_ward_is_shown_alone(drafter: Reader, where: str) -> None:
    page = drafter.page(f"{where}/simulation?ward=R%C3%A9a+A")
    rows = page.select("section[aria-labelledby=breaks] [data-row]")
    assert rows and all(row.find("a", href="/devices?ward=R%C3%A9a+A") for row in rows)


def test_it_is_tried_anew_on_what_came_since(lived: Site, drafter: Reader, where: str) -> None:
    lived.say(talk(11, "10.6.6.20", "10.6.6.7", 9100))
    before = len(drafter.get(f"{where}/simulation.json").json()["simulation"]["breaks"])
    assert drafter.post(f"{where}/simulation", data={"days": "14"}).status_code == 303
    assert len(drafter.get(f"{where}/simulation.json").json()["simulation"]["breaks"]) == before + 1


def test_names_of_devices_stay_text(drafter: Reader, where: str) -> None:
    text = drafter.get(f"{where}/simulation").text
    assert "<script>alert" not in text and "alert(1)" in text


def test_more_breaks_than_a_page_holds_stand_on_the_next(
    lived: Site, drafter: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "ROWS", 3)
    where = f"/zones/policy/{drafted_by(drafter)}/simulation"
    every = [one["id"] for one in drafter.get(f"{where}.json").json()["simulation"]["breaks"]]
    seen, path = [], where
    while path:
        page = drafter.page(path)
        seen += [str(row["id"]) for row in page.select("section[aria-labelledby=breaks] [data-row]")]
        path = next((str(tag["href"]) for tag in page.select(".pages a") if tag.text == "Next"), "")
    assert seen == every and len(every) > 3
    form = drafter.page(f"{where}?page=2").select_one("form[action$='/breaks']")
    assert form is not None
    said = {str(tag["name"]): str(tag["value"]) for tag in form.select("input[type=hidden]")}
    said |= {"role": "rssi", "agrees": "yes", "reason": "seen", "person": "anna"}
    answer = drafter.post(str(form["action"]), data=said)
    assert answer.headers["location"] == f"{where}?page=2#{every[3]}"
    away = drafter.post(str(form["action"]), data=said | {"back": "//elsewhere.example"})
    assert away.headers["location"] == f"{where}#{every[3]}"
    assert drafter.page(f"{where}?page=99").select(".pages a")[-1].text == "Previous"
