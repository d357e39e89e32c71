from __future__ import annotations

import struct

import numpy as np
import pytest

from garde.capture import pcapng
from garde.errors import Malformed
from garde.wire.block import table


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def piece(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def enhanced(data: bytes, ticks: int = 5, face: int = 0, wire: int = -1, order: str = "<") -> bytes:
    wire = len(data) if wire < 0 else wire
    head = struct.pack(order + "IIIII", face, ticks >> 32, ticks & 0xFFFFFFFF, len(data), wire)
    return piece(6, head + data + bytes(-len(data) % 4) + option(1, b"a comment", order), order)


def section(*interfaces: bytes, big: bool = False) -> pcapng.Section:
    made = pcapng.Section(big)
    for interface in interfaces:
        made.add(interface)
    return made


def interface(link: int = 1, *options: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HHI", link, 0, 0) + b"".join(options)


def walk(data: bytes, made: pcapng.Section, room: int = 4096) -> tuple[int, int, int, list[list[int]]]:
    out = table(9)
    faces = made.interfaces
    pos, count, why, _ = pcapng.walk(np.frombuffer(data, np.uint8), 0, len(data), made.big, faces, room, 77, out)
    return pos, count, why, out[:count].tolist()


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_enhanced_packet(order: str) -> None:
    data = enhanced(b"abc", 5, wire=9, order=order)
    made = section(interface(order=order), big=order == ">")
    assert walk(data, made) == (len(data), 1, pcapng.MORE, [[28, 3, 9, 5000, 1]])


def test_simple_and_obsolete_packets() -> None:
    simple = piece(3, struct.pack("<I", 3) + b"abc")
    old = piece(2, struct.pack("<HHIIII", 1, 0, 0, 6, 2, 2) + b"de")
    rows = walk(simple + old, section(interface(), interface(113)))[3]
    assert rows == [[12, 3, 3, 77, 1], [len(simple) + 28, 2, 2, 6000, 113]]


@pytest.mark.parametrize(
    ("options", "ticks", "at"),
    [
        ((option(9, b"\x09"),), 1_700_000_000_123_456_789, 1_700_000_000_123_456_789),
        ((option(9, b"\x00"),), 1_700_000_000, 1_700_000_000 * 10**9),
        ((option(9, b"\x0c"),), 1_234_567_890_123, 1_234_567_890),
        ((option(9, b"\x8a"),), 3 << 10 | 512, 3_500_000_000),
        ((option(9, b"\xa0"),), 3 << 32 | 1 << 31, 3_500_000_000),
        ((option(14, struct.pack("<q", 60)),), 5, 60 * 10**9 + 5000),
        (
            (option(1, b"comment"), option(2, b"eth0"), option(9, b"\x03"), option(0, b""), option(9, b"\x09")),
            7,
            7_000_000,
        ),
    ],
)
def test_clocks(options: tuple[bytes, ...], ticks: int, at: int) -> None:
    assert walk(enhanced(b"abc", ticks), section(interface(1, *options)))[3][0][3] == at


def test_other_blocks_are_passed_over() -> None:
    noise = piece(5, bytes(40)) + piece(0x0BAD, b"custom")
    assert walk(noise + enhanced(b"abc"), section(interface()))[1:3] == (1, pcapng.MORE)


def test_a_section_or_interface_is_handed_to_the_caller() -> None:
    data = enhanced(b"abc") + piece(1, interface())
    pos, count, why, _ = walk(data, section(interface()))
    assert (count, why, data[pos : pos + 1]) == (1, pcapng.HEAD, b"\1")


def test_a_block_longer_than_the_buffer() -> None:
    assert walk(struct.pack("<II", 5, 1 << 20), section(interface()))[2] == pcapng.MORE
    assert walk(struct.pack("<III", 5, 1 << 20, 0), section(interface()))[2] == pcapng.SKIP
    assert walk(struct.pack("<III", 6, 1 << 20, 0), section(interface()))[2] == pcapng.CORRUPT


@pytest.mark.parametrize(
    "data",
    [
        enhanced(b"abc")[:-4] + bytes(4),
        struct.pack("<III", 6, 8, 0),
        struct.pack("<III", 6, 33, 0),
        piece(6, bytes(8)),
        piece(3, b""),
        enhanced(b"abc", face=1),
        piece(6, struct.pack("<IIIII", 0, 0, 0, 99, 99) + b"abc"),
    ],
)
def test_what_contradicts_itself_is_corrupt(data: bytes) -> None:
    assert walk(data, section(interface()))[1:3] == (0, pcapng.CORRUPT)


def test_the_next_whole_block_is_found_again() -> None:
    data = np.frombuffer(b"\xff" * 21 + enhanced(b"abc"), np.uint8)
    assert pcapng.resync(data, 0, len(data), False) == 21
    assert pcapng.resync(data[:-1], 0, len(data) - 1, False) == -1


def test_interfaces_are_bounded_and_have_a_size() -> None:
    with pytest.raises(Malformed):
        section(b"\1\0\0")
    with pytest.raises(Malformed):
        section(*[interface()] * (pcapng.INTERFACES + 1))
