"""DICOM bytes for the tests, written by hand from PS3.5, PS3.7 and PS3.8: no code shared with the dissector."""

from __future__ import annotations

import struct

CT = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"
WORKLIST = "1.2.840.10008.5.1.4.31"
MPPS = "1.2.840.10008.3.1.2.3.3"
IMPLICIT, EXPLICIT, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"

#: (group, element, VR, value) of a CT image, with a patient in its midst.
IMAGE = [
    (0x0008, 0x0005, "CS", b"ISO_IR 100"),
    (0x0008, 0x0016, "UI", CT.encode()),
    (0x0008, 0x0060, "CS", b"CT"),
    (0x0008, 0x0070, "LO", b"ACME"),
    (0x0008, 0x0080, "LO", "Hôpital Nord".encode("latin-1")),
    (0x0008, 0x0090, "PN", b"REFERRER^R"),
    (0x0008, 0x1010, "SH", b"CTSTATION1"),
    (0x0008, 0x1040, "LO", b"Radiologie"),
    (0x0008, 0x1090, "LO", b"CT-9000"),
    (0x0010, 0x0010, "PN", b"PATIENT^P"),
    (0x0010, 0x0020, "LO", b"PID-1"),
    (0x0018, 0x1000, "LO", b"SN-77"),
    (0x0018, 0x1020, "LO", b"VA10\\VA11"),
    (0x0020, 0x000D, "UI", b"1.2.3"),
    (0x7FE0, 0x0010, "OW", bytes(3000)),
]


def pdu(kind: int, body: bytes) -> bytes:
    return bytes([kind, 0]) + struct.pack(">I", len(body)) + body


def item(kind: int, body: bytes) -> bytes:
    return bytes([kind, 0]) + struct.pack(">H", len(body)) + body


def associate(
    kind: int,
    called: str,
    calling: str,
    contexts: list[tuple[int, int, str, str]],
    uid: str,
    version: str,
    more: bytes = b"",
) -> bytes:
    """``contexts``: id, result, abstract syntax (RQ only), transfer syntax."""
    body = struct.pack(">HH", 1, 0) + called.ljust(16).encode() + calling.ljust(16).encode() + bytes(32)
    body += item(0x10, b"1.2.840.10008.3.1.1.1")
    for number, result, abstract, transfer in contexts:
        inner = item(0x30, abstract.encode()) if kind == 1 else b""
        body += item(0x1F + kind, bytes([number, 0, result, 0]) + inner + item(0x40, transfer.encode()))
    user = item(0x51, struct.pack(">I", 16384)) + item(0x52, uid.encode()) + more + item(0x55, version.encode())
    return pdu(kind, body + item(0x50, user))


def p_data(context: int, control: int, fragment: bytes) -> bytes:
    return pdu(4, struct.pack(">IBB", len(fragment) + 2, context, control) + fragment)


def element(group: int, number: int, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HHI", group, number, len(value)) + value


def command(sop_class: str, field: int, *, status: int | None = None, data: bool = False, more: bytes = b"") -> bytes:
    body = element(0, 0x0002, sop_class.encode()) + element(0, 0x0100, struct.pack("<H", field))
    body += more if field == 0x0021 else b""
    body += element(0, 0x0800, struct.pack("<H", 1 if data else 0x0101))
    if status is not None:
        body += element(0, 0x0900, struct.pack("<H", status))
    body += more if field != 0x0021 else b""
    return element(0, 0, struct.pack("<I", len(body))) + body


def data_set(rows: list[tuple[int, int, str, bytes]], *, explicit: bool = True, order: str = "<") -> bytes:
    out = b""
    for group, number, vr, value in rows:
        value += (b"\0" if vr in ("UI", "OW", "OB") else b" ") * (len(value) % 2)
        out += struct.pack(order + "HH", group, number)
        if not explicit:
            out += struct.pack("<I", len(value))
        elif vr in ("OB", "OW", "SQ", "UN", "UT"):
            out += vr.encode() + b"\0\0" + struct.pack(order + "I", len(value))
        else:
            out += vr.encode() + struct.pack(order + "H", len(value))
        out += value
    return out


def store(data: bytes, *, context: int = 1, size: int = 500, sop_class: str = CT, more: bytes = b"") -> bytes:
    """A C-STORE-RQ whose data set is spread over P-DATA-TF PDUs of ``size`` bytes."""
    out = p_data(context, 3, command(sop_class, 1, data=True, more=more))
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    for number, piece in enumerate(pieces):
        out += p_data(context, 2 if number == len(pieces) - 1 else 0, piece)
    return out
