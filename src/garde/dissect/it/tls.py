"""TLS: who asks for which server, with which library, and what certificate answers.

Question: what do the unencrypted parts of a TLS connection tell of its client and its server?
Reference: RFC 8446 (TLS 1.3) §4 and §5, RFC 5246 (TLS 1.2) §6.2 and §7.4; RFC 5280 for certificates; the JA4 technical
specification. Certificates are visible up to TLS 1.2, from server and client. A connection that turns to TLS in its
middle (STARTTLS, RDP, FTP AUTH TLS) is read from its first handshake record on. Left out: anything encrypted, and the
content of SSL 2.0 hellos.

Example:
    >>> TLS.looks_like(bytes.fromhex("16030100c5010000c10303"), Hint())
    0.95
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.it import x509
from garde.dissect.it.hello import (
    CERTIFICATE,
    CLIENT_HELLO,
    SERVER_HELLO,
    Place,
    client_facts,
    client_hello,
    server_facts,
    server_hello,
)
from garde.dissect.it.ja4 import ja4
from garde.dissect.spec import SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.flow import Payload
from garde.wire.reader import Reader

CHANGE_CIPHER_SPEC: Final = 20
ALERT: Final = 21
HANDSHAKE: Final = 22
APPLICATION_DATA: Final = 23
HEARTBEAT: Final = 24

#: RFC 5246 §6.2.3: 2^14 octets and what encryption may add.
LONGEST_RECORD: Final = (1 << 14) + 2048
#: Longest handshake message that is put together; certificate chains are rarely longer than 16 KiB.
LONGEST_MESSAGE: Final = 1 << 16
#: RFC 8446 §4, RFC 5246 §7.4: the handshake messages that may stand unencrypted.
_MESSAGES: Final = frozenset((0, 1, 2, 3, 4, 6, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23))

EMITS: Final = frozenset(
    {
        "client",
        "service",
        "tls.sni",
        "tls.alpn",
        "tls.ja4",
        "tls.version",
        "tls.cipher",
        "certificate.fingerprint",
        "certificate.subject",
        "certificate.issuer",
        "certificate.not_after",
        "certificate.name",
        "certificate.key",
    }
)


def measure(data: bytearray, synced: bool) -> int:
    """Size of the record at the front (RFC 8446 §5.1), or of the one record that an SSL 2.0 hello is."""
    kind = data[0]
    if synced and kind & 0x80:
        # RFC 5246 §E.2: two bytes of length, then CLIENT-HELLO and a version.
        if len(data) < 4:
            return MORE
        return ((kind & 0x7F) << 8 | data[1]) + 2 if data[2] == 1 and data[3] in (0, 2, 3) else NO
    if not CHANGE_CIPHER_SPEC <= kind <= HEARTBEAT:
        return NO
    if len(data) < 5:
        return NO if len(data) > 1 and data[1] != 3 else MORE
    size = data[3] << 8 | data[4]
    if data[1] != 3 or data[2] > 4 or size > LONGEST_RECORD:
        return NO
    if not synced:
        # Only a hello or a certificate is worth joining for, and only its own header makes it certain.
        if kind != HANDSHAKE or size < 4:
            return NO
        if len(data) < 9:
            return MORE
        if data[5] not in (CLIENT_HELLO, SERVER_HELLO, CERTIFICATE) or data[6]:
            return NO
    return 5 + size


class Handshakes:
    """Handshake messages of one direction, put together over records (RFC 8446 §5.1)."""

    __slots__ = ("_data", "_runs")

    def __init__(self) -> None:
        self._data = bytearray()
        #: (position in ``_data``, position in the stream) where a record's share begins
        self._runs: list[tuple[int, int]] = []

    def add(self, data: bytes, at: int) -> None:
        """Append a record's content that stands at ``at`` in the stream."""
        self._runs.append((len(self._data), at))
        self._data += data

    def clear(self) -> None:
        """Forget what waits."""
        self._data.clear()
        self._runs.clear()

    def next(self) -> tuple[int, bytes, list[tuple[int, int]]] | None:
        """The next whole message: its type, its body, and the runs that place its bytes.

        Raises:
            Malformed: a message is longer than `LONGEST_MESSAGE`.
        """
        if len(self._data) < 4:
            return None
        size = int.from_bytes(self._data[1:4], "big")
        if size > LONGEST_MESSAGE:
            raise Malformed("tls.handshake", f"a handshake message of {size} octets", where="RFC 8446 §4")
        if len(self._data) < 4 + size:
            return None
        kind, body = self._data[0], bytes(self._data[4 : 4 + size])
        runs = [(start - 4, at) for start, at in self._runs]
        del self._data[: 4 + size]
        # The run that the next message begins in stays, moved to the front.
        cut = 4 + size
        kept: list[tuple[int, int]] = []
        for start, at in self._runs:
            if start <= cut:
                kept = [(0, at + cut - start)]
            else:
                kept.append((start - cut, at))
        self._runs = kept
        return kind, body, runs


