"""DNS messages written by hand from RFC 1035; nothing is shared with the dissector."""

from __future__ import annotations

import struct


def name(text: str) -> bytes:
    """Labels with their lengths, uncompressed."""
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def question(text: str, kind: int = 1) -> bytes:
    """A name, a type, class IN."""
    return name(text) + struct.pack(">HH", kind, 1)


def record(text: bytes, kind: int, data: bytes, *, life: int = 120) -> bytes:
    """A name as octets, type, class IN with the cache-flush bit of mDNS left out, life, data."""
    return text + struct.pack(">HHIH", kind, 1, life, len(data)) + data


def message(
    flags: int, questions: list[bytes], answers: list[bytes] | None = None, more: list[bytes] | None = None
) -> bytes:
    """A message with identifier 0x1234."""
    answers, more = answers or [], more or []
    head = struct.pack(">HHHHHH", 0x1234, flags, len(questions), len(answers), 0, len(more))
    return head + b"".join(questions + answers + more)


QUERY = message(0x0100, [question("Time.Windows.com")])
ANSWER = message(0x8180, [question("Time.Windows.com")], [record(b"\xc0\x0c", 1, b"\xc6\x33\x64\x07")])
REVERSE = message(0x0100, [question("7.2.0.192.in-addr.arpa", 12)])
OVER_TCP = len(QUERY).to_bytes(2, "big") + QUERY
ANSWER_OVER_TCP = len(ANSWER).to_bytes(2, "big") + ANSWER
