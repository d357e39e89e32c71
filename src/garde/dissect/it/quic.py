"""QUIC: the ClientHello and ServerHello inside Initial packets.

Question: which server does a QUIC client ask for, and with which library?
Reference: RFC 9000 §17.2 (long headers) and §19 (frames); RFC 9001 §5.2 (initial keys, which anybody on the path
can make) and §5.4 (header protection); RFC 9369 (QUIC version 2). Values have no place in the packet's bytes, since
those are encrypted. Left out: everything after the Initial packets, and versions older than draft 29.

Example:
    >>> QUIC.looks_like(bytes.fromhex("c300000001 08 8394c8f03e515708 00 00") + bytes(1190), Hint())
    0.95
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from garde.dissect.it.hello import (
    CLIENT_HELLO,
    SERVER_HELLO,
    client_facts,
    client_hello,
    server_facts,
    server_hello,
)
from garde.dissect.it.ja4 import ja4
from garde.dissect.it.tls import EMITS, LONGEST_MESSAGE
from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint
from garde.errors import Malformed
from garde.wire.flow import Payload
from garde.wire.reader import Reader

#: Version → (salt, prefix of the labels, packet type of Initial): RFC 9001 §5.2, RFC 9369 §3, draft-ietf-quic-tls-29.
_V1: Final = ("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic", 0)
_VERSIONS: Final = {
    0x00000001: _V1,
    0x6B3343CF: ("0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2", 1),
    0xFF00001D: ("afbfec289993d24c9e9786f19c6111e04390a899", "quic", 0),
    0xFF000012: ("afbfec289993d24c9e9786f19c6111e04390a899", "quic", 0),
    0xFF000022: _V1,
}
_FORMS: Final = 0xC0
#: Datagrams without any Initial packet after which the rest of the flow is left alone.
_PATIENCE: Final = 16


class Keys:
    """The keys of one sender of Initial packets (RFC 9001 §5.1)."""

    __slots__ = ("iv", "key", "mask")

    def __init__(self, secret: bytes, prefix: str) -> None:
        self.key = expand(secret, f"{prefix} key", 16)
        self.iv = expand(secret, f"{prefix} iv", 12)
        self.mask = expand(secret, f"{prefix} hp", 16)


def expand(secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label of RFC 8446 §7.1 with SHA-256 and no context."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

    name = b"tls13 " + label.encode("ascii")
    info = size.to_bytes(2, "big") + bytes((len(name),)) + name + b"\0"
    return HKDFExpand(SHA256(), size, info).derive(secret)


@lru_cache(maxsize=256)
def initial_keys(version: int, destination: bytes) -> tuple[Keys, Keys]:
    """Client's and server's keys, from the first destination connection id a client chose (RFC 9001 §5.2)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC

    salt, prefix, _ = _VERSIONS[version]
    extract = HMAC(bytes.fromhex(salt), SHA256())
    extract.update(destination)
    initial = extract.finalize()
    return Keys(expand(initial, "client in", 32), prefix), Keys(expand(initial, "server in", 32), prefix)


class QuicSession:
    """One connection: direction by direction, CRYPTO frames put in order."""

    def __init__(self) -> None:
        self.done = False
        self._version = 0
        self._destination: bytes | None = None
        self._client = 0
        self._crypto: tuple[dict[int, bytes], dict[int, bytes]] = ({}, {})
        self._read = [False, False]
        self._idle = 0

    def feed(self, payload: Payload) -> Iterator[Fact]:
        """Facts of the next datagram.

        Raises:
            Malformed: a long header breaks RFC 9000 §17.2, or an opened packet breaks §19.
        """
        found = False
        for packet in _initial_packets(payload.data):
            if self._read[payload.direction]:
                continue
            # Only the side that sends the first Initial can be the client; after a Retry its new choice counts.
            if self._destination is None:
                self._destination, self._version, self._client = packet.destination, packet.version, payload.direction
            plain = self._open(packet, payload.direction)
            if plain is None:
                continue
            found = True
            yield from self._frames(plain, payload.direction)
        self._idle = 0 if found else self._idle + 1
        self.done = all(self._read) or self._idle >= _PATIENCE

    def _open(self, packet: _Initial, side: int) -> bytes | None:
        client = side == self._client
        assert self._destination is not None
        plain = packet.open(initial_keys(self._version, self._destination)[0 if client else 1])
        if plain is None and client and packet.destination != self._destination and packet.version in _VERSIONS:
            plain = packet.open(initial_keys(packet.version, packet.destination)[0])
            if plain is not None:
                self._destination, self._version = packet.destination, packet.version
        return plain

    def _frames(self, plain: bytes, side: int) -> Iterator[Fact]:
        pieces = self._crypto[side]
        r = Reader(plain, "quic.frame")
        while r.left:
            kind = _varint(r)
            if kind in (0x00, 0x01):  # PADDING, PING
                continue
            if kind in (0x02, 0x03):  # ACK
                _varint(r)
                _varint(r)
                ranges = _varint(r)
                _varint(r)
                for _ in range(2 * min(ranges, r.left) + (3 if kind == 0x03 else 0)):
                    _varint(r)
            elif kind == 0x06:  # CRYPTO
                offset = _varint(r)
                data = r.take(_varint(r))
                if offset + len(data) <= LONGEST_MESSAGE and len(pieces) < 256:
                    pieces[offset] = data
            else:
                break  # CONNECTION_CLOSE, or what an Initial packet may not hold
        message = _joined(pieces)
        if message is None:
            return
        self._read[side] = True
        pieces.clear()
        kind, body = message
        if kind == CLIENT_HELLO:
            hello = client_hello(body)
            yield from client_facts(hello, ja4(hello, "q"), _nowhere, len(body))
        elif kind == SERVER_HELLO:
            yield from server_facts(server_hello(body), _nowhere)


