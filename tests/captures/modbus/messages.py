"""Modbus/TCP messages written by hand from the MODBUS specifications; nothing is shared with the dissector."""

from __future__ import annotations

import struct


def mbap(transaction: int, unit: int, pdu: bytes) -> bytes:
    return struct.pack(">HHHB", transaction, 0, 1 + len(pdu), unit) + pdu


def identification(*objects: tuple[int, str]) -> bytes:
    body = b"".join(bytes((number, len(value))) + value.encode() for number, value in objects)
    return b"\x2b\x0e\x01\x01\x00\x00" + bytes((len(objects),)) + body


OBJECTS = ((0, "Schneider Electric"), (1, "TM221CE16R"), (2, "V1.12"), (5, "Modicon M221"))
TALK = [
    ("client", mbap(1, 1, b"\x03\x00\x6b\x00\x03")),
    ("server", mbap(1, 1, b"\x03\x06\x00\x01\x00\x02\x00\x03")),
    ("client", mbap(2, 1, b"\x2b\x0e\x01\x00")),
    ("server", mbap(2, 1, identification(*OBJECTS))),
    ("client", mbap(3, 17, b"\x2b\x0e\x01\x00")),
    ("server", mbap(3, 17, identification((0, "Carel")))),
]
