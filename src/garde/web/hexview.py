"""Hex view: the bytes of one packet, with the field a value was read from.

Question: which bytes of which packet say this?
Reference: reference of the pages 7.15 (the Why drawer); DESIGN §2 rule 8. A packet may carry a patient's name or an
order number: only the headers and the field itself are shown, the other bytes are covered, unless the source reads
nothing but addressing, naming and announcements. What a rule concluded may rest on any packet, so it is covered too.

Example:
    >>> rows(b"abcdefgh", 2, 3, covered=False)[0].cells[2:4]
    (Cell(text='63', char='c', mark=True), Cell(text='64', char='d', mark=True))
"""

from __future__ import annotations

from typing import Final

import msgspec

#: Bytes of a row.
WIDTH: Final = 16
#: Bytes of a packet that are shown at most, around the field; fewer where the rest is covered.
MOST: Final = 512
NEAR: Final = 96
#: Headers of Ethernet, IPv4 and TCP; these bytes are never covered.
HEADERS: Final = 54
#: Families of sources in whose packets nobody writes of patients; a family that is not here is covered.
OPEN: Final = frozenset(
    {"mac", "addressing", "dhcp", "dns", "netbios", "mdns", "lldp", "cdp", "tcp", "tls", "certificate", "ssh", "ntp"}
)


class Cell(msgspec.Struct, frozen=True):
    """One byte: two digits, its character, and whether it belongs to the field."""

    text: str
    char: str
    mark: bool


def is_open(family: str) -> bool:
    """Whether a packet that a source of this family reads may be shown whole.

    >>> is_open("dhcp"), is_open("dicom"), is_open("identify")
    (True, False, False)
    """
    return family in OPEN


class Row(msgspec.Struct, frozen=True):
    """Sixteen bytes and the position of the first."""

    start: int
    cells: tuple[Cell, ...]


def rows(data: bytes, offset: int, length: int, *, covered: bool) -> list[Row]:
    """The rows around a field.

    Args:
        data: the packet.
        offset, length: the field; a length of 0 marks nothing.
        covered: whether bytes that are neither header nor field are covered.
    """
    most = NEAR + length if covered else MOST
    first = max(0, min(offset, len(data)) - (NEAR if covered else MOST) // 2) // WIDTH * WIDTH
    last = min(len(data), first + most)
    return [
        Row(start, tuple(_cell(data, at, offset, length, covered) for at in range(start, min(start + WIDTH, last))))
        for start in range(first, last, WIDTH)
    ]


def _cell(data: bytes, at: int, offset: int, length: int, covered: bool) -> Cell:
    mark = offset <= at < offset + length
    if covered and not mark and at >= HEADERS:
        return Cell("··", "·", False)
    value = data[at]
    return Cell(f"{value:02x}", chr(value) if 0x20 <= value < 0x7F else ".", mark)
