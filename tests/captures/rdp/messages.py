"""RDP messages written by hand from MS-RDPBCGR; nothing is shared with the dissector."""

from __future__ import annotations

import struct

from tests.captures.tls import messages as tls


def tpkt(data: bytes) -> bytes:
    return b"\x03\0" + struct.pack(">H", 4 + len(data)) + data


def request(cookie: str, protocols: int | None) -> bytes:
    body = f"Cookie: mstshash={cookie}\r\n".encode() if cookie else b""
    body += struct.pack("<BBHI", 1, 0, 8, protocols) if protocols is not None else b""
    return tpkt(bytes((6 + len(body),)) + b"\xe0\0\0\0\0\0" + body)


def confirm(kind: int, value: int, length: int = 8) -> bytes:
    return tpkt(b"\x0e\xd0\0\0\x12\x34\0" + struct.pack("<BBHI", kind, 0, length, value))


def connect_initial(build: int, name: str) -> bytes:
    """MCS Connect Initial with GCC user data: client core data, security data."""
    core = struct.pack("<IHHHHII", 0x00080004, 1920, 1080, 0xCA01, 0xAA03, 0x040C, build) + name.encode(
        "utf-16-le"
    ).ljust(32, b"\0")
    core = struct.pack("<HH", 0xC001, 4 + len(core)) + core
    blocks = struct.pack("<HHII", 0xC002, 12, 0, 0) + core
    gcc = b"\0\5\0\x14\x7c\0\1\x81\x10\0\x08\0\x10\0\1\xc0\0Duca" + struct.pack(">H", 0x8000 | len(blocks)) + blocks
    return tpkt(b"\x02\xf0\x80" + b"\x7f\x65\x82" + struct.pack(">H", len(gcc)) + gcc)


PUMP = tls.certificate(tls.name(CN="CT-CONSOLE.ward.example"), tls.name(CN="CT-CONSOLE.ward.example"))
#: (who, bytes)
TALK = [
    ("client", request("dr.house", 3)),
    ("server", confirm(2, 2)),
    ("client", tls.record(tls.client_hello(tls.server_name("ct-console")))),
    ("server", tls.record(tls.server_hello(0xC02F)) + tls.record(tls.certificates(PUMP))),
]
TALK_PLAIN = [
    ("client", request("dr.house", None)),
    ("server", confirm(2, 0)),
    ("client", connect_initial(9600, "READER-3")),
]
