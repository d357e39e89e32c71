"""BACnet/IP datagrams written by hand from ASHRAE 135; nothing is shared with the dissector."""

from __future__ import annotations


def bvlc(npdu: bytes, function: int = 0x0A, origin: bytes = b"") -> bytes:
    body = origin + npdu
    return bytes((0x81, function)) + (4 + len(body)).to_bytes(2, "big") + body


def device(instance: int) -> bytes:
    return (8 << 22 | instance).to_bytes(4, "big")


def i_am(instance: int, vendor: int, source: bytes = b"") -> bytes:
    """``source``: network (2), length (1) and address of a device behind a router."""
    head = b"\x01\x08" + source if source else b"\x01\x00"
    return head + b"\x10\x00\xc4" + device(instance) + b"\x22\x05\xc4\x91\x03\x22" + vendor.to_bytes(2, "big")


def text(value: str) -> bytes:
    raw = b"\0" + value.encode()
    return (bytes((0x70 | len(raw),)) if len(raw) < 5 else b"\x75" + bytes((len(raw),))) + raw


def number(value: int) -> bytes:
    return bytes((0x19 if value < 256 else 0x1A,)) + value.to_bytes(1 if value < 256 else 2, "big")


def read_property(instance: int, which: int, value: str) -> bytes:
    return b"\x01\x00\x30\x07\x0c\x0c" + device(instance) + number(which) + b"\x3e" + text(value) + b"\x3f"


def multiple(instance: int, values: dict[int, str]) -> bytes:
    """The body of a ReadPropertyMultiple answer, with an error in its midst."""
    parts = b"".join(
        bytes((0x29 if which < 256 else 0x2A,))
        + which.to_bytes(1 if which < 256 else 2, "big")
        + b"\x4e"
        + text(value)
        + b"\x4f"
        for which, value in values.items()
    )
    error = b"\x29\x1c\x5e\x91\x02\x91\x20\x5f"
    return b"\x0c" + device(instance) + b"\x1e" + error + parts + b"\x1f"


def segments(service: int, body: bytes, size: int) -> list[bytes]:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    last = len(pieces) - 1
    return [
        bvlc(b"\x01\x00" + bytes((0x38 | (4 if index < last else 0), 9, index, 4, service)) + piece)
        for index, piece in enumerate(pieces)
    ]


VALUES = {77: "AHU-3", 121: "Sauter", 70: "EY-modulo", 44: "2.62", 12: "16-Dec", 58: "Theatre 2", 372: "SN-00042"}
TALK = [
    ("server", bvlc(i_am(1001, 80), 0x0B)),
    ("server", bvlc(b"\x01\x00\x30\x07\x0e" + multiple(1001, VALUES))),
    ("server", bvlc(i_am(7, 42, b"\0\3\1\x1d"), 0x0B)),
]
