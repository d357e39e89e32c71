"""SSH packets written by hand from RFC 4253; nothing is shared with the dissector."""

from __future__ import annotations


def text(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def packet(kind: int, body: bytes) -> bytes:
    return text(bytes((4, kind)) + body + bytes(4))


KEY = text(b"ssh-ed25519") + text(bytes(range(32)))
REPLY = packet(31, text(KEY) + text(bytes(32)) + text(bytes(83)))
KEXINIT = packet(20, bytes(200))
TALK = [
    ("server", b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n" + KEXINIT),
    ("client", b"SSH-2.0-PuTTY_Release_0.81\r\n" + KEXINIT + packet(30, text(bytes(32)))),
    ("server", REPLY + packet(21, b"")),
    ("client", packet(21, b"")),
]
