"""IntelliVue data export messages, written by hand from the programming guide."""

from __future__ import annotations

import struct


def label(raw: bytes) -> bytes:
    raw += b"\0" * (len(raw) % 2)
    return struct.pack(">H", len(raw)) + raw


def attribute(number: int, value: bytes) -> bytes:
    return struct.pack(">HH", number, len(value)) + value


def attributes(rows: list[bytes]) -> bytes:
    body = b"".join(rows)
    return struct.pack(">HH", len(rows), len(body)) + body


def event(head: bytes, command: int, kind: int, body: bytes) -> bytes:
    """Header, ROapdus (invoke), ROIVapdu, EventReportArgument."""
    argument = b"\x00\x21\x00\x00\x00\x00" + bytes(4) + struct.pack(">HH", kind, len(body)) + body
    invoke = struct.pack(">HHH", 0, command, len(argument)) + argument
    return head + struct.pack(">HH", 1, len(invoke)) + invoke


def create(rows: list[bytes]) -> bytes:
    return event(b"\xe1\x00\x00\x02", 1, 0x0D06, b"\x00\x21\x00\x00\x00\x00" + attributes(rows))


ADDRESS = attribute(0xF100, bytes.fromhex("0009fb000001") + bytes([192, 0, 2, 20, 255, 255, 255, 0]))
CONNECT = event(
    b"\x00\x00\x01\x00",
    0,
    0x0D17,
    attributes(
        [
            attribute(0x0986, struct.pack(">HH", 1, 0x114D)),
            attribute(0xF27C, b"\x00\x01\x80\x00" + attributes([ADDRESS])),
            attribute(0xF135, "ICU BED 3".encode("utf-16-be").ljust(34, b"\0")),
            attribute(0xF101, attributes([struct.pack(">HHHH", 1, 3, 24105, 0)])),
        ]
    ),
)
SPECIFICATION = b"".join(
    struct.pack(">HH", kind, component) + label(value)
    for kind, component, value in (
        (1, 8, b"DE12345678"),
        (2, 8, b"M8004-68000"),
        (4, 0x58, b"L.01.23"),
        (1, 0x50, b"BOARD99"),
    )
)
CREATE = create(
    [
        attribute(0x0984, label(bytes.fromhex("0009fbfffe000001"))),
        attribute(0x0928, label(b"Philips\0") + label(b"M8004A")),
        attribute(0x092D, struct.pack(">HH", 4, len(SPECIFICATION)) + SPECIFICATION),
        attribute(0x091E, label("ICU3".encode("utf-16-be") + b"\0\0")),
        attribute(0x0957, label("DOE".encode("utf-16-be"))),
    ]
)
ASSOCIATION = (
    bytes.fromhex("0dec0508130100160102800014020002c1")
    + bytes(40)
    + bytes.fromhex("2a8648ce1402010000000101")
    + bytes(20)
)
