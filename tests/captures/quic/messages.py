"""QUIC Initial packets, sealed by hand from RFC 9001 §5; nothing is shared with the dissector."""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.captures.tls import messages

ID = bytes.fromhex("8394c8f03e515708")
SALTS = {1: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", 0x6B3343CF: "0dede3def700a6db819381be6e269dcbf9bd2ed9"}


class Secrets(NamedTuple):
    """The keys of one side."""

    key: bytes
    iv: bytes
    mask: bytes


def expand(secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label; one block is enough for 32 octets."""
    info = size.to_bytes(2, "big") + messages.sized(1, b"tls13 " + label.encode()) + b"\0"
    return hmac.digest(secret, info + b"\x01", hashlib.sha256)[:size]


def secrets(side: str, version: int = 1, destination: bytes = ID) -> Secrets:
    """``side`` is client or server."""
    prefix = "quic" if version == 1 else "quicv2"
    secret = expand(hmac.digest(bytes.fromhex(SALTS[version]), destination, hashlib.sha256), f"{side} in", 32)
    return Secrets(*(expand(secret, f"{prefix} {part}", size) for part, size in (("key", 16), ("iv", 12), ("hp", 16))))


def varint(value: int) -> bytes:
    return (value | 0x4000).to_bytes(2, "big")


def crypto(data: bytes, offset: int = 0) -> bytes:
    return b"\x06" + varint(offset) + varint(len(data)) + data


def seal(
    frames: bytes, keys: Secrets, *, destination: bytes = ID, version: int = 1, kind: int = 0, number: int = 2
) -> bytes:
    """An Initial packet."""
    first = 0xC3 | kind << 4
    head = bytes((first,)) + version.to_bytes(4, "big") + messages.sized(1, destination) + b"\0\0"
    head += varint(4 + len(frames) + 16)
    packet = number.to_bytes(4, "big")
    nonce = (int.from_bytes(keys.iv, "big") ^ number).to_bytes(12, "big")
    sealed = AESGCM(keys.key).encrypt(nonce, frames, head + packet)
    mask = Cipher(algorithms.AES(keys.mask), modes.ECB()).encryptor().update(sealed[:16])
    hidden = bytes(a ^ b for a, b in zip(packet, mask[1:5], strict=True))
    return bytes((first ^ mask[0] & 0x0F,)) + head[1:] + hidden + sealed


HELLO = messages.client_hello(messages.chrome("pump.example"))
ANSWER = messages.server_hello(0x1301, extensions=messages.extension(43, b"\x03\x04"))
TALK = [
    ("client", seal(crypto(HELLO) + bytes(800), secrets("client"))),
    ("server", seal(b"\x02\0\0\0\0" + crypto(ANSWER), secrets("server"), destination=b"")),
]
