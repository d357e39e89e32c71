"""The documentation as a page: readable, in both languages, without scripts, and its forms lead to answers."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from bs4 import BeautifulSoup

from garde.api.documentation import WORDS
from garde.api.openapi import document
from garde.api.operations import OPERATIONS
from tests.hospital import House


def page(house: House, who: str = "rssi", lang: str = "en") -> BeautifulSoup:
    answer = house.ask("GET", f"/docs?lang={lang}", who)
    assert answer.status_code == 200 and answer.headers["content-language"] == lang
    return BeautifulSoup(answer.text, "html.parser")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_operation_stands_there_in_the_readers_language(house: House, lang: str) -> None:
    text = page(house, lang=lang).get_text(" ")
    for row in OPERATIONS:
        assert getattr(row, lang).replace(";", "\u202f;" if lang == "fr" else ";") in text


def test_nothing_stands_inline_and_every_mark_leads_somewhere(house: House) -> None:
    found = page(house)
    assert not found.find_all(["script", "style"]) and not found.find_all(style=True)
    assert not [tag for tag in found.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    marks = {tag["id"] for tag in found.find_all(id=True)}
    assert len(marks) == len(found.find_all(id=True))
    assert {a["href"][1:] for a in found.find_all("a", href=re.compile("^#"))} <= marks
    for field in found.find_all(["input", "select"], type=lambda kind: kind != "hidden"):
        assert found.find("label", attrs={"for": field["id"]})


def test_it_says_what_the_reader_may_do(house: House) -> None:
    assert "You may not" in page(house, "ward").find(id="devices.list").get_text()
    assert "You may." in page(house, "oncall").find(id="devices.list").get_text()
    assert page(house, "stranger").find(id="me.show")


def test_a_form_leads_to_the_answer(house: House) -> None:
    form = page(house).find(id="devices.why").find("form")
    values = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    assert set(values) == {"operation", "device", "attribute"}
    answer = house.ask("GET", form["action"], params=values | {"device": "d/pump", "attribute": "ward"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/v1/devices/d%2Fpump/why/ward")
    listed = house.ask("GET", "/docs/try", params={"operation": "devices.list", "ward": "Réa A", "q": ""})
    assert house.get(listed.headers["location"])["total"] == 1


@pytest.mark.parametrize("name", ["people.add", "nonsense", ""])
def test_only_what_reads_may_be_tried(house: House, name: str) -> None:
    assert house.ask("GET", "/docs/try", params={"operation": name}).status_code == 404


def test_a_value_among_few_is_chosen_from_a_list(house: House) -> None:
    choice = page(house).find(id="findings.list").find("select", attrs={"name": "severity"})
    assert [one.get_text() for one in choice.find_all("option")] == ["", "critical", "high", "low", "medium"]


def test_every_word_of_the_page_is_there_in_french(house: House) -> None:
    source = (resources.files("garde.api") / "templates" / "docs.html").read_text("utf-8")
    said = set(re.findall(r"""t\(["'](.*?)["']\)""", source))
    types = {"one of", "list of", "any"} | {
        str(schema.get("format") or schema["type"])
        for record in document()["components"]["schemas"].values()
        for schema in [*record.get("properties", {}).values(), {"type": "null"}, {"type": "object"}, {"type": "array"}]
        if "format" in schema or "type" in schema
    }
    assert said | types == set(WORDS["fr"])
    assert " ;" not in page(house, lang="fr").get_text() and not re.search(r"[^\u00a0 ]:(\s|$)", _french(house))


def _french(house: House) -> str:
    """The page's own sentences in French."""
    found = page(house, lang="fr")
    for tag in found.find_all(["code", "table", "option"]):
        tag.decompose()
    return found.get_text(" ")
