"""Chain: how a message of the log is bound to all those before it.

Question: which digest changes when any earlier message is altered, removed, moved or added?
Reference: FIPS 180-4 (SHA-256). Items and links are hashed apart, as leaves and nodes are in RFC 9162 §2.1.1. An item
is hashed before it is linked, so that a part of the log can be given away with the digests of the rest. Left out: a
tree, which would shorten proofs of one message; an archive carries 32 octets for each message it leaves out instead.

Example:
    >>> first = follow(GENESIS, item(1, 5, "w", "Wakeup", b"body"))
    >>> len(first), first == follow(GENESIS, item(1, 5, "w", "Wakeup", b"b0dy"))
    (32, False)
"""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import Final

#: What the first message follows.
GENESIS: Final = bytes(32)

_FRAME: Final = struct.Struct(">cqqII")


def item(seq: int, at: int, name: str, kind: str, body: bytes) -> bytes:
    """Digest of one message as it lies in the log, 32 octets.

    Args:
        seq: its number in the log.
        at: nanoseconds since 1970 UTC.
        name: its id.
        kind: name of its struct.
        body: MessagePack, as the codec wrote it.
    """
    one, two = name.encode("utf-8", "surrogatepass"), kind.encode("utf-8", "surrogatepass")
    return sha256(b"".join((_FRAME.pack(b"\0", seq, at, len(one), len(two)), one, two, body))).digest()


def follow(previous: bytes, digest: bytes) -> bytes:
    """The link of a message: digest of the link before it and of its item, 32 octets."""
    return sha256(b"\1" + previous + digest).digest()
