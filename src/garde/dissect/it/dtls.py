"""DTLS: the opening of TLS over datagrams.

Question: what do the unencrypted datagrams of DTLS tell of client and server?
Reference: RFC 6347 (DTLS 1.2) §4.1 and §4.2, RFC 9147 (DTLS 1.3) §4: records of epoch 0, handshake fragments put
together by message number. Left out: encrypted records (epoch 1 and above, unified headers).

Example:
    >>> DTLS.looks_like(bytes.fromhex("16fefd0000000000000000 002c 01 000020 0000 000000 000020 fefd"), Hint())
    0.95
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.it import tls
from garde.dissect.it.hello import (
    CERTIFICATE,
    CLIENT_HELLO,
    SERVER_HELLO,
    client_facts,
    client_hello,
    server_facts,
    server_hello,
)
from garde.dissect.it.ja4 import ja4
from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_RECORD: Final = 13
_HEADER: Final = 12
_VERSIONS: Final = (b"\xfe\xff", b"\xfe\xfd", b"\xfe\xfc", b"\x01\x00")
#: Most handshake messages of one direction being put together at once.
_MOST_MESSAGES: Final = 8
#: Most fragments of one message.
_MOST_FRAGMENTS: Final = 256


class _Message:
    """One handshake message: fragments by offset, and where the first of them stands."""

    __slots__ = ("fragments", "kind", "size")

    def __init__(self, kind: int, size: int) -> None:
        self.kind = kind
        self.size = size
        self.fragments: dict[int, bytes] = {}

    def whole(self) -> bytes | None:
        """The body, once no octet is missing."""
        body = bytearray()
        for offset in sorted(self.fragments):
            if offset > len(body):
                return None
            # What overlaps is a repetition (RFC 6347 §4.2.3).
            body += self.fragments[offset][len(body) - offset :]
        return bytes(body[: self.size]) if len(body) >= self.size else None


class DtlsSession:
    """One association."""

    def __init__(self) -> None:
        self.done = False
        self._messages: tuple[dict[int, _Message], dict[int, _Message]] = ({}, {})
        self._sealed = [False, False]

    def feed(self, payload: Payload) -> Iterator[Fact]:
        """Facts of the next datagram.

        Raises:
            Malformed: a record or a message breaks its standard.
        """
        r = Reader(payload.data, "dtls.record")
        while r.left >= _RECORD and not r.data[r.pos] & 0x20:  # RFC 9147 §4: 001 begins an encrypted record
            kind = r.u8()
            if r.take(2) not in _VERSIONS:
                raise r.fail("no DTLS version")
            epoch = r.u16()
            r.skip(6)
            record = r.sub(r.u16())
            if epoch or kind == tls.CHANGE_CIPHER_SPEC:
                self._sealed[payload.direction] = True
            elif kind == tls.HANDSHAKE:
                yield from self._handshake(record, payload.direction)
        if all(self._sealed):
            self.done = True

    def _handshake(self, r: Reader, side: int) -> Iterator[Fact]:
        messages = self._messages[side]
        while r.left >= _HEADER:
            kind, size, number, offset, length = r.u8(), r.u24(), r.u16(), r.u24(), r.u24()
            if size > tls.LONGEST_MESSAGE or offset + length > size:
                raise r.fail("a fragment outside its message (RFC 6347 §4.2.2)")
            at = r.at
            fragment = r.take(length)
            if length == size:
                yield from _facts(kind, fragment, [(0, at)])
                continue
            message = messages.setdefault(number, _Message(kind, size))
            if len(message.fragments) < _MOST_FRAGMENTS:
                message.fragments[offset] = fragment
            body = message.whole()
            if body is not None:
                del messages[number]
                # Spread over datagrams: the value has no single place.
                yield from _facts(message.kind, body, [])
            elif len(messages) > _MOST_MESSAGES:
                del messages[next(iter(messages))]


def _facts(kind: int, body: bytes, runs: list[tuple[int, int]]) -> Iterator[Fact]:
    def place(start: int, end: int) -> tuple[int, int]:
        return tls.place(runs, start, end) if runs else (0, 0)

    if kind == CLIENT_HELLO:
        hello = client_hello(body, cookie=True)
        yield from client_facts(hello, ja4(hello, "d"), place, len(body))
    elif kind == SERVER_HELLO:
        yield from server_facts(server_hello(body), place)
    elif kind == CERTIFICATE:
        yield from tls.certificate_facts(body, place)


def looks_like(data: bytes, hint: Hint) -> float:
    """A record header of epoch 0 or 1."""
    if len(data) < _RECORD or not 20 <= data[0] <= 23 or data[1:3] not in _VERSIONS:
        return 0.0
    size = int.from_bytes(data[11:13], "big")
    if data[3] or not size or size > tls.LONGEST_RECORD:
        return 0.0
    return 0.95 if data[0] == tls.HANDSHAKE else 0.8


DTLS: Final = Dissector(
    name="dtls",
    layer=DATAGRAM,
    reference="RFC 6347 (DTLS 1.2), RFC 9147 (DTLS 1.3)",
    emits=tls.EMITS,
    looks_like=looks_like,
    session=DtlsSession,
)
