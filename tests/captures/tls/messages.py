"""TLS messages written by hand, for captures and unit tests. Shares nothing with `garde.dissect`."""

from __future__ import annotations

from datetime import UTC, datetime

#: Client of the JA4 specification's first example: ciphers, extensions, signature algorithms in its order.
CIPHERS = "1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c 009d 002f 0035"
SIGNATURES = "0403 0804 0401 0503 0805 0501 0806 0601"
JA4 = "t13d1516h2_8daaf6152771_e5627efa2ab1"


def sized(octets: int, data: bytes) -> bytes:
    """``data`` behind its length."""
    return len(data).to_bytes(octets, "big") + data


def extension(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(2, "big") + sized(2, data)


def server_name(name: str) -> bytes:
    return extension(0, sized(2, b"\0" + sized(2, name.encode())))


def alpn(*names: str) -> bytes:
    return extension(16, sized(2, b"".join(sized(1, name.encode()) for name in names)))


def chrome(name: str, *, grease: bool = True) -> bytes:
    """The extensions of the JA4 specification's example, with a server name and GREASE."""
    parts = [extension(0x0A0A, b"")] if grease else []
    parts.append(server_name(name))
    parts += [extension(kind, b"") for kind in (0x17, 0xFF01, 0x0A, 0x0B, 0x23)]
    parts.append(alpn("h2", "http/1.1"))
    parts += [extension(0x05, b""), extension(0x0D, sized(2, bytes.fromhex(SIGNATURES)))]
    parts += [extension(0x12, b""), extension(0x33, b""), extension(0x2D, b"")]
    parts.append(extension(0x2B, sized(1, bytes.fromhex("0a0a 0304 0303"))))
    parts += [extension(0x1B, b""), extension(0x4469, b""), extension(0x15, bytes(20))]
    return b"".join(parts)


def handshake(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + sized(3, body)


def client_hello(
    extensions: bytes, ciphers: str = "0a0a " + CIPHERS, version: int = 0x0303, cookie: bool = False
) -> bytes:
    """A ClientHello with its handshake header."""
    body = version.to_bytes(2, "big") + bytes(range(32)) + sized(1, b"")
    body += sized(1, b"") if cookie else b""
    body += sized(2, bytes.fromhex(ciphers)) + sized(1, b"\0")
    return handshake(1, body + (sized(2, extensions) if extensions else b""))


def server_hello(cipher: int, version: int = 0x0303, extensions: bytes = b"") -> bytes:
    """A ServerHello with its handshake header."""
    body = version.to_bytes(2, "big") + bytes(range(32)) + sized(1, b"") + cipher.to_bytes(2, "big") + b"\0"
    return handshake(2, body + (sized(2, extensions) if extensions else b""))


def certificates(*chain: bytes) -> bytes:
    return handshake(11, sized(3, b"".join(sized(3, one) for one in chain)))


def record(data: bytes, kind: int = 22, version: int = 0x0303) -> bytes:
    return bytes((kind,)) + version.to_bytes(2, "big") + sized(2, data)


# ---------------------------------------------------------------- a certificate, octet by octet (RFC 5280 §4.1)
def tlv(tag: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    size = len(data)
    if size < 128:
        return bytes((tag, size)) + data
    octets = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | octets)) + size.to_bytes(octets, "big") + data


_ATTRIBUTES = {"CN": "550403", "C": "550406", "O": "55040a", "OU": "55040b", "serialNumber": "550405"}


def name(**parts: str) -> bytes:
    pairs = (
        tlv(0x31, tlv(0x30, tlv(0x06, bytes.fromhex(_ATTRIBUTES[kind])), tlv(0x0C, value.encode())))
        for kind, value in parts.items()
    )
    return tlv(0x30, *pairs)


def certificate(subject: bytes, issuer: bytes, names: tuple[str, ...] = (), address: bytes = b"") -> bytes:
    """A certificate with a made-up RSA 2048 key and signature; nothing in it was signed."""
    algorithm = tlv(0x30, tlv(0x06, bytes.fromhex("2a864886f70d01010b")), tlv(0x05))
    times = tlv(
        0x30,
        *(
            tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())
            for when in (datetime(2024, 1, 2, tzinfo=UTC), datetime(2034, 5, 6, 7, 8, 9, tzinfo=UTC))
        ),
    )
    modulus = b"\0\xc1" + bytes(range(255))
    key = tlv(0x30, tlv(0x02, modulus), tlv(0x02, b"\x01\x00\x01"))
    spki = tlv(0x30, tlv(0x30, tlv(0x06, bytes.fromhex("2a864886f70d010101")), tlv(0x05)), tlv(0x03, b"\0", key))
    alternative = tlv(0x30, *(tlv(0x82, one.encode()) for one in names), *((tlv(0x87, address),) if address else ()))
    extensions = tlv(0xA3, tlv(0x30, tlv(0x30, tlv(0x06, bytes.fromhex("551d11")), tlv(0x04, alternative))))
    version, serial = tlv(0xA0, tlv(0x02, b"\x02")), tlv(0x02, b"\x01")
    body = tlv(0x30, version, serial, algorithm, issuer, times, subject, spki, *((extensions,) if names else ()))
    return tlv(0x30, body, algorithm, tlv(0x03, bytes(257)))


PUMP = certificate(name(O="Pumpen", CN="pump-7"), name(O="Pumpen", CN="Device CA"), ("pump-7.example",))
#: (who, bytes): TLS 1.2 with certificates of both sides, the chain spread over two records.
_CHAIN = certificates(PUMP)
TALK = [
    ("client", record(client_hello(chrome("pump-7.example")), version=0x0301)),
    ("server", record(server_hello(0xC02F) + _CHAIN[:400]) + record(_CHAIN[400:] + handshake(14, b""))),
    ("client", record(certificates(PUMP)) + record(b"\x01", kind=20) + record(bytes(40))),
    ("server", record(b"\x01", kind=20) + record(bytes(40))),
]
TALK_13 = [
    ("client", record(client_hello(chrome("pump-7.example")), version=0x0301)),
    ("server", record(server_hello(0x1301, extensions=extension(43, b"\x03\x04")))),
]
