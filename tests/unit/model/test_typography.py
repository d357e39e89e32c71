"""French spaces: set where they belong, and only there."""

from __future__ import annotations

from garde.model.typography import spaced


def test_high_punctuation_and_guillemets() -> None:
    assert spaced("Thème : clair ; oui ? « non »") == "Thème\u00a0: clair\u202f; oui\u202f? «\u00a0non\u00a0»"


def test_what_is_no_sentence_keeps_its_marks() -> None:
    assert spaced("00:09:fb /devices?kind=CT!x") == "00:09:fb /devices?kind=CT!x"


def test_twice_is_once() -> None:
    once = spaced("Oui ! « non » :")
    assert spaced(once) == once
