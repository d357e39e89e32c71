"""Listener: what a protocol's file must give to let detectors hear it.

Question: how is a protocol made audible to detectors?
Reference: DESIGN §2 rule 4 (a plug-in is a file plus a row); the same choice by content as for dissectors. A listener
may raise `Malformed` and nothing else. What may name a person is told as a keyed digest (`Digest`), equal within one
run of Garde and meaningless outside it.

Example:
    >>> tell = Told("smb.tree", {"share": "IPC$"}, 12)
    >>> tell.kind, tell.start
    ('smb.tree', 12)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import msgspec

from garde.dissect.spec import Hint, Keep
from garde.wire.flow import Payload

#: Bytes → a short keyed digest.
Digest = Callable[[bytes], str]
#: As many payloads of a flow as there are.
ALL = 1 << 40


class Told(msgspec.Struct, frozen=True, gc=False):
    """One signal as its listener tells it.

    Attributes:
        kind: ``protocol.what``.
        values: codes, counts and digests.
        start: stream position of what showed it, to find the packet.
        octets: a file that the flow carried, bounded by the listener.
    """

    kind: str
    values: Mapping[str, str | int | float]
    start: int = 0
    octets: bytes = b""


class Ear(Protocol):
    """The state of one listener on one flow; hears both directions."""

    #: True when nothing more is wanted from this flow.
    done: bool

    def feed(self, payload: Payload) -> Iterable[Told]:
        """Signals of the next payload. Raises `Malformed` when the bytes are not this protocol, and nothing else."""
        ...


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table.

    Attributes:
        name: the protocol's short name.
        layer: FRAME, DATAGRAM or STREAM.
        reference: the standard and its version.
        tells: kinds of signal.
        looks_like: first bytes of a payload and a hint → 0..1; below 0.5 never chosen.
        ear: makes a fresh one.
        keep: patterns for which the kernel should keep more of a flow.
        again: what TCP sends again in one place is read too, each segment by itself: who hides behind a retransmission
            is heard where messages stand alone.
    """

    name: str
    layer: str
    reference: str
    tells: frozenset[str]
    looks_like: Callable[[bytes, Hint], float]
    ear: Callable[[Digest], Ear]
    keep: tuple[Keep, ...] = ()
    again: bool = False


class _Single:
    """An ear that treats every payload alone."""

    __slots__ = ("_tell", "done")

    def __init__(self, tell: Callable[[Payload], Iterable[Told]]) -> None:
        self._tell = tell
        self.done = False

    def feed(self, payload: Payload) -> Iterable[Told]:
        return self._tell(payload)


def single(tell: Callable[[Payload], Iterable[Told]]) -> Callable[[Digest], Ear]:
    """Ears for protocols whose every payload stands alone."""

    def ear(digest: Digest) -> Ear:
        del digest
        return _Single(tell)

    return ear


def keyed(key: bytes) -> Digest:
    """Digests under a key of up to 64 bytes (BLAKE2b, RFC 7693 §2.9)."""

    def digest(data: bytes) -> str:
        return hashlib.blake2b(data, digest_size=8, key=key).hexdigest()

    return digest
