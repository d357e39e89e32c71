"""EtherNet/IP messages written by hand from CIP volume 2; nothing is shared with the dissector."""

from __future__ import annotations

import struct


def message(command: int, body: bytes = b"") -> bytes:
    return struct.pack("<HHII8sI", command, len(body), 0, 0, bytes(8), 0) + body


def identity(vendor: int, kind: int, product: int, serial: int, name: str) -> bytes:
    address = struct.pack(">HHI8s", 2, 44818, 0x0A010203, bytes(8))
    item = struct.pack("<H", 1) + address + struct.pack("<HHHBBHI", vendor, kind, product, 20, 11, 0x60, serial)
    item += bytes((len(name),)) + name.encode() + b"\x03"
    return message(0x63, struct.pack("<HHH", 1, 0x0C, len(item)) + item)


ANSWER = identity(1, 14, 54, 0x00524D8E, "1756-L61/B LOGIX5561")
TALK = [("client", message(0x63)), ("server", ANSWER)]
