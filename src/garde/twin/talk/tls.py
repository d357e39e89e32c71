"""TLS: real handshakes between two in-memory endpoints, with certificates made for the occasion.

Question: which octets do a client and a server of TLS 1.2 or 1.3 exchange before they speak in secret?
Reference: RFC 5246 §7.4, RFC 8446 §4, RFC 5280 (certificates). The handshake is OpenSSL's, through ``ssl.MemoryBIO``.
Its random octets cannot be seeded, so they are then replaced, length for length, by the twin's own: randoms, session
ids, key shares, signatures, tickets and everything encrypted. Sizes, extensions and certificates stay as they were.

Example:
    >>> from random import Random
    >>> kit = Kit(Random(1))
    >>> turns = kit.handshake("pacs.chu.fr", kit.certificate("pacs.chu.fr", "CHU"), Random(2))
    >>> turns[0].client, turns[0].data[:1].hex()
    (True, '16')
"""

from __future__ import annotations

import ssl
import struct
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from garde.twin.tcp import MILLI, Turn

_SMALL: Final = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
_HANDSHAKE, _CHANGE_CIPHER, _ALERT = 22, 20, 21
_START: Final = datetime(2025, 6, 1, tzinfo=UTC)


class Certificate(NamedTuple):
    """A server certificate with its key, as PEM."""

    name: str
    pem: bytes


def prime(bits: int, rng: Random) -> int:
    """A probable prime (Fermat to several bases after trial division); enough for a key that guards nothing."""
    while True:
        candidate = rng.getrandbits(bits) | 1 | 3 << (bits - 2)
        if all(candidate % small for small in _SMALL) and all(pow(b, candidate - 1, candidate) == 1 for b in (2, 3, 5)):
            return candidate


def key(rng: Random) -> rsa.RSAPrivateKey:
    """An RSA key of 2048 bits from a seeded source. Never use it to protect anything."""
    exponent = 65537
    while True:
        p, q = prime(1024, rng), prime(1024, rng)
        phi = (p - 1) * (q - 1)
        if p != q and phi % exponent:
            break
    secret = pow(exponent, -1, phi)
    public = rsa.RSAPublicNumbers(exponent, p * q)
    p, q = max(p, q), min(p, q)
    return rsa.RSAPrivateNumbers(p, q, secret, secret % (p - 1), secret % (q - 1), pow(q, -1, p), public).private_key()


