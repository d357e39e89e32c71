"""Files: extensions, notes, and what stays unnamed."""

from __future__ import annotations

import pytest

from garde.dissect.listen.smb_files import HANDLES, Files, extension
from garde.dissect.listen.spec import keyed


@pytest.mark.parametrize(
    ("name", "found"),
    [("a.DOCX", "docx"), ("a.b.wncry", "wncry"), ("README", ""), (".profile", "profile"), ("Mme Dupont 1. rdv", "")],
)
def test_extensions_and_what_only_looks_like_one(name: str, found: str) -> None:
    assert extension(name) == found


def test_no_name_leaves_but_a_notes() -> None:
    files = Files(keyed(b"k"))
    files.tree(1, "users")
    told = [
        *files.opened(1, "DUPONT\\Marie.docx", 1, 0, made=True),
        *files.opened(2, "d\\@Please_Read_Me@.txt", 1, 0, made=True),
    ]
    assert "note" not in told[0].values and told[1].values["note"] == "@Please_Read_Me@.txt"
    assert not any("dupont" in str(value).lower() or "marie" in str(value).lower() for value in told[0].values.values())


def test_handles_are_bounded_and_unknown_ones_say_nothing() -> None:
    files = Files(keyed(b"k"))
    for number in range(HANDLES + 5):
        list(files.opened(number, f"f{number}.txt", 1, 0, made=False))
    assert not list(files.renamed(0, "x.y", 0)) and list(files.renamed(HANDLES, "x.y", 0))
    assert files.pipe("unknown") and not files.pipe(HANDLES)
    assert not list(files.written("unknown", 0, b"x" * 99, 0)) and not list(files.deleted("unknown", 0))
