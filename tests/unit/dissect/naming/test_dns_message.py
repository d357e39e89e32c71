"""DNS messages: names, records, compression and what breaks them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.naming.dns_message import PTR, TXT, A, parse, plausible, read_name
from garde.errors import Malformed
from tests.captures.dns.messages import ANSWER, QUERY
from tests.captures.mdns.messages import ANNOUNCEMENT


def test_questions_and_answers() -> None:
    message = parse(ANSWER, "dns.message")
    assert (message.id, message.response, message.opcode) == (0x1234, True, 0)
    (question,) = message.questions
    assert (question.name, question.kind, question.start, question.end) == ("Time.Windows.com", A, 12, 30)
    (record,) = message.answers
    assert (record.name, message.address(record)) == ("Time.Windows.com", "198.51.100.7")
    assert ANSWER[record.start : record.end] == b"\xc6\x33\x64\x07"


def test_names_and_strings_in_records() -> None:
    message = parse(ANNOUNCEMENT, "mdns.message")
    pointer = next(record for record in message.records if record.kind == PTR)
    text = next(record for record in message.records if record.kind == TXT)
    assert message.name(pointer) == "Imprim. 3B._ipp._tcp.local"
    assert [value for _, value in message.strings(text)][:2] == [b"txtvers=1", b"ty=ACME LaserJet 400"]
    assert len(message.answers) == 3 and len(message.records) == 4


def test_compression_leads_backwards_only() -> None:
    data = b"\x03foo\x00\x03bar\xc0\x00"
    assert read_name(data, 5, "x") == ("bar.foo", 11)
    for bad in (b"\xc0\x00", b"\x01a\xc0\x02", b"\x01a\xc0", b"\x40a", b"\x05ab", b"\x3f" + b"a" * 63):
        with pytest.raises(Malformed):
            read_name(bad, 0, "x")


def test_a_long_name_is_refused() -> None:
    with pytest.raises(Malformed):
        read_name((b"\x3f" + b"a" * 63) * 4 + b"\0", 0, "x")


def test_a_header_alone_or_too_many_records() -> None:
    for bad in (bytes(12), QUERY[:4] + b"\xff\xff" + QUERY[6:10] + b"\xff\xff"):
        with pytest.raises(Malformed):
            parse(bad, "x")
    assert not plausible(bytes(12)) and not plausible(b"GET / HTTP/1.1\r\n")
    assert plausible(QUERY) and plausible(ANSWER)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    try:
        message = parse(data, "x")
    except Malformed:
        return
    assert all(record.end <= len(data) for record in message.records)