class Kit:
    """A certification authority and the handshakes made with it; equal ones are made once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._key = key(rng)
        self._leaf = key(rng)
        self._issuer = _name("AC Systèmes CHU Saint-Éloi", "CHU Saint-Éloi", "DSI")
        self._raw: dict[tuple[str, bytes, bool], list[tuple[bool, bytes]]] = {}

    def certificate(self, name: str, maker: str, *, self_signed: bool = False, days: int = 730) -> Certificate:
        """A server certificate for a host name, by the hospital's authority or by itself."""
        subject = _name(name, maker or "CHU Saint-Éloi", "")
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if self_signed else self._issuer)
            .public_key(self._leaf.public_key())
            .serial_number(self._rng.getrandbits(127) | 1 << 126)
            .not_valid_before(_START)
            .not_valid_after(_START + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(self._leaf if self_signed else self._key, hashes.SHA256())
        )
        secret = self._leaf.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        return Certificate(name, built.public_bytes(Encoding.PEM) + secret)

    def handshake(
        self, sni: str, certificate: Certificate, rng: Random, *, modern: bool = False, data: int = 600
    ) -> list[Turn]:
        """A handshake and a little of what follows; ``modern``: TLS 1.3, where the certificate is hidden."""
        wanted = (sni, certificate.pem, modern)
        if wanted not in self._raw:
            self._raw[wanted] = _negotiate(sni, certificate, modern=modern)
        turns = [Turn(client, octets, 3 * MILLI) for client, octets in _reseeded(self._raw[wanted], rng)]
        for client, size in ((True, data // 3), (False, data)):
            turns.append(Turn(client, b"\x17\x03\x03" + struct.pack("!H", size) + rng.randbytes(size), 15 * MILLI))
        return turns


def _name(common: str, organisation: str, unit: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATION_NAME, organisation)]
    parts += [(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] * bool(unit) + [(NameOID.COMMON_NAME, common[:64])]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _negotiate(sni: str, certificate: Certificate, *, modern: bool) -> list[tuple[bool, bytes]]:
    """Flights of a handshake between two memory endpoints."""
    version = ssl.TLSVersion.TLSv1_3 if modern else ssl.TLSVersion.TLSv1_2
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.maximum_version = server.maximum_version = version
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "server.pem")
        file.write_bytes(certificate.pem)
        server.load_cert_chain(file)
    ins, outs = (ssl.MemoryBIO(), ssl.MemoryBIO()), (ssl.MemoryBIO(), ssl.MemoryBIO())
    ends = (
        client.wrap_bio(ins[0], outs[0], server_hostname=sni),
        server.wrap_bio(ins[1], outs[1], server_side=True),
    )
    flights: list[tuple[bool, bytes]] = []
    done = [False, False]
    for _ in range(8):
        for number, end in enumerate(ends):
            if not done[number]:
                try:
                    end.do_handshake()
                    done[number] = True
                except ssl.SSLWantReadError:
                    pass
            octets = outs[number].read()
            if octets:
                flights.append((number == 0, octets))
                ins[1 - number].write(octets)
        if all(done):
            break
    return flights


def _records(flight: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    while flight:
        size = int.from_bytes(flight[3:5], "big")
        yield flight[0], flight[:5], flight[5 : 5 + size]
        flight = flight[5 + size :]


def _reseeded(flights: list[tuple[bool, bytes]], rng: Random) -> Iterator[tuple[bool, bytes]]:
    """The flights with every unpredictable octet replaced by one of ``rng``."""
    secret = {True: False, False: False}
    session = rng.randbytes(32)
    for client, flight in flights:
        out = b""
        for kind, head, body in _records(flight):
            if kind == _CHANGE_CIPHER:
                secret[client] = True
            elif kind == _HANDSHAKE and not secret[client]:
                body = b"".join(_message(message, session, rng) for message in _messages(body))
            elif kind != _ALERT or secret[client]:
                body = rng.randbytes(len(body))
            out += head + body
        yield client, out


def _messages(body: bytes) -> Iterator[bytes]:
    while body:
        size = 4 + int.from_bytes(body[1:4], "big")
        yield body[:size]
        body = body[size:]


def _message(message: bytes, session: bytes, rng: Random) -> bytes:
    """One plain handshake message with its unpredictable parts replaced."""
    kind, raw = message[0], bytearray(message)
    if kind in (1, 2):
        raw[6:38] = rng.randbytes(32)
        raw[39 : 39 + raw[38]] = session[: raw[38]]
        _shares(raw, kind, rng)
    elif kind == 4:
        raw[10:] = rng.randbytes(len(raw) - 10)
    elif kind == 12:
        point = raw[7]
        raw[8 : 8 + point] = raw[8:9] * (point != 32) + rng.randbytes(point - (point != 32))
        raw[12 + point :] = rng.randbytes(len(raw) - 12 - point)
    elif kind == 16:
        raw[5:] = raw[5:6] * (raw[4] != 32) + rng.randbytes(raw[4] - (raw[4] != 32))
    return bytes(raw)


def _shares(raw: bytearray, kind: int, rng: Random) -> None:
    """Replace the key shares of a hello (RFC 8446 §4.2.8)."""
    at = 39 + raw[38]
    if kind == 1:
        at += 2 + int.from_bytes(raw[at : at + 2], "big")
        at += 1 + raw[at]
    else:
        at += 3
    at += 2
    while at + 4 <= len(raw):
        code, size = struct.unpack_from("!HH", raw, at)
        at += 4
        if code == 51:
            here = at + (2 if kind == 1 else 0)
            while here < at + size:
                length = int.from_bytes(raw[here + 2 : here + 4], "big")
                raw[here + 4 : here + 4 + length] = rng.randbytes(length)
                here += 4 + length
        at += size
