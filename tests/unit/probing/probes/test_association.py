"""Whatever an application entity says: an answer, or a named failure."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import GardeError, Malformed
from garde.probing.probes.association import accepted, parsed, pdu, rejected, request, title
from garde.probing.probes.dicom_echo import DICOM_ECHO
from garde.probing.result import Answer
from tests.hostile import told

ACCEPT = pdu(2, bytes(68) + b"\x21\0\0\x04\x01\0\0\0")


@pytest.mark.parametrize(
    ("source", "reason", "slug"),
    [(1, 7, "called-ae-unknown"), (1, 3, "calling-ae-refused"), (3, 1, "congestion"), (9, 9, "9-9")],
)
def test_reasons_of_rejection(source: int, reason: int, slug: str) -> None:
    assert rejected(bytes([0, 1, source, reason])) == f"dicom.rejected.{slug}"
    with pytest.raises(GardeError, match=slug):
        told(DICOM_ECHO, pdu(3, bytes([0, 1, source, reason])))


@given(st.binary(max_size=200), st.sampled_from([b"", ACCEPT, ACCEPT[:6], b"\x04\0\0\0\0\x20"]))
def test_any_octets(raw: bytes, lead: bytes) -> None:
    try:
        assert isinstance(told(DICOM_ECHO, lead + raw), Answer)
    except GardeError as error:
        assert error.code.startswith(("probe.", "dicom."))


@given(st.binary(max_size=100))
def test_any_items(raw: bytes) -> None:
    for read in (parsed, lambda octets: accepted(bytes(68) + octets)):
        with contextlib.suppress(Malformed):
            assert read(raw) is not None


@pytest.mark.parametrize("words", ["", " ", "SEVENTEEN-LETTERS", "é", "A\\B"])
def test_a_title_is_one(words: str) -> None:
    with pytest.raises(Malformed, match="probe.option"):
        title(words)
    assert b"1.2.840.10008.1.1" in request("A", "B", ("1.2.840.10008.1.1",))
