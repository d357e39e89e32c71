"""JA4: the fingerprint of a client's TLS library.

Question: which programs speak TLS the same way?
Reference: JA4 technical specification (the base fingerprint only, which is BSD-licensed; JA4S, JA4H, JA4X, JA4T and
JA4SSH carry another licence and are left out); RFC 8701 (GREASE values are ignored).

Example:
    >>> digest(["1301", "1302"])
    '62ed6f6ca7ad'
    >>> digest([])
    '000000000000'
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from garde.dissect.it.hello import ClientHello

VERSIONS: Final = {
    0x0304: "13",
    0x0303: "12",
    0x0302: "11",
    0x0301: "10",
    0x0300: "s3",
    0x0002: "s2",
    0xFEFF: "d1",
    0xFEFD: "d2",
    0xFEFC: "d3",
}
_SERVER_NAME: Final = 0x0000
_ALPN: Final = 0x0010


def is_grease(value: int) -> bool:
    """Whether RFC 8701 §2 reserves this value to keep peers tolerant."""
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def digest(words: Sequence[str], tail: str = "") -> str:
    """First 12 hexadecimal digits of the SHA-256 of the words, or zeros when there are none."""
    if not words:
        return "0" * 12
    return hashlib.sha256((",".join(words) + tail).encode()).hexdigest()[:12]


def ja4(hello: ClientHello, transport: str) -> str:
    """The fingerprint of a ClientHello.

    Args:
        transport: ``t`` for TLS over TCP, ``q`` for QUIC, ``d`` for DTLS.
    """
    versions = [v for v in hello.versions if not is_grease(v)]
    # DTLS numbers fall as versions rise (RFC 9147 §5.3).
    newest = (min if transport == "d" else max)(versions) if versions else hello.version
    ciphers = sorted(f"{c:04x}" for c in hello.ciphers if not is_grease(c))
    extensions = [e for e in hello.extensions if not is_grease(e)]
    listed = sorted(f"{e:04x}" for e in extensions if e not in (_SERVER_NAME, _ALPN))
    signatures = [f"{s:04x}" for s in hello.signatures if not is_grease(s)]
    head = "".join(
        (
            transport,
            VERSIONS.get(newest, "00"),
            "d" if _SERVER_NAME in hello.extensions else "i",
            f"{min(len(ciphers), 99):02d}",
            f"{min(len(extensions), 99):02d}",
            _alpn(hello.alpn[0][0] if hello.alpn else b""),
        )
    )
    return f"{head}_{digest(ciphers)}_{digest(listed, '_' + ','.join(signatures) if signatures else '')}"


def _alpn(name: bytes) -> str:
    if not name:
        return "00"
    ends = bytes((name[0], name[-1]))
    if ends.isalnum():
        return ends.decode("ascii")
    return name.hex()[0] + name.hex()[-1]
