"""mDNS messages written by hand from RFC 6762 and RFC 6763; nothing is shared with the dissector."""

from __future__ import annotations

from tests.captures.dns.messages import message, name, question, record

SERVICE = "_ipp._tcp.local"
INSTANCE = bytes([10]) + b"Imprim. 3B" + name(SERVICE)


def text(*strings: bytes) -> bytes:
    """Counted strings."""
    return b"".join(bytes([len(one)]) + one for one in strings)


QUERY = message(0, [question(SERVICE, 12)])
ANNOUNCEMENT = message(
    0x8400,
    [],
    [
        record(name(SERVICE), 12, INSTANCE),
        record(INSTANCE, 33, b"\0\0\0\0\x02\x77" + name("prt-3b.local")),
        record(INSTANCE, 16, text(b"txtvers=1", b"ty=ACME LaserJet 400", b"usb_MFG=ACME", b"note=Salle 12", b"Color")),
    ],
    [record(name("prt-3b.local"), 1, b"\xc0\x00\x02\x29")],
)
INFORMATION = message(
    0x8400,
    [],
    [
        record(name("mac-de-k._device-info._tcp.local"), 16, text(b"model=MacBookPro18,1")),
        record(name("mac-de-k.local"), 13, text(b"ARM64", b"DARWIN")),
    ],
)
