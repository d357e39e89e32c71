"""The colours of paper are those of the stylesheet, they have their contrast, and no two fills or shapes look alike."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from garde.web.charts.ink import HATCHES, SEVERITIES, TOKENS, attributes, classes, outline, place, shape
from garde.web.site import STATIC

CSS = (STATIC / "garde.css").read_text("utf-8")
#: What a mark that says something may be drawn with; the other tokens lie under or between marks.
SPEAKING = ("text", "muted", "link", "critical", "high", "medium", "low", "ok", "line")


def theme(start: str) -> dict[str, str]:
    """The colours of a rule of the stylesheet, in six digits."""
    body = CSS[CSS.index(start) :].partition("}")[0]
    found = re.findall(r"--(\w+):#(\w{3,6})\b", body)
    return {name: f"#{code if len(code) == 6 else ''.join(2 * one for one in code)}" for name, code in found}


LIGHT, DARK = theme(":root{"), theme("[data-theme=dark]{")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_paper_has_the_light_theme() -> None:
    assert TOKENS == LIGHT


@pytest.mark.parametrize("ink", SPEAKING)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_have_their_contrast(colours: dict[str, str], ink: str) -> None:
    for ground in ("surface", "page"):
        assert contrast(colours[ink], colours[ground]) >= (4.5 if ink in ("text", "muted", "link") else 3)


def test_print_puts_dark_ink_on_white() -> None:
    paper = LIGHT | theme("@media print{")
    assert "--critical" in CSS[CSS.index("@media print{") :]
    assert all(contrast(paper[ink], paper["surface"]) >= 3 for ink in SPEAKING)


def test_every_ink_has_its_class() -> None:
    for name in TOKENS:
        assert f".chart .{name}{{color:var(--{name})}}" in CSS
    for manner in ("run", "thick", "dash", "small", "strong", "plate"):
        assert f".chart .{manner}{{" in CSS


def test_no_two_fills_look_alike_in_one_colour() -> None:
    drawn = [hatch for hatch in HATCHES.values() if hatch]
    assert len(drawn) == len(set(drawn)) == len(HATCHES) - 2, "critical is whole, and unknown is empty"


def test_no_two_severities_have_one_shape() -> None:
    seen = {name: (shape(name, 10, 10), "run" in outline(name)) for name in SEVERITIES if name}
    assert all(first != second for first, second in combinations(seen.values(), 2))


@pytest.mark.parametrize(
    ("ink", "written"),
    [
        ("", ""),
        ("low", ' fill="#3d5a6c"'),
        ("low run thick dash", ' fill="none" stroke="#3d5a6c" stroke-width="3" stroke-dasharray="4 3"'),
        ("muted small", ' fill="#52606d" font-size="10"'),
        ("strong", ' font-weight="700"'),
        ("plate", ' fill="#ffffff" stroke="#808b99"'),
    ],
)
def test_ink_on_paper(ink: str, written: str) -> None:
    assert attributes(ink) == written
    assert classes(ink) == (f' class="{ink}"' if ink else "")


def test_lengths_are_short() -> None:
    assert [place(value) for value in (100, 1.04, -0.04, -3.25, 1e6)] == ["100", "1", "0", "-3.2", "1000000"]
