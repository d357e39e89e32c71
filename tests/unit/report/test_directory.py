"""The hospital's own file: read, or refused with the line and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.errors import Malformed, Missing
from garde.inventory.kinds import kinds
from garde.report.directory import Both, applies, load, parse, said
from garde.twin import DIRECTORY
from garde.twin.hospital import WARDS


def test_a_text_may_be_in_one_language_or_in_both() -> None:
    found = parse('[[contact]]\nname = {fr = "Garde", en = "Duty"}\nphone = "1"\nhours = "24/7"', "d.toml").contacts[0]
    assert (said(found.name, "fr"), said(found.name, "en"), said(found.hours, "fr")) == ("Garde", "Duty", "24/7")
    assert said(Both("a", "b"), "en") == "b"


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ('[[contact]]\nname = "a"\nphon = "1"', "directory.field", 3, "phone"),
        ('[[contact]]\nname = "a"\nphone = 1', "directory.value", 3, ""),
        ('[[contact]]\nphone = "1"', "directory.value", 1, ""),
        ('[[contact]]\nname = {fr = "a"}\nphone = "1"', "directory.value", 2, ""),
        ('\n[[fallback]]\ntitle = "a"\nsteps = []', "directory.steps", 2, ""),
        ('[[fallback]]\ntitle = "a"\nsteps = ["x"]\n\n[[ fallback ]]\ntitle="b"\nsteps=["x"]\nkinds=["TOASTER"]',
         "directory.kind", 5, "kinds.md"),
        ('[[contacts]]\nname = "a"', "directory.table", 1, "[[contact]]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, code: str, line: int, hint: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text, "d.toml", {"CT"})
    assert (caught.value.code, caught.value.where) == (code, f"d.toml, line {line}")
    assert hint in caught.value.hint


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"directory\.unreadable"):
        load(tmp_path / "d.toml")
    (tmp_path / "d.toml").write_bytes(b"\xff")
    with pytest.raises(Missing, match=r"directory\.unreadable"):
        load(tmp_path / "d.toml")
    (tmp_path / "d.toml").write_text("")
    assert load(tmp_path / "d.toml").contacts == ()


def test_wards_are_told_apart_without_regard_to_case() -> None:
    assert applies((), "Bloc") and applies(("BLOC",), "Bloc") and not applies(("Bloc",), "Réa")


def test_the_demonstration_hospital_wrote_its_own_in_both_languages() -> None:
    found = load(DIRECTORY, kinds())
    wards = {ward.name for ward in WARDS.values()}
    texts = [contact.name for contact in found.contacts] + [step for row in found.fallbacks for step in row.steps]
    assert len(found.contacts) > 4 and all(isinstance(text, Both) for text in texts)
    assert {ward for row in (*found.contacts, *found.fallbacks) for ward in row.wards} <= wards
