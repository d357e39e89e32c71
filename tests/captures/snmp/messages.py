"""SNMP messages written by hand from RFC 1157, RFC 3416 and RFC 3414; nothing is shared with the dissector."""

from __future__ import annotations


def element(tag: int, *parts: bytes) -> bytes:
    """Tag, definite length, contents (X.690 §8.1)."""
    data = b"".join(parts)
    size = bytes([len(data)]) if len(data) < 128 else b"\x82" + len(data).to_bytes(2, "big")
    return bytes([tag]) + size + data


def whole(number: int) -> bytes:
    """An INTEGER of up to two octets."""
    return element(2, number.to_bytes(1 if number < 128 else 2, "big"))


def oid(text: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *arcs = map(int, text.split("."))
    data = bytes([first * 40 + second])
    for arc in arcs:
        piece = [arc & 0x7F]
        while arc := arc >> 7:
            piece.insert(0, arc & 0x7F | 0x80)
        data += bytes(piece)
    return element(6, data)


def pdu(tag: int, *bindings: tuple[str, bytes], error: int = 0) -> bytes:
    """Request identifier, error, bindings."""
    pairs = [element(0x30, oid(name), value) for name, value in bindings]
    return element(tag, whole(7), whole(error), whole(0), element(0x30, *pairs))


def message(version: int, community: bytes, content: bytes) -> bytes:
    """Version 1 (0) or 2c (1)."""
    return element(0x30, whole(version), element(4, community), content)


def text(value: str) -> bytes:
    """An OCTET STRING."""
    return element(4, value.encode())


def third(flags: int, engine: bytes, content: bytes) -> bytes:
    """Version 3 with the user-based security model."""
    head = element(0x30, whole(9), whole(1500), element(4, bytes([flags])), whole(3))
    security = element(0x30, element(4, engine), whole(1), whole(2), element(4), element(4), element(4))
    return element(0x30, whole(3), head, element(4, security), content)


SYS = "1.3.6.1.2.1.1."
ENT = "1.3.6.1.2.1.47.1.1.1.1."
NULL = element(5)
GET = message(1, b"public", pdu(0xA0, (SYS + "1.0", NULL), (SYS + "5.0", NULL)))
SYSTEM = message(
    1,
    b"public",
    pdu(
        0xA2,
        (SYS + "1.0", text("ACME Switch 2960, software 15.2, with a description that is longer than one octet says")),
        (SYS + "2.0", oid("1.3.6.1.4.1.8691.7.40")),
        (SYS + "5.0", text("sw-3b")),
        (SYS + "6.0", text("Local technique 3B")),
    ),
)
ENTITY = message(
    0,
    b"s3cret",
    pdu(
        0xA2,
        (ENT + "8.1", text("A0")),
        (ENT + "9.1", text("boot 1.2")),
        (ENT + "10.1", text("15.2(2)E6")),
        (ENT + "11.1", text("FOC1234X0AB")),
        (ENT + "12.1", text("ACME")),
        (ENT + "13.1", text("AC-2960")),
        (ENT + "11.2", text("of a module")),
    ),
)
REFUSED = message(0, b"public", pdu(0xA2, (SYS + "5.0", text("not this")), error=2))
TRAP = message(1, b"public", pdu(0xA7, (SYS + "3.0", element(0x43, b"\x07"))))
PRINTER = message(
    0,
    b"private",
    pdu(
        0xA2,
        ("1.3.6.1.2.1.25.3.2.1.2.1", oid("1.3.6.1.2.1.25.3.1.5")),
        ("1.3.6.1.2.1.25.3.2.1.3.1", text("ACME LaserJet 400")),
        ("1.3.6.1.2.1.43.5.1.1.17.1", text("CNB1234567")),
    ),
)
PROCESSOR = message(
    0,
    b"private",
    pdu(
        0xA2,
        ("1.3.6.1.2.1.25.3.2.1.2.1", oid("1.3.6.1.2.1.25.3.1.3")),
        ("1.3.6.1.2.1.25.3.2.1.3.1", text("Intel64 Family 6")),
    ),
)
ENGINE = bytes.fromhex("80001f88 03 00005e005344")
REPORT = third(0, ENGINE, element(0x30, element(4, ENGINE), element(4), pdu(0xA8)))
PRIVATE = third(7, ENGINE, element(4, bytes(range(40))))
DISCOVERY = third(4, b"", element(0x30, element(4), element(4), pdu(0xA0)))
