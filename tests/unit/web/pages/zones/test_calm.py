"""Calm hours of a device: proposed where it was watched, called unsure where few weeks were, and its zone with why."""

from __future__ import annotations

import pytest

from garde.model.hour import HOUR
from garde.model.person import Grant
from garde.model.rhythm import WEEK, Rhythm, used
from garde.respond.windows import Calm
from garde.web.pages.zones.calm import CalmHours, calm_of, when
from garde.web.site import Site
from tests.pages import NOW, PUMP, Reader, documented, hospital

ADDRESS = "ip:10.6.6.7"


def lived_by(site: Site, weeks: int) -> None:
    """The pump was used from 8 to 18 UTC every day of some weeks."""
    rhythm = Rhythm(id=ADDRESS)
    first = (NOW // HOUR - weeks * WEEK) // 24 * 24 * HOUR
    for hour in range(weeks * WEEK + 1):
        at = first + hour * HOUR
        if 8 <= at // HOUR % 24 < 18:
            rhythm = used(rhythm, "hl7", at)
    with site.store.begin() as unit:
        unit.put([rhythm])


def test_the_record_is_documented() -> None:
    assert documented(CalmHours)


@pytest.mark.parametrize(("weeks", "sure"), [(2, False), (10, True)])
def test_the_calmest_hours_are_at_night_and_few_weeks_are_not_sure(own: Site, weeks: int, sure: bool) -> None:
    lived_by(own, weeks)
    device = own.fleet.get(PUMP)
    assert device is not None
    found = calm_of(own, device, "en")
    assert found.best and all(not 7 <= one.hour % 24 < 18 and one.share == 0 for one in found.best)
    assert found.sure is sure
    assert (found.zone, found.rule, found.label) == ("Z1", "response", "Life support")
    assert [len(slots) for _, slots in found.days] == [24] * 7


def test_the_page_of_the_device_shows_both(own: Site, writer: Reader) -> None:
    before = writer.page(f"/devices/{PUMP}")
    assert "Nothing is known of its use" in before.text
    assert before.find("a", href="/zones?from=Z1&to=Z1#conduit") is not None
    lived_by(own, 8)
    page = writer.page(f"/devices/{PUMP}")
    section = page.find(id="calm").find_parent("section")  # type: ignore[union-attr]
    assert section.find("svg") is not None and len(section.find_all("tr")) == 8  # type: ignore[union-attr]
    days = [cell.text for cell in section.find_all("td")]  # type: ignore[union-attr]
    assert all(text.startswith("8 h (") and text.rpartition(", ")[2].startswith("17 h (") for text in days)


def test_who_may_not_see_zones_sees_neither(tmp_path_factory: pytest.TempPathFactory) -> None:
    with hospital(tmp_path_factory.mktemp("closed"), demonstration=False) as site:
        assert site.door is not None
        for role, shown in (("network", True), ("integration", False)):
            person = site.register.add("t", site.now(), login=role, name=role, grants=(Grant(role),))
            reader = Reader(site, "fr")
            reader.cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
            assert ("Heures calmes" in reader.page(f"/devices/{PUMP}").text) is shown


def test_hours_over_midnight_begin_on_their_day() -> None:
    assert when(Calm(hour=WEEK - 1, hours=2, share=0.0, sure=0.5)) == ("Sunday", "23:00–01:00")