def _nowhere(start: int, end: int) -> tuple[int, int]:
    return 0, 0


def _joined(pieces: dict[int, bytes]) -> tuple[int, bytes] | None:
    """The first handshake message, once its bytes are there."""
    stream = bytearray()
    for offset in sorted(pieces):
        if offset > len(stream):
            break
        piece = pieces[offset]
        stream += piece[len(stream) - offset :]
    if len(stream) < 4:
        return None
    size = int.from_bytes(stream[1:4], "big")
    return (stream[0], bytes(stream[4 : 4 + size])) if len(stream) >= 4 + size else None


class _Initial:
    """An Initial packet as it stands, still protected (RFC 9000 §17.2.2)."""

    __slots__ = ("data", "destination", "number_at", "version")

    def __init__(self, version: int, destination: bytes, data: bytes, number_at: int) -> None:
        self.version = version
        self.destination = destination
        self.data = data
        self.number_at = number_at

    def open(self, keys: Keys) -> bytes | None:
        """The frames, or None when these are not the keys (RFC 9001 §5.3 and §5.4)."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        at = self.number_at
        sample = self.data[at + 4 : at + 20]
        if len(sample) < 16:
            return None
        mask = Cipher(algorithms.AES(keys.mask), modes.ECB()).encryptor().update(sample)  # noqa: S305 - RFC 9001 §5.4.3
        first = self.data[0] ^ mask[0] & 0x0F
        size = (first & 3) + 1
        number = bytes(a ^ b for a, b in zip(self.data[at : at + size], mask[1:5], strict=False))
        header = bytes((first,)) + self.data[1:at] + number
        nonce = (int.from_bytes(keys.iv, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")
        try:
            return AESGCM(keys.key).decrypt(nonce, self.data[at + size :], header)
        except InvalidTag:
            return None


def _initial_packets(data: bytes) -> Iterator[_Initial]:
    """The Initial packets of a datagram (RFC 9000 §12.2: packets may share one)."""
    r = Reader(data, "quic.header")
    while r.left > 7 and r.data[r.pos] & _FORMS == _FORMS:
        begin = r.pos
        kind = r.u8() >> 4 & 3
        version = r.u32()
        if version not in _VERSIONS:
            return
        destination = r.take(_id_size(r))
        r.skip(_id_size(r))
        initial = _VERSIONS[version][2]
        if kind == (initial + 3) % 4:  # Retry has no length
            return
        if kind == initial:
            r.skip(_varint(r))
        size = _varint(r)
        at = r.pos
        r.skip(size)
        if kind == initial:
            yield _Initial(version, destination, data[begin : at + size], at - begin)


def _id_size(r: Reader) -> int:
    size = r.u8()
    if size > 20:
        raise Malformed("quic.header", f"a connection id of {size} octets", where=f"RFC 9000 §17.2, offset {r.at}")
    return size


def _varint(r: Reader) -> int:
    """RFC 9000 §16: the two highest bits give the length."""
    first = r.u8()
    value = first & 0x3F
    for octet in r.take((1 << (first >> 6)) - 1):
        value = value << 8 | octet
    return value


def looks_like(data: bytes, hint: Hint) -> float:
    """A long header of a known version, with a sane connection id."""
    if len(data) < 32 or data[0] & _FORMS != _FORMS:
        return 0.0
    version = int.from_bytes(data[1:5], "big")
    return 0.95 if version in _VERSIONS and data[5] <= 20 else 0.0


QUIC: Final = Dissector(
    name="quic",
    layer=DATAGRAM,
    reference="RFC 9000, RFC 9001 (QUIC version 1), RFC 9369 (version 2)",
    emits=EMITS,
    looks_like=looks_like,
    session=QuicSession,
)
