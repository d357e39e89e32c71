"""Table: the digest of a table's rows, the same whichever database holds them.

Question: is what was restored what was saved?
Reference: FIPS 180-4 (SHA-256) over the rows as MessagePack arrays, in the order of the table's key. A truth value
counts as 0 or 1, as SQLite holds it.

Example:
    >>> digest(["id"], [("a",), ("b",)]) == digest(["id"], [("b",), ("a",)])
    False
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

_encoder = msgspec.msgpack.Encoder()


def packed(row: Sequence[Any]) -> bytes:
    """One row: a MessagePack array of text, whole numbers, octets and nothing."""
    return _encoder.encode([int(value) if isinstance(value, bool) else value for value in row])


def digest(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """SHA-256 of the names of the columns and of all rows, in hexadecimal."""
    total = sha256(packed(columns))
    for row in rows:
        total.update(packed(row))
    return total.hexdigest()
