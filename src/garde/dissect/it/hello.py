"""ClientHello and ServerHello: how a TLS conversation opens, whether over TCP, DTLS or QUIC.

Question: which server does the client ask for, what can it do, and what did the server choose?
Reference: RFC 8446 §4.1 and §4.2, RFC 5246 §7.4.1, RFC 6066 §3 (server name), RFC 7301 (ALPN), RFC 6347 §4.2.1 (the
cookie of DTLS). Left out: key shares, tickets, encrypted client hello (its outer name is what is read).

Example:
    >>> server_hello(bytes.fromhex("0303" + "00" * 32 + "00" + "c02f" + "00")).cipher == 0xC02F
    True
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from garde.dissect.spec import SENDER, Fact
from garde.wire.reader import Reader

CLIENT_HELLO: Final = 1
SERVER_HELLO: Final = 2
CERTIFICATE: Final = 11

NAMES: Final = {
    0x0002: "SSL 2.0",
    0x0300: "SSL 3.0",
    0x0301: "TLS 1.0",
    0x0302: "TLS 1.1",
    0x0303: "TLS 1.2",
    0x0304: "TLS 1.3",
    0xFEFF: "DTLS 1.0",
    0x0100: "DTLS 1.0",
    0xFEFD: "DTLS 1.2",
    0xFEFC: "DTLS 1.3",
}
_SERVER_NAME: Final = 0
_SIGNATURE_ALGORITHMS: Final = 13
_ALPN: Final = 16
_SUPPORTED_VERSIONS: Final = 43
#: Drafts of TLS 1.3 wore 0x7f and the draft's number (RFC 8446 §4.2.1, drafts 16 to 28).
_DRAFT: Final = 0x7F
#: Most protocols of one ALPN list that are stated.
_MOST_PROTOCOLS: Final = 16

#: A run of bytes of the message → where it stands for `Fact.start` and `Fact.end`.
Place = Callable[[int, int], tuple[int, int]]


class ClientHello(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a client offers. Names come with their first and last+1 byte in the message."""

    version: int
    ciphers: tuple[int, ...]
    extensions: tuple[int, ...] = ()
    versions: tuple[int, ...] = ()
    signatures: tuple[int, ...] = ()
    names: tuple[tuple[bytes, int, int], ...] = ()
    alpn: tuple[tuple[bytes, int, int], ...] = ()


