"""Entropy and magic numbers."""

from __future__ import annotations

import os

from garde.dissect.listen.entropy import entropy, magic
from tests.shares import chance, prose


def test_chance_prose_and_nothing() -> None:
    assert entropy(chance(1)) > 7.9 > 6.5 > entropy(prose(1)) > 3
    assert 7.0 < entropy(chance(1, 256)) < 7.4
    assert entropy(b"") == 0 and entropy(b"aaaa") == 0 and entropy(b"ab") == 1
    assert entropy(os.urandom(10_000)) <= 8


def test_formats_by_their_first_octets() -> None:
    assert magic(bytes(128) + b"DICM") == "dicom" and magic(b"MZ" + bytes(126) + b"DICM") == "dicom"
    assert magic(b"MZ\x90") == "pe" and magic(b"%PDF-1") == "pdf" and magic(b"\0\0\0\x18ftypmp42") == "mp4"
    assert magic(b"hello") == "" and magic(b"") == ""
