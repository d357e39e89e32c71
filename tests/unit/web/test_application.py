"""Each address leads to one screen, and mistakes are told in the form that was asked for."""

from __future__ import annotations

from garde.gate import Guarded
from garde.web.application import SCREENS, routes
from garde.web.site import Site
from tests.pages import Reader


def test_no_two_screens_share_an_address(site: Site) -> None:
    found = [(route.path, tuple(sorted(route.methods or ()))) for route in routes(site) if isinstance(route, Guarded)]
    assert len(found) == len(set(found)) > len(SCREENS)


def test_people_and_programs_are_told_in_their_form(reader: Reader) -> None:
    assert "text/html" in reader.get("/none").headers["content-type"]
    assert reader.get("/none.json").headers["content-type"] == "application/problem+json"
    assert reader.get("/none", headers={"authorization": "Bearer x"}).json()["code"] == "page.missing"