class ServerHello(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a server chose, and where version and cipher stand in the message."""

    version: int
    version_at: int
    cipher: int
    cipher_at: int
    alpn: tuple[tuple[bytes, int, int], ...] = ()


def client_hello(body: bytes, *, cookie: bool = False) -> ClientHello:
    """Read a ClientHello, without its handshake header.

    Args:
        cookie: whether a DTLS cookie stands behind the session id.

    Raises:
        Malformed: RFC 8446 §4.1.2 is broken.
    """
    r = Reader(body, "tls.client-hello")
    version = r.u16()
    r.skip(32)
    r.skip(r.u8())
    if cookie:
        r.skip(r.u8())
    ciphers = _words(r.sub(r.u16()))
    r.skip(r.u8())
    extensions: list[int] = []
    versions: tuple[int, ...] = ()
    signatures: tuple[int, ...] = ()
    names: tuple[tuple[bytes, int, int], ...] = ()
    alpn: tuple[tuple[bytes, int, int], ...] = ()
    for kind, part in _extensions(r):
        extensions.append(kind)
        if kind == _SERVER_NAME and part.left:
            names = tuple(_server_names(part.sub(part.u16())))
        elif kind == _ALPN and part.left:
            alpn = tuple(_protocols(part.sub(part.u16())))
        elif kind == _SUPPORTED_VERSIONS and part.left:
            versions = _words(part.sub(part.u8()))
        elif kind == _SIGNATURE_ALGORITHMS and part.left:
            signatures = _words(part.sub(part.u16()))
    return ClientHello(
        version=version,
        ciphers=ciphers,
        extensions=tuple(extensions),
        versions=versions,
        signatures=signatures,
        names=names,
        alpn=alpn,
    )


def server_hello(body: bytes) -> ServerHello:
    """Read a ServerHello (or HelloRetryRequest), without its handshake header.

    Raises:
        Malformed: RFC 8446 §4.1.3 is broken.
    """
    r = Reader(body, "tls.server-hello")
    version_at, version = 0, r.u16()
    r.skip(32)
    # Drafts 16 to 21 of TLS 1.3 had neither session id nor compression here.
    draft = version >> 8 == _DRAFT
    if not draft:
        r.skip(r.u8())
    cipher_at, cipher = r.at, r.u16()
    if not draft:
        r.skip(1)
    alpn: tuple[tuple[bytes, int, int], ...] = ()
    for kind, part in _extensions(r):
        if kind == _SUPPORTED_VERSIONS and part.left == 2:
            version_at, version = part.at, part.u16()
        elif kind == _ALPN and part.left:
            alpn = tuple(_protocols(part.sub(part.u16())))
    return ServerHello(version=version, version_at=version_at, cipher=cipher, cipher_at=cipher_at, alpn=alpn)


def client_facts(hello: ClientHello, fingerprint: str, place: Place, size: int) -> Iterator[Fact]:
    """What a ClientHello says of its sender; ``size`` is the length of the message, which the fingerprint covers."""
    yield Fact("client", "tls", *place(0, 2), about=SENDER, source="tls")
    yield Fact("tls.ja4", fingerprint, *place(0, size), about=SENDER, source="tls")
    for name, start, end in hello.names:
        yield Fact("tls.sni", name.decode("ascii", "replace"), *place(start, end), about=SENDER, source="tls")
    for protocol, start, end in hello.alpn:
        yield Fact("tls.alpn", protocol.decode("ascii", "replace"), *place(start, end), about=SENDER, source="tls")


def server_facts(hello: ServerHello, place: Place) -> Iterator[Fact]:
    """What a ServerHello says of its sender."""
    at = hello.version_at
    yield Fact("service", "tls", *place(at, at + 2), about=SENDER, source="tls")
    yield Fact("tls.version", version_name(hello.version), *place(at, at + 2), about=SENDER, source="tls")
    at = hello.cipher_at
    yield Fact("tls.cipher", cipher_name(hello.cipher), *place(at, at + 2), about=SENDER, source="tls")
    for protocol, start, end in hello.alpn:
        yield Fact("tls.alpn", protocol.decode("ascii", "replace"), *place(start, end), about=SENDER, source="tls")


def version_name(version: int) -> str:
    """The name of a protocol version; drafts of TLS 1.3 say which."""
    if version >> 8 == _DRAFT:
        return f"TLS 1.3 (draft {version & 0xFF})"
    return NAMES.get(version, f"{version:#06x}")


def cipher_name(cipher: int) -> str:
    """The IANA name of a cipher suite, or its number."""
    number = f"{cipher:04x}"
    return cipher_suites().get(number, f"0x{number}")


@cache
def cipher_suites() -> dict[str, str]:
    """Number as four hexadecimal digits → IANA name."""
    text = resources.files("garde.dissect.it").joinpath("cipher_suites.toml").read_text("utf-8")
    return {str(number): str(name) for number, name in tomllib.loads(text).items()}


def _words(r: Reader) -> tuple[int, ...]:
    raw = r.rest()
    return tuple(int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw) - 1, 2))


def _extensions(r: Reader) -> Iterator[tuple[int, Reader]]:
    if not r.left:
        return
    block = r.sub(r.u16())
    while block.left:
        kind = block.u16()
        yield kind, block.sub(block.u16())


def _server_names(r: Reader) -> Iterator[tuple[bytes, int, int]]:
    while r.left:
        kind = r.u8()
        size = r.u16()
        at = r.at
        name = r.take(size)
        if kind == 0:  # host_name, the only type there is
            yield name, at, at + size
            return


def _protocols(r: Reader) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(_MOST_PROTOCOLS):
        if not r.left:
            return
        size = r.u8()
        at = r.at
        yield r.take(size), at, at + size
