"""DNS messages: the format that DNS, mDNS, LLMNR and NetBIOS name service share.

Question: which questions and records are in these bytes, and where does each stand?
Reference: RFC 1035 §4 (messages, compression); RFC 2782 (SRV); RFC 6763 §6 (TXT). Compression pointers may only lead
backwards, so reading ends; names are bounded at 255 octets and records at ``RECORDS``. Left out: DNSSEC, other classes.

Example:
    >>> parse(bytes.fromhex("0001 0100 0001 0000 0000 0000 03666f6f00 0001 0001"), "dns.message").questions[0].name
    'foo'
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.wire.reader import Reader

#: Types (RFC 1035 §3.2.2, RFC 3596, RFC 2782; NetBIOS gives 32 and 33 its own meaning, RFC 1002 §4.2.1.3).
A, CNAME, PTR, HINFO, TXT, AAAA, NB, SRV = 1, 5, 12, 13, 16, 28, 32, 33
#: Records of one message that are read.
RECORDS: Final = 256
_HOPS: Final = 64
#: Id, flags and four counts (§4.1.1); type and length of a record, its class and time to live passed over (§4.1.3).
_HEADER: Final = struct.Struct(">6H")
_RESOURCE: Final = struct.Struct(">H6xH")


class Question(msgspec.Struct, frozen=True, gc=False):
    """A name, a type, and where the name stands."""

    name: str
    kind: int
    start: int
    end: int


class Resource(msgspec.Struct, frozen=True, gc=False):
    """A resource record: name and type, and the first and last position of its data."""

    name: str
    kind: int
    start: int
    end: int


class Message(msgspec.Struct, frozen=True, gc=False):
    """A DNS message; ``records`` are answers, authorities and additional records in one."""

    data: bytes
    id: int
    response: bool
    opcode: int
    questions: tuple[Question, ...]
    answers: tuple[Resource, ...]
    records: tuple[Resource, ...]

    def name(self, record: Resource, skip: int = 0) -> str:
        """The name in a record's data, behind ``skip`` octets (PTR, CNAME; SRV with 6)."""
        return read_name(self.data, record.start + skip, "dns.message")[0]

    def address(self, record: Resource) -> str:
        """The address in an A or AAAA record's data; empty when its length is wrong."""
        raw = self.data[record.start : record.end]
        return str(ipaddress.ip_address(raw)) if len(raw) in (4, 16) else ""

    def strings(self, record: Resource) -> list[tuple[int, bytes]]:
        """Position and value of each counted string in a record's data (TXT, HINFO)."""
        pos, found = record.start, []
        while pos < record.end:
            end = pos + 1 + self.data[pos]
            if end > record.end:
                break
            found.append((pos + 1, self.data[pos + 1 : end]))
            pos = end
        return found


def parse(data: bytes, code: str) -> Message:
    """The message in these bytes.

    Raises:
        Malformed: with ``code``: cut short, a pointer that leads nowhere, or an impossible count.
    """
    reader = Reader(data, code)
    number, flags, *counts = _HEADER.unpack(reader.take(12))
    if sum(counts) > RECORDS * 4 or not sum(counts):
        raise reader.fail("an impossible number of records (RFC 1035 §4.1.1)")
    questions = []
    for _ in range(min(counts[0], RECORDS)):
        start = reader.pos
        name, reader.pos = read_name(data, start, code)
        kind = reader.u32() >> 16
        questions.append(Question(name, kind, start, reader.pos - 4))
    records: list[Resource] = []
    answers = 0
    for section, count in enumerate(counts[1:]):
        for _ in range(min(count, RECORDS - len(records))):
            name, reader.pos = read_name(data, reader.pos, code)
            kind, size = _RESOURCE.unpack(reader.take(10))
            start = reader.pos
            reader.skip(size)
            records.append(Resource(name, kind, start, start + size))
            answers += section == 0
    return Message(
        data, number, bool(flags & 0x8000), flags >> 11 & 15, tuple(questions), tuple(records[:answers]), tuple(records)
    )


def read_name(data: bytes, pos: int, code: str) -> tuple[str, int]:
    """A name and the position behind it (RFC 1035 §4.1.4).

    Raises:
        Malformed: cut short, longer than 255 octets, or a pointer that does not lead backwards.
    """
    labels: list[str] = []
    behind, lowest, size = -1, pos, 0
    for _ in range(_HOPS * 2):
        if pos >= len(data):
            break
        length = data[pos]
        if length == 0:
            return ".".join(labels), pos + 1 if behind < 0 else behind
        if length >= 0xC0:
            if pos + 2 > len(data):
                break
            target = int.from_bytes(data[pos : pos + 2], "big") & 0x3FFF
            if target >= lowest:
                raise Malformed(
                    code, "a name's pointer does not lead backwards (RFC 1035 §4.1.4)", where=f"offset {pos}"
                )
            behind = pos + 2 if behind < 0 else behind
            pos = lowest = target
            continue
        if length > 63 or pos + 1 + length > len(data):
            break
        size += length + 1
        if size > 255:
            break
        labels.append(data[pos + 1 : pos + 1 + length].decode("utf-8", "replace"))
        pos += 1 + length
    raise Malformed(code, "a name is cut short or too long (RFC 1035 §3.1)", where=f"offset {min(pos, len(data))}")


def plausible(data: bytes) -> bool:
    """Whether the header may be one of DNS: known opcode and answer code, few records, and room for them."""
    if len(data) < 12:
        return False
    flags = int.from_bytes(data[2:4], "big")
    counts = [int.from_bytes(data[pos : pos + 2], "big") for pos in (4, 6, 8, 10)]
    if flags >> 11 & 15 > 8 or flags & 0x40 or counts[0] > 32 or max(counts) > RECORDS or not any(counts):
        return False
    if not flags & 0x8000 and (counts[1] > 64 or flags & 15):
        return False
    return 12 + counts[0] * 5 + sum(counts[1:]) * 11 <= len(data)
