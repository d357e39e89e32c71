"""Fields, components, escapes, character sets, and delimiters of the sender's choice."""

from __future__ import annotations

import pytest

from garde.dissect.medical.hl7v2_fields import Message
from garde.dissect.medical.mllp import Segment


def begin(text: bytes) -> Message:
    message = Message.begin(Segment(text, 0))
    assert message is not None
    return message


def test_delimiters_are_the_senders() -> None:
    message = begin(b"MSH#*~!@#APP*1.2.3*ISO#FAC")
    assert (message.field(3).component(1).text, message.field(3).component(3).text) == ("APP", "ISO")
    assert message.field(4).text == "FAC"


@pytest.mark.parametrize(
    "header", [b"MSH", b"MSHA", b"MSH|", b"MSH|||", b"MSH|^^~&|", b"MSH|ABCD|X", b"MSH\x00^~\\&\x00A"]
)
def test_what_cannot_be_delimiters_begins_no_message(header: bytes) -> None:
    assert Message.begin(Segment(header, 0)) is None


def test_positions_are_those_of_the_stream() -> None:
    text = b"MSH|^~\\&|AB^CD|EF~GH"
    message = Message.begin(Segment(text, 1000))
    assert message is not None
    part = message.field(3).component(2)
    assert (part.start, part.end, text[part.start - 1000 : part.end - 1000]) == (1012, 1014, b"CD")
    assert [field.text for field in message.field(4).repetitions()] == ["EF", "GH"]


def test_a_field_that_is_not_there_is_empty() -> None:
    message = begin(b"MSH|^~\\&|A")
    assert (message.field(40).text, message.field(3).component(9).text) == ("", "")


def test_escapes_and_the_null_value() -> None:
    message = begin(b'MSH|^~\\&|A\\T\\B\\.br\\C\\F\\|""')
    assert (message.field(3).text, message.field(4).text) == ("A&BC|", "")


@pytest.mark.parametrize(
    ("name", "raw"), [(b"UNICODE UTF-8", "Été".encode()), (b"8859/1", "Été".encode("latin-1")), (b"", "Été".encode())]
)
def test_character_sets(name: bytes, raw: bytes) -> None:
    assert begin(b"MSH|^~\\&|" + raw + b"|" * 15 + name).field(3).text == "Été"


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b"00A037009B000000", "00:a0:37:00:9b:00:00:00"),
        (b"08-00-19-FF-FE-3E-D0-2D", "08:00:19:ff:fe:3e:d0:2d"),
        (b"0000000000000000", ""),
        (b"00A037", ""),
        (b"ZZA037009B000000", ""),
    ],
)
def test_eui64(value: bytes, key: str) -> None:
    assert begin(b"MSH|^~\\&|" + value).field(3).eui64() == key
