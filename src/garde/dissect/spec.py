"""Dissector: what a protocol's file must give, and the facts it may state.

Question: how is a protocol added?
Reference: DESIGN §4.3: a dissector is chosen by what the bytes look like, never by port alone; it can join
mid-stream, resynchronise and withdraw. It may raise `Malformed` and nothing else.

Example:
    >>> def hello(payload):
    ...     if not payload.data.startswith(b"HELLO "):
    ...         raise Malformed("hello.magic", "no HELLO")
    ...     yield Fact("hostname", payload.data[6:].decode("ascii", "replace"), 6, len(payload.data))
    >>> HELLO = Dissector(name="hello", layer=DATAGRAM, reference="none", emits=frozenset({"hostname"}),
    ...                   looks_like=lambda data, hint: 0.9 if data[:6] == b"HELLO " else 0.0, session=stateless(hello))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, Protocol

import msgspec

from garde.errors import Malformed
from garde.model.key import Key
from garde.wire.flow import DATAGRAM, FRAME, STREAM, Payload

__all__ = [
    "DATAGRAM",
    "FRAME",
    "RECEIVER",
    "SENDER",
    "STREAM",
    "Dissector",
    "Fact",
    "Hint",
    "Keep",
    "Malformed",
    "Session",
    "stateless",
]

SENDER: Final = "sender"
RECEIVER: Final = "receiver"


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One attribute and its value, found at ``start``:``end``.

    Attributes:
        attribute: a name of attributes.toml that the dissector lists in ``emits``.
        value: text; control characters are cut and length is clipped by the engine.
        start, end: where the value stands, as positions of the direction's stream (``payload.offset + i``); for frames
            and datagrams simply positions in ``payload.data``. Equal when the value is not one run of bytes.
        about: SENDER or RECEIVER of the payload, or the Key of a thing they speak of (``mac`` and ``ip`` keys for what
            ARP or DHCP say of a station; ``equipment``, ``eui64``, ``serial`` for a device behind a gateway).
        source: a name of sources.toml; empty means the dissector's own name.
        also: further keys that, by this very message, belong to the same thing (the IP of an ARP sender).
    """

    attribute: str
    value: str
    start: int = 0
    end: int = 0
    about: Literal["sender", "receiver"] | Key = SENDER
    source: str = ""
    also: tuple[Key, ...] = ()


class Hint(msgspec.Struct, frozen=True, gc=False):
    """What may support a guess but never decide it: both ports and the protocol number or EtherType."""

    ports: tuple[int, int] = (0, 0)
    protocol: int = 0


class Keep(msgspec.Struct, frozen=True):
    """Ask the kernel to keep a flow's payloads: when one begins with ``value`` (under ``mask``) at ``offset``.

    The kernel compares at most 8 bytes and keeps up to ``payloads`` further payloads of that direction and its reverse.
    """

    offset: int
    value: bytes
    mask: bytes = b""
    payloads: int = 64


class Session(Protocol):
    """The state of one dissector on one flow; sees both directions."""

    #: True when nothing more is wanted from this flow.
    done: bool

    def feed(self, payload: Payload) -> Iterable[Fact]:
        """Facts of the next payload. Raises `Malformed` when the bytes are not this protocol, and nothing else."""
        ...


class Dissector(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table.

    Attributes:
        name: the protocol's short name; also the default source.
        layer: FRAME, DATAGRAM or STREAM.
        reference: the standard and its version.
        emits: every attribute it may state.
        looks_like: first bytes of a payload and a hint → 0..1, how likely this is the protocol. Below 0.5 never chosen.
        session: makes a fresh session.
        keep: patterns for which the kernel should keep more of a flow.
        situated: its facts depend on more than the bytes and the ports, on when or by whom they were sent, so equal
            bytes may tell something else (`garde.dissect.recall`).
    """

    name: str
    layer: str
    reference: str
    emits: frozenset[str]
    looks_like: Callable[[bytes, Hint], float]
    session: Callable[[], Session]
    keep: tuple[Keep, ...] = ()
    situated: bool = False


class _Stateless:
    """A session that treats every payload alone."""

    __slots__ = ("_facts", "done")

    def __init__(self, facts: Callable[[Payload], Iterator[Fact]]) -> None:
        self._facts = facts
        self.done = False

    def feed(self, payload: Payload) -> Iterable[Fact]:
        return self._facts(payload)


def stateless(facts: Callable[[Payload], Iterator[Fact]]) -> Callable[[], Session]:
    """A session factory for protocols whose every payload stands alone."""

    def session() -> Session:
        return _Stateless(facts)

    return session