def place(runs: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Where bytes ``start:end`` of a message stand in the stream; empty when they are spread over records.

    >>> place([(-4, 5), (10, 100)], 2, 6), place([(-4, 5), (10, 100)], 8, 12)
    ((11, 15), (17, 17))
    """
    first = last = 0
    for index, (begin, _) in enumerate(runs):
        if begin <= start:
            first = index
        if begin < end:
            last = index
    begin, at = runs[first]
    position = at + start - begin
    return position, position + (end - start if first == last else 0)


class TlsSession:
    """One connection; also used by dissectors whose protocol turns to TLS.

    Args:
        synced: False when other bytes stand before the first record, which is then looked for.
    """

    def __init__(self, *, synced: bool = True) -> None:
        self.done = False
        self._records = tuple(
            Framed(measure, "tls.record", longest=5 + LONGEST_RECORD, anchor=rb"[\x14-\x18\x80-\xff]") for _ in range(2)
        )
        for records in self._records:
            records.synced = synced
        self._messages = (Handshakes(), Handshakes())
        #: per direction: nothing readable follows
        self._sealed = [False, False]
        self._asked = False

    def feed(self, payload: Payload) -> Iterator[Fact]:
        """Facts of the next payload.

        Raises:
            Malformed: this is not TLS, or a message breaks its standard.
        """
        side = payload.direction
        if self._sealed[side]:
            return
        if payload.gap:
            self._messages[side].clear()
        for frame in self._records[side].feed(payload):
            yield from self._record(frame, side)
            if self._sealed[side]:
                self.done = self.done or all(self._sealed)
                return

    def _record(self, frame: Frame, side: int) -> Iterator[Fact]:
        kind = frame.data[0]
        if kind in (CHANGE_CIPHER_SPEC, APPLICATION_DATA):
            self._sealed[side] = True
        if kind != HANDSHAKE:
            return
        waiting = self._messages[side]
        waiting.add(frame.data[5:], frame.start + 5)
        while (message := waiting.next()) is not None:
            number, body, runs = message
            if number not in _MESSAGES:
                # Encrypted, and the change of cipher was not seen.
                self._sealed[side] = True
                return
            yield from self._message(number, body, runs)

    def _message(self, kind: int, body: bytes, runs: list[tuple[int, int]]) -> Iterator[Fact]:
        if kind == CLIENT_HELLO:
            self._asked = True
            hello = client_hello(body)
            yield from client_facts(hello, ja4(hello, "t"), partial(place, runs), len(body))
        elif kind == SERVER_HELLO:
            chosen = server_hello(body)
            yield from server_facts(chosen, partial(place, runs))
            # From here on TLS 1.3 hides everything.
            self.done = self._asked and chosen.version == 0x0304
        elif kind == CERTIFICATE:
            yield from certificate_facts(body, partial(place, runs))


def certificate_facts(body: bytes, where: Place) -> Iterator[Fact]:
    """What the first certificate of a chain says of its sender (RFC 5246 §7.4.2).

    Raises:
        Malformed: the list or the certificate breaks its standard.
    """
    r = Reader(body, "tls.certificate")
    chain = r.sub(r.u24())
    if not chain.left:
        return  # a client that was asked for a certificate and has none
    size = chain.u24()
    at = chain.at
    for attribute, value, start, end in x509.facts(chain.take(size)):
        yield Fact(attribute, value, *where(at + start, at + end), about=SENDER, source="tls.certificate")


def looks_like(data: bytes, hint: Hint) -> float:
    """A record header, and behind it a handshake header when there is one."""
    if len(data) < 6:
        return 0.0
    kind = data[0]
    if kind & 0x80:
        # RFC 5246 §E.2: CLIENT-HELLO, version 3.x, ciphers of three octets each.
        sure = len(data) > 9 and data[2:4] == b"\x01\x03" and data[4] < 5 and int.from_bytes(data[5:7], "big") % 3 == 0
        return 0.7 if sure and (kind & 0x7F) << 8 | data[1] == len(data) - 2 else 0.0
    if not CHANGE_CIPHER_SPEC <= kind <= HEARTBEAT or data[1] != 3 or data[2] > 4:
        return 0.0
    size = data[3] << 8 | data[4]
    if not 0 < size <= LONGEST_RECORD:
        return 0.0
    if kind == HANDSHAKE and data[5] in _MESSAGES:
        return 0.95
    if kind == HANDSHAKE or (kind == ALERT and size == 2) or (kind == CHANGE_CIPHER_SPEC and size == 1):
        return 0.8
    return 0.7 if kind == APPLICATION_DATA and size >= 17 else 0.0


TLS: Final = Dissector(
    name="tls",
    layer=STREAM,
    reference="RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2), RFC 5280 (X.509), JA4 base fingerprint",
    emits=EMITS,
    looks_like=looks_like,
    session=TlsSession,
    keep=(Keep(0, b"\x16\x03", payloads=24),),
)
