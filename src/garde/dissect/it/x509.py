"""X.509: what a certificate says of its holder, and where in its bytes.

Question: whose certificate is this, who signed it, until when is it valid, for which names, with what key?
Reference: RFC 5280 §4.1 and §4.2.1.6; RFC 4514 (names as text); RFC 8410 (Ed25519); FIPS 180-4 (SHA-256 of the whole).
Left out: signatures and chains: what is seen on the wire is not thereby trusted. `garde.trust` verifies.

Example:
    >>> list(facts(b"0"))
    Traceback (most recent call last):
    garde.errors.Malformed: an element wants two octets at least (X.690, offset 0) [der]
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from garde.dissect.it import der
from garde.errors import Malformed

#: RFC 4514 §3, and the further types of RFC 5280 §4.1.2.4 and RFC 2985 that devices use.
TYPES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.42": "GN",
    "2.5.4.46": "dnQualifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}
CURVES: Final = {
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.10": "secp256k1",
    "1.3.132.0.33": "P-224",
    "1.2.840.10045.3.1.1": "P-192",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}
KEYS: Final = {"1.3.101.112": "Ed25519", "1.3.101.113": "Ed448", "1.2.840.10040.4.1": "DSA"}
_RSA: Final = "1.2.840.113549.1.1.1"
_EC: Final = "1.2.840.10045.2.1"
_SUBJECT_ALT_NAME: Final = "2.5.29.17"
#: Most names of one certificate that are stated.
MOST_NAMES: Final = 32
#: Certificates whose facts are kept: a server shows the same one in every handshake.
REMEMBERED: Final = 128

#: attribute, value, first and last+1 octet of the value in the certificate.
Found = tuple[str, str, int, int]


@lru_cache(REMEMBERED)
def facts(data: bytes) -> tuple[Found, ...]:
    """What one DER certificate says: fingerprint, subject, issuer, not after, key, names.

    Raises:
        Malformed: RFC 5280 §4.1 is broken.
    """
    certificate = _expect(data, der.read(data, 0), der.SEQUENCE)
    tbs, *_ = _parts(data, certificate, 3)
    parts = _parts(data, _expect(data, tbs, der.SEQUENCE), 6)
    if parts[0].tag == 0xA0:
        parts = parts[1:]
    if len(parts) < 6:
        raise Malformed("x509", "the certificate lacks a field", where=f"RFC 5280 §4.1, offset {tbs.head}")
    _, _, issuer, validity, subject, key, *rest = parts
    digest = hashlib.sha256(data[: certificate.end]).hexdigest()
    found: list[Found] = [("certificate.fingerprint", digest, 0, certificate.end)]
    for attribute, name in (("certificate.subject", subject), ("certificate.issuer", issuer)):
        found.append((attribute, _name(data, name), name.head, name.end))
    after = _parts(data, validity, 2)[1]
    found.append(("certificate.not_after", _time(data, after), after.start, after.end))
    found.append(("certificate.key", _key(data, key), key.head, key.end))
    for part in rest:
        if part.tag == 0xA3:
            found += _alternative_names(data, part)
    # Nothing is said of a certificate that breaks half-way.
    return tuple(found)


def _expect(data: bytes, node: der.Node, tag: int) -> der.Node:
    if node.tag != tag:
        where = f"RFC 5280 §4.1, offset {node.head}"
        raise Malformed("x509", f"tag {node.tag:#04x} where {tag:#04x} belongs", where=where)
    return node


def _parts(data: bytes, node: der.Node, least: int) -> list[der.Node]:
    parts = list(der.children(data, node))
    if len(parts) < least:
        raise Malformed("x509", f"{len(parts)} fields of {least}", where=f"RFC 5280 §4.1, offset {node.head}")
    return parts


def _text(data: bytes, node: der.Node) -> str:
    raw = data[node.start : node.end]
    # X.690 §8.23: BMPString (0x1E) is UCS-2, UniversalString (0x1C) UCS-4; TeletexString is Latin-1 in practice.
    encoding = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}.get(node.tag, "utf-8")
    return raw.decode(encoding, "replace")


def _name(data: bytes, node: der.Node) -> str:
    """RFC 4514 §2.1: the last relative name first."""
    names: list[str] = []
    for relative in der.children(data, _expect(data, node, der.SEQUENCE)):
        pairs = []
        for pair in der.children(data, _expect(data, relative, der.SET)):
            kind, value, *_ = _parts(data, pair, 2)
            dotted = der.oid(data, kind)
            escaped = re.sub(r'([,+"\\<>;]|^[ #]| $)', r"\\\1", _text(data, value)).replace("\x00", "\\00")
            pairs.append(f"{TYPES.get(dotted, dotted)}={escaped}")
        names.append("+".join(pairs))
    return ",".join(reversed(names))


def _time(data: bytes, node: der.Node) -> str:
    """RFC 5280 §4.1.2.5 as ISO 8601 in UTC."""
    text = data[node.start : node.end].decode("ascii", "replace")
    # §4.1.2.5.1: two digits below 50 are of this century. Seconds are missing in some old certificates.
    match = re.fullmatch(r"(\d{10}|\d{12})Z", text) if node.tag == der.UTC_TIME else None
    if match:
        text = ("20" if text[:2] < "50" else "19") + text
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?Z", text)
    if node.tag not in (der.UTC_TIME, der.GENERALIZED_TIME) or match is None:
        raise Malformed("x509.time", "no time", where=f"RFC 5280 §4.1.2.5, offset {node.head}")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Malformed("x509.time", "no such time", where=f"RFC 5280 §4.1.2.5, offset {node.head}") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _key(data: bytes, node: der.Node) -> str:
    algorithm, bits, *_ = _parts(data, _expect(data, node, der.SEQUENCE), 2)
    kind, *parameters = _parts(data, algorithm, 1)
    dotted = der.oid(data, kind)
    if dotted == _RSA:
        # RFC 8017 §A.1.1: modulus and exponent, inside a bit string with no unused bits.
        modulus = _parts(data, der.read(data, bits.start + 1, bits.end), 2)[0]
        return f"RSA {int.from_bytes(data[modulus.start : modulus.end], 'big').bit_length()}"
    if dotted == _EC and parameters and parameters[0].tag == der.OBJECT_IDENTIFIER:
        curve = der.oid(data, parameters[0])
        return f"EC {CURVES.get(curve, curve)}"
    return KEYS.get(dotted, dotted)


def _alternative_names(data: bytes, part: der.Node) -> Iterator[Found]:
    for extension in der.children(data, _expect(data, der.read(data, part.start, part.end), der.SEQUENCE)):
        kind, *_, value = _parts(data, extension, 2)
        if der.oid(data, kind) != _SUBJECT_ALT_NAME:
            continue
        for count, name in enumerate(der.children(data, der.read(data, value.start, value.end))):
            if count == MOST_NAMES:
                return
            raw = data[name.start : name.end]
            if name.tag in (0x82, 0x86):  # dNSName, uniformResourceIdentifier
                yield "certificate.name", raw.decode("ascii", "replace"), name.start, name.end
            elif name.tag == 0x87 and len(raw) in (4, 16):  # iPAddress
                yield "certificate.name", str(ipaddress.ip_address(raw)), name.start, name.end
