"""EAPOL frames written by hand from IEEE 802.1X-2010 and RFC 3748; nothing is shared with the dissector."""

from __future__ import annotations


def eapol(code: int, data: bytes) -> bytes:
    """An EAP packet in an EAPOL frame of version 2."""
    size = (len(data) + 4).to_bytes(2, "big")
    return b"\x02\x00" + size + bytes([code, 7]) + size + data


START = b"\x02\x01\x00\x00"
REQUEST = eapol(1, b"\x01")
MACHINE = eapol(2, b"\x01host/CT01.chu.example")
TLS = eapol(2, b"\x0d\x00")
PERSON = eapol(2, b"\x01marie.durand@chu.example")
ACCOUNT = eapol(2, b"\x01CHU\\ECHO-07$")
