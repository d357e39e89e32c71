"""EUI-64 in the spellings that devices use."""

from __future__ import annotations

import pytest

from garde.dissect.medical.eui64 import eui64


@pytest.mark.parametrize(
    "text",
    [
        "00A037009B000001",
        "00-a0-37-00-9b-00-00-01",
        "00:A0:37:00:9B:00:00:01",
        "00a0.3700.9b00.0001",
        " 00A037009B000001 ",
    ],
)
def test_every_spelling_is_the_same(text: str) -> None:
    assert eui64(text) == "00:a0:37:00:9b:00:00:01"


@pytest.mark.parametrize("text", ["", "00A037009B0000", "00A037009B00000Z", "0000000000000000", "00A037009B00000100"])
def test_what_is_none(text: str) -> None:
    assert eui64(text) == ""
