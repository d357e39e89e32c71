"""Charts: what is true of each of them, the words and numbers that try them, and their golden files.

A golden file is the picture of a sample (``garde.web.charts.samples``) in English: ``bars.svg`` as a page holds it,
with classes, and ``bars.paper.svg`` as a report embeds it. ``make golden`` runs this file, which writes them again.

Example::

    sound(bars(data, Language("en")))
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from bs4 import BeautifulSoup
from hypothesis import strategies as st

from garde.web.charts.ink import HATCHES, TOKENS
from garde.web.charts.picture import Chart, every
from garde.web.charts.samples import samples
from garde.web.language import Language

FOLDER = Path(__file__).parent / "unit/web/charts"
EN, FR = Language("en"), Language("fr")
HOSTILE = '"><script>alert(1)</script>\u202e\x00\ud800]]>&amp;{n}{0}' + "x" * 200
#: Whatever a count may be, and whatever a stranger may call itself.
COUNTS = st.none() | st.integers(0, 2**63) | st.floats(0, 2.0**63)
WORDS = st.text(max_size=80) | st.just(HOSTILE)
NO_COUNTS = (-1, -0.5, float("nan"), float("inf"), float("-inf"), 2**63 + 1, 10**400)

SHAPES = {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text", "g", "a"}
GEOMETRY = {"viewBox", "width", "height", "x", "y", "d", "transform", "text-anchor", "patternUnits", "id", "role"}
ON_PAGE = GEOMETRY | {"class", "fill", "href"}
ON_PAPER = GEOMETRY | {
    *("fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family"),
}
INKS = {*TOKENS, "chart", "run", "thick", "dash", "small", "strong", "plate"}


def sound(chart: Chart) -> BeautifulSoup:
    """Check what is true of every chart, and give its figure as a page holds it."""
    page = BeautifulSoup(chart.__html__(), "html.parser")
    for text, allowed in ((str(chart.svg), ON_PAGE), (chart.paper(), ON_PAPER)):
        root = ET.fromstring(text)
        assert [one.tag.rpartition("}")[2] for one in list(root)[:2]] == ["title", "desc"]
        assert all((one.text or "").strip() for one in list(root)[1:2])
        ids = set(re.findall(r' id="([^"]+)"', text))
        assert set(re.findall(r"url\(#([^)]+)\)", text)) == ids
        for one in root.iter():
            assert one.tag.rpartition("}")[2] in SHAPES
            assert set(one.attrib) <= allowed, one.attrib
            assert set(one.attrib.get("class", "").split()) <= INKS
            drawn = " ".join(one.attrib.get(name, "") for name in ("viewBox", "width", "height", "x", "y", "d"))
            assert not re.search("nan|inf|e[+-]", drawn)
            fill = one.attrib.get("fill", "none")
            assert fill == "none" or fill in TOKENS.values() or fill[:5] == "url(#"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\ud800]", chart.__html__() + chart.paper())
    assert all(link.text.strip() for link in page.find_all("a"))
    assert page.find("script") is None and page.find(style=True) is None
    assert all(table.caption is not None for table in page.find_all("table"))
    assert all(mark.hatch == "" or HATCHES[mark.hatch] for mark in every(chart.marks))
    assert len(list(every(chart.marks))) <= 2_000
    return page


def cells(page: BeautifulSoup, number: int = 0) -> list[list[str]]:
    """The words of a table of a figure, its heads first."""
    rows = page.find_all("table")[number].find_all("tr")
    return [[cell.text for cell in row.find_all(["th", "td"])] for row in rows]


def goldens() -> dict[str, str]:
    """Name of the file → what it should hold."""
    files = {}
    for name, chart in samples(EN):
        files[f"{name}.svg"] = f"{chart.svg}\n"
        files[f"{name}.paper.svg"] = chart.paper()
    return files


if __name__ == "__main__":
    for name, text in goldens().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
