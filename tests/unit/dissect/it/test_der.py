"""DER elements are found, and broken ones refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it import der
from garde.errors import Malformed


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("30", "two octets"),
        ("3080", "definite"),
        ("308501", "definite"),
        ("3082ff", "definite"),
        ("300501", "5 octets"),
        ("3f0100", "above 30"),
    ],
)
def test_broken_elements(broken: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        der.read(bytes.fromhex(broken), 0)


def test_long_lengths() -> None:
    data = b"\x04\x82\x01\x00" + bytes(256)
    assert der.read(data, 0) == der.Node(0x04, 0, 4, 260)


@pytest.mark.parametrize(
    ("raw", "dotted"), [("06032a0304", "1.2.3.4"), ("06028837", "2.999"), ("0603550403", "2.5.4.3")]
)
def test_object_identifiers(raw: str, dotted: str) -> None:
    data = bytes.fromhex(raw)
    assert der.oid(data, der.read(data, 0)) == dotted


@pytest.mark.parametrize("raw", ["0600", "060180", "02012a"])
def test_no_object_identifier(raw: str) -> None:
    data = bytes.fromhex(raw)
    with pytest.raises(Malformed, match="no object identifier"):
        der.oid(data, der.read(data, 0))


def test_too_many_elements() -> None:
    data = b"\x04\x82\x08\x00" + b"\x05\x00" * 1024
    with pytest.raises(Malformed, match="more than"):
        list(der.children(data, der.read(data, 0)))


@given(st.binary(max_size=64))
def test_any_bytes(data: bytes) -> None:
    try:
        node = der.read(data, 0)
        for child in der.children(data, node):
            assert node.start <= child.head < child.start <= child.end <= node.end
    except Malformed:
        return
