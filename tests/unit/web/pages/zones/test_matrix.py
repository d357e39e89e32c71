"""The matrix of zones: each count leads to what it counts, and what has no place in the plan stands out."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from garde.model.person import Grant
from garde.model.zones.crossing import Crossing
from garde.web.pages.zones.matrix import Conduit, Pair, Service, ZonesPage
from garde.web.site import Site
from tests.pages import HOSTILE, PUMP, Reader, documented, hospital


@pytest.mark.parametrize("record", [ZonesPage, Conduit, Pair, Service], ids=lambda one: one.__name__)
def test_the_records_are_documented(record: type) -> None:
    assert documented(record)


def test_every_count_leads_to_its_conduit(asker: Reader) -> None:
    page, cells = asker.page("/zones"), asker.get("/zones.json").json()["cells"]
    counted = [cell for cell in cells if cell["expected"] or cell["outside"]]
    assert len(counted) >= 3
    for cell in counted:
        link = page.find("a", href=f"/zones?days=7&from={cell['from']}&to={cell['to']}#conduit")
        assert link is not None, cell
        shown = asker.page(str(link["href"])).find(id="conduit").find_next("tbody").find_all("tr")  # type: ignore[union-attr]
        assert len(shown) == cell["expected"] + cell["outside"]


def test_what_leaves_the_site_is_grave_and_the_rest_out_of_rule(asker: Reader) -> None:
    cells = {(cell["from"], cell["to"]): cell for cell in asker.get("/zones.json").json()["cells"]}
    grave = [pair for pair, cell in cells.items() if cell["severity"] == "critical"]
    assert grave == [("Z1", "OUT"), ("Z8", "Z1")]
    assert "2 conduits carry something grave" in " ".join(asker.page("/zones").text.split())


def test_a_conduit_counts_what_the_roll_up_counts(crossed: Site, asker: Reader) -> None:
    conduit = asker.get("/zones.json?from=Z1&to=OUT").json()["conduit"]
    held = [one for one in crossed.store.all(Crossing) if (one.source, one.target) == ("Z1", "OUT")]
    assert [one["name"] for one in conduit["services"]] == ["tls 443"]
    assert conduit["services"][0]["flows"] == sum(one.flows for one in held) == 4
    assert conduit["devices"] == 1 and conduit["octets"] == 4 * 3400


@pytest.mark.parametrize(("only", "name"), [("unexpected", "outside"), ("silent", "silent")])
def test_filters_keep_what_they_name(asker: Reader, only: str, name: str) -> None:
    every = asker.get("/zones.json").json()["cells"]
    kept = asker.get(f"/zones.json?only={only}").json()["cells"]
    assert kept == [cell for cell in every if cell[name]] and kept


def test_the_map_says_the_same_as_the_matrix(asker: Reader) -> None:
    page = asker.page("/zones?view=map")
    assert page.find("svg") is not None and page.find("abbr") is None
    links = {str(tag["href"]) for tag in page.select("figure a") if "from=Z1" in str(tag.get("href"))}
    assert any("to=OUT" in link for link in links)


def test_the_picture_has_the_cells_of_the_table(asker: Reader) -> None:
    page = asker.page("/zones?view=picture")
    held = [cell for cell in asker.get("/zones.json").json()["cells"] if cell["expected"] or cell["outside"]]
    links = {str(tag["href"]) for tag in page.select("figure svg a")}
    assert page.find("abbr") is None and len(links) == len(held)


def test_text_of_the_network_stays_text(asker: Reader) -> None:
    answer = asker.get("/zones?from=Z8&to=Z1").text
    assert "<script>alert" not in answer and HOSTILE not in answer and "alert(1)" in answer


def test_nobody_sees_a_part_of_it(crossed: Site) -> None:
    assert crossed.door is None
    page = Reader(crossed, "fr").page("/zones")
    assert "Qui peut parler à qui" in page.text and "hors règle" in page.text


def test_who_sees_one_ward_is_told_why_there_is_nothing(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with hospital(tmp_path, demonstration=False) as site:
        person = site.register.add("t", site.now(), login="a", name="A", grants=(Grant("network", ward="Réa A"),))
        reader = Reader(site)
        assert site.door is not None
        reader.cookies["garde"] = site.door.open(person, "password", origin="t", agent="", now=site.now())
        answer = reader.get("/zones.json")
        assert (answer.status_code, answer.json()["code"]) == (403, "zones.whole")


def test_days_that_make_no_sense_are_seven(asker: Reader) -> None:
    for days in ("x", "-1", "²", "99999", ""):
        assert asker.get(f"/zones.json?days={days}").json()["days"] == 7
    assert asker.get("/zones.json?days=0").json()["days"] == 1


def test_a_hospital_that_heard_nothing_says_what_is_needed(bare: TestClient) -> None:
    text = bare.get("/zones", headers={"accept-language": "fr"}).text
    assert "7 jours d&#39;écoute nécessaires" in text
    assert PUMP not in text
