"""Message: a frozen record that says what happened, when, and because of what.

Question: what is the only thing that may be written?
Reference: DESIGN §2 rule 3 and §5. The id of a derived message is a digest of its content, so that a replay or a
second delivery changes nothing.

Example:
    >>> digest("observation", "mac", "00:09:fb:01:02:03") == digest("observation", "mac", "00:09:fb:01:02:03")
    True
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The base of all that travels.

    Attributes:
        id: digest of the content (``digest``), or a unique id for what a person says.
        at: nanoseconds since 1970-01-01 UTC.
        cause: ids of the messages this one follows from; empty at the source.
    """

    id: str
    at: int
    cause: tuple[str, ...] = ()


class Wakeup(Message, frozen=True, kw_only=True):
    """A stage asks to be called again at ``at`` about ``topic``."""

    stage: str
    topic: str


#: Two base32 digits (RFC 4648 §6) for every ten bits: half the steps, and every observation takes them.
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + two for one in _DIGITS for two in _DIGITS]


def digest(*parts: object, size: int = 15) -> str:
    """A short, stable name of the parts: lower-case base32 of BLAKE2b.

    Parts are told apart by a unit separator, so ``("a", "bc")`` and ``("ab", "c")`` differ.
    """
    data = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    raw = hashlib.blake2b(data, digest_size=size).digest()
    if size % 5:
        return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
    number = int.from_bytes(raw, "big")
    return "".join([_PAIRS[number >> shift & 0x3FF] for shift in range(size * 8 - 10, -1, -10)])


def moment(at: int) -> str:
    """Nanoseconds since 1970 as ISO 8601 in UTC with microseconds, as every JSON of Garde shows time."""
    seconds, rest = divmod(at, 1_000_000_000)
    try:
        when = dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return str(at)
    # Formatting by %Y-… takes five times as long, and a page of evidence shows thousands.
    return f"{when.isoformat()[:19]}.{rest // 1000:06d}Z"
