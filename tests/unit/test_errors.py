"""Errors: one line that says what, where, what next and the code."""

from __future__ import annotations

import pytest

from garde import errors


def test_the_sentence_comes_first_and_the_code_last() -> None:
    error = errors.Malformed("pcap.magic", "not a capture", where="offset 0", hint="Export it again")
    assert str(error) == "not a capture (offset 0). Export it again [pcap.magic]"


def test_a_code_alone_is_enough() -> None:
    assert str(errors.Missing("store.device")) == "store.device [store.device]"


@pytest.mark.parametrize("kind", ["Malformed", "Refused", "Missing", "Conflict", "Untrusted", "Unreachable"])
def test_every_failure_is_one_of_the_tree(kind: str) -> None:
    assert issubclass(getattr(errors, kind), errors.GardeError)
