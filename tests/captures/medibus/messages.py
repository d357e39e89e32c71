"""MEDIBUS lines of a ventilator: initialisation, identification, and real-time octets in between."""

from __future__ import annotations


def line(start: int, text: bytes) -> bytes:
    body = bytes([start]) + text
    return body + b"%02X" % (sum(body) & 0xFF) + b"\r"


def command(text: bytes) -> bytes:
    return line(0x1B, text)


def response(text: bytes) -> bytes:
    return line(0x01, text)


INITIALISE, INITIALISED = command(b"Q"), response(b"Q")
ASK, IDENTITY = command(b"R"), response(b"R8120'EvitaXL'07.01:01.01")
NOISY = IDENTITY[:5] + b"\xd0\x81\x82" + IDENTITY[5:]
