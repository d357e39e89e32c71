"""Encrypted files: read at any place, and no segment can be altered, moved or cut off."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import GardeError, Missing, Untrusted
from garde.keys.file import FileKeys
from garde.vault.stream import PLAIN, SEGMENT, Encrypting, decrypting, is_encrypted

HOME = Path(tempfile.mkdtemp(prefix="garde-test-"))
KEYS = FileKeys(str(HOME / "k.pem"))


def encrypted(data: bytes, pieces: int = 1000) -> bytes:
    out = io.BytesIO()
    with Encrypting(out, KEYS) as file:
        for start in range(0, len(data), pieces):
            file.write(data[start : start + pieces])
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, PLAIN - 1, PLAIN, PLAIN + 1, 3 * PLAIN, 3 * PLAIN + 7])
def test_every_length_comes_back(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    hidden = encrypted(data, 7001)
    assert is_encrypted(io.BytesIO(hidden))
    assert data[:40] not in hidden or size < 8
    assert decrypting(io.BytesIO(hidden), KEYS).read() == data


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3 * PLAIN), st.integers(0, 2 * PLAIN)), max_size=8))
def test_it_is_read_at_any_place(reads: list[tuple[int, int]]) -> None:
    file = decrypting(io.BytesIO(LARGE), KEYS)
    for place, length in reads:
        file.seek(place)
        assert file.read(length) == PATTERN[place : place + length]
    assert file.seek(-5, io.SEEK_END) == len(PATTERN) - 5
    assert file.read() == PATTERN[-5:]


PATTERN = bytes(number % 253 for number in range(2 * PLAIN + 100))
LARGE = encrypted(PATTERN)
HEAD = len(LARGE) - (2 * SEGMENT + 116)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LARGE) - 1), st.integers(1, 255))
def test_any_altered_octet_is_found(place: int, change: int) -> None:
    altered = bytearray(LARGE)
    altered[place] ^= change
    with pytest.raises((Untrusted, Missing)):
        decrypting(io.BytesIO(bytes(altered)), KEYS).read()


@pytest.mark.parametrize("size", [0, 10, HEAD, HEAD + 15, HEAD + SEGMENT, HEAD + 2 * SEGMENT, len(LARGE) - 1])
def test_a_shortened_file_is_found_before_anything_is_read(size: int) -> None:
    with pytest.raises(Untrusted):
        decrypting(io.BytesIO(LARGE[:size]), KEYS)


def test_segments_cannot_be_moved_doubled_or_taken_from_another_file() -> None:
    head, one, two = LARGE[:HEAD], LARGE[HEAD : HEAD + SEGMENT], LARGE[HEAD + SEGMENT : HEAD + 2 * SEGMENT]
    rest = LARGE[HEAD + 2 * SEGMENT :]
    other = encrypted(PATTERN)
    for spoilt in (
        head + two + one + rest,
        head + one + one + two + rest,
        head + one + rest,
        LARGE + rest,
        head + other[HEAD:],
    ):
        with pytest.raises(Untrusted):
            decrypting(io.BytesIO(spoilt), KEYS).read()


def test_another_key_is_named() -> None:
    other = FileKeys(str(HOME / "other.pem"))
    other.sign(b"")
    with pytest.raises(Missing) as error:
        decrypting(io.BytesIO(LARGE), other)
    assert KEYS.name[:16] in error.value.what


@given(st.binary(max_size=100))
def test_any_octets_are_refused_in_garde_s_words(data: bytes) -> None:
    with pytest.raises(GardeError):
        decrypting(io.BytesIO(data), KEYS)


def test_a_zip_is_written_and_read_through_it() -> None:
    out = io.BytesIO()
    with Encrypting(out, KEYS) as stream, io.BufferedWriter(stream) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", PATTERN)
        archive.writestr("b", b"x")
    with zipfile.ZipFile(decrypting(out, KEYS)) as archive:
        assert (archive.read("b"), archive.read("a")) == (b"x", PATTERN)
