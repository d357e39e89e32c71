"""Pages about the pages: every component is shown, every word is explained in both languages."""

from __future__ import annotations

from garde.web.charts.samples import SAMPLES
from garde.web.pages.about import WORDS
from tests.unit.web.pages.conftest import Desk


def test_the_style_guide_shows_every_component(desk: Desk) -> None:
    page = desk.get("/style")
    for selector in (
        ".bars",
        ".severity.critical",
        ".severity.low",
        "bdi",
        ".chips",
        "form.stack",
        "svg",
        ".unknown",
    ):
        assert page.select_one(selector), selector
    assert "<script>alert" not in str(page)


def test_the_style_guide_shows_every_chart(desk: Desk) -> None:
    for lang in ("en", "fr"):
        page = desk.get("/style", lang=lang)
        for name in SAMPLES:
            section = page.select_one(f"section[aria-labelledby=chart-{name}]")
            assert section is not None and section.select_one("figure.drawn svg.chart title"), name
            assert section.figcaption.text.strip() and section.select_one("details table caption"), name


def test_the_words_are_explained_in_both_languages(desk: Desk) -> None:
    english, french = (desk.get("/glossary", lang=lang) for lang in ("en", "fr"))
    assert len(english.find_all("dt")) >= len(WORDS)
    meanings = [[one.text for one in page.select("dl.words dd")] for page in (english, french)]
    assert len(meanings[0]) == len(WORDS) and not set(meanings[0]) & set(meanings[1])


def test_the_statement_claims_no_more_than_was_checked(desk: Desk) -> None:
    assert "conformity is not claimed" in desk.get("/accessibility").text
