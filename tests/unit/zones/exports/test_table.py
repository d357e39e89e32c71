"""The table of forms: every one is written, read, and shown by its golden file."""

from __future__ import annotations

import pytest

from garde.zones.exports.table import FORMS
from tests.policies import FOLDER, ruleset, texts


@pytest.mark.parametrize("name", sorted(texts()))
def test_the_text_is_the_golden_one(name: str) -> None:
    assert texts()[name] == (FOLDER / name).read_text(), "make golden, and read what changed"


def test_every_golden_file_is_of_a_form() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(texts())


@pytest.mark.parametrize("name", FORMS.names)
def test_the_golden_text_reads_back(name: str) -> None:
    form = FORMS[name]
    reading = form.parse((FOLDER / f"{name}.txt").read_bytes())
    assert (reading.ruleset, reading.strange) == (form.fit(ruleset(macs=form.macs)), ())
    assert form.says
