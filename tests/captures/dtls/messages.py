"""DTLS records written by hand from RFC 6347; nothing is shared with the dissector."""

from __future__ import annotations

from tests.captures.tls import messages


def record(data: bytes, *, kind: int = 22, epoch: int = 0) -> bytes:
    return bytes((kind,)) + b"\xfe\xfd" + epoch.to_bytes(2, "big") + bytes(6) + messages.sized(2, data)


def fragment(message: bytes, number: int, offset: int = 0, size: int | None = None) -> bytes:
    body = message[4:]
    part = body[offset : len(body) if size is None else offset + size]
    head = message[:4] + number.to_bytes(2, "big") + offset.to_bytes(3, "big") + len(part).to_bytes(3, "big")
    return record(head + part)


HELLO = messages.client_hello(messages.server_name("pump.example"), version=0xFEFD, cookie=True, ciphers="c02b")
PUMP = messages.certificate(messages.name(CN="pump-7"), messages.name(CN="CA"))
TALK = [
    ("client", fragment(HELLO, 0)),
    ("server", fragment(messages.server_hello(0xC02B, version=0xFEFD), 0)),
    ("server", fragment(messages.certificates(PUMP), 1, 0, 300)),
    ("server", fragment(messages.certificates(PUMP), 1, 300)),
    ("client", record(b"\x01", kind=20)),
]
