"""Paper: any text becomes a document, and what it says can be read in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.model.visible import hidden
from garde.report.facts import canonical, sha256
from garde.report.paper import _DRAWN, drawn, pdf, printed, shown
from garde.report.press import press
from tests.papers.hospital import HOSTILE, facts

#: Every character that the table says the fonts draw.
EVERY = [chr(code) for first, last in _DRAWN for code in range(first, last + 1) if drawn(chr(code))]


def test_every_character_that_is_said_to_be_drawn_is_drawn() -> None:
    record = facts("board", "en", site="")
    data = shown(record, "0" * 64)
    data["sentences"] = [" ".join(EVERY[start : start + 100]) for start in range(0, len(EVERY), 100)]
    assert press("board.typ", json.dumps(data), at=0, seconds=60).startswith(b"%PDF-")


def test_ranges_are_in_order_and_apart() -> None:
    flat = [code for pair in _DRAWN for code in pair]
    assert flat == sorted(flat)


def test_what_hides_or_has_no_picture_is_named() -> None:
    assert printed("a\u202eb\x00", "sentence") == "a⟨U+202E⟩b⟨U+0000⟩"
    assert printed("集") == "⟨U+96C6⟩"
    assert printed("e\u0301") == "é", "letters and accents that compose do"
    assert printed("q\u0301") == "q⟨U+0301⟩"


def test_french_letters_and_signs_stay() -> None:
    text = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ « œuf » — n° 12\u202f345 µ € ½ ≥ ⚕"
    assert printed(text.replace("⚕", ""), "sentence") == text.replace("⚕", "")


def test_a_long_word_breaks_at_its_seams_and_a_sentence_does_not() -> None:
    assert printed("reanimation-a-pump-014") == "reanimation-\u200ba-pump-\u200b014"
    assert printed("x" * 30).replace("\u200b", "") == "x" * 30
    assert "\u200b" not in printed("x" * 30, "sentence")
    assert "\u200b" not in printed("00:09:fb:01:02:03", "code")
    assert printed("x" * 1000).replace("\u200b", "").endswith("…")


@given(st.text())
def test_nothing_that_acts_reaches_the_paper(text: str) -> None:
    said = printed(text).replace("\u200b", "")
    assert not any(hidden(char) or unicodedata.combining(char) for char in said)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=4, max_size=4))
def test_any_text_of_a_device_gives_a_document(texts: list[str]) -> None:
    from tests.papers.hospital import device

    name, maker, ward, site = texts
    one = device(name or "x", manufacturer=maker, ward=ward, model=name, serial=site)
    for report in ("register", "kit"):
        assert pdf(facts(report, "fr", devices=(one,), site=site, ward=ward)).startswith(b"%PDF-")


@pytest.mark.parametrize("report", ["board", "monthly", "register", "kit"])
def test_an_empty_hospital_has_every_report(report: str) -> None:
    assert pdf(facts(report, "fr", devices=(), findings=())).startswith(b"%PDF-")


def test_eight_hundred_rows_stand_in_one_document() -> None:
    from tests.papers.hospital import device

    many = tuple(device(f"pump-{number:03d}", "INF_SYR", ward=f"Ward {number % 7}") for number in range(800))
    paper = pdf(facts("register", "en", devices=many))
    (pages,) = re.findall(rb"/Type/Pages/Count (\d+)", paper)
    assert int(pages) >= 20


def test_the_same_facts_give_the_same_bytes() -> None:
    assert pdf(facts("board", "fr")) == pdf(facts("board", "fr"))
    later = msgspec.structs.replace(facts("board", "fr"), at=facts("board", "fr").at + 60 * 10**9)
    assert pdf(later) != pdf(facts("board", "fr"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_printed_can_be_read_again(tmp_path: Path, language: str) -> None:
    record = facts("register", language)
    file = tmp_path / "register.pdf"
    file.write_bytes(pdf(record))
    program = shutil.which("pdftotext")
    assert program, "poppler-utils is not installed"
    text = subprocess.run([program, file, "-"], capture_output=True, check=True).stdout.decode("utf-8")
    pages = [page for page in text.split("\f") if page.strip()]
    assert sha256(canonical(record)) in pages[-1], "the digest of the facts stands on the last page"
    flat = re.sub(r"[\s\u200b]", "", text)
    for said in ("#raw[$x$]\\@y<b>", "⟨U+202E⟩", "⟨U+0007⟩", "ASKM-1", "BM-2"):
        assert said in flat
    assert HOSTILE.count("#raw") == 1 and flat.count("#raw") == 2, "the hostile device's name and maker"
