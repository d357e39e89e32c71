"""NTLM messages written by hand from MS-NLMP §2.2.1; nothing is shared with the dissector."""

from __future__ import annotations

import struct

FLAGS = 0x02000001  # version, Unicode


def pair(kind: int, text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<HH", kind, len(raw)) + raw


def challenge(names: dict[int, str], build: tuple[int, int, int] | None = (6, 1, 7601), target: str = "WARD") -> bytes:
    """A CHALLENGE with AV_PAIRs ``names`` and, if given, a version."""
    info = b"".join(pair(kind, text) for kind, text in names.items()) + pair(0, "")
    name = target.encode("utf-16-le")
    head = struct.pack("<8sIHHI", b"NTLMSSP\0", 2, len(name), len(name), 56)
    head += struct.pack("<I8s8s", FLAGS if build else 1, bytes(range(8)), bytes(8))
    head += struct.pack("<HHI", len(info), len(info), 56 + len(name))
    version = struct.pack("<BBH3xB", *(build or (0, 0, 0)), 15)
    return head + version + name + info


def authenticate(domain: str, user: str, computer: str, build: tuple[int, int, int] = (10, 0, 19045)) -> bytes:
    texts = [b"L" * 24, b"N" * 24, *(text.encode("utf-16-le") for text in (domain, user, computer)), b""]
    at, fields = 72, b""
    for text in texts:
        fields += struct.pack("<HHI", len(text), len(text), at)
        at += len(text)
    return b"NTLMSSP\0" + struct.pack("<I", 3) + fields + struct.pack("<IBBH3xB", FLAGS, *build, 15) + b"".join(texts)


def negotiate(domain: str, computer: str, build: tuple[int, int, int] = (6, 1, 7601)) -> bytes:
    texts = [domain.encode(), computer.encode()]
    fields, at = b"", 40
    for text in texts:
        fields += struct.pack("<HHI", len(text), len(text), at)
        at += len(text)
    return struct.pack("<8sII", b"NTLMSSP\0", 1, FLAGS) + fields + struct.pack("<BBH3xB", *build, 15) + b"".join(texts)
