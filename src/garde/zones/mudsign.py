"""The signature of a MUD file: checked against whom the site trusts, and made by the installation's key.

Question: did the maker sign exactly these octets, and is that maker one whom this hospital trusts?
Reference: RFC 8520 §13 (detached CMS, content type id-ct-mudtype), RFC 5652 §5 (CMS SignedData), RFC 8419 (Ed25519 in
CMS), RFC 5280 §6 (the path). The trusted certificates are the site's list alone. A file of the hospital's own is signed
when there is a certificate for the installation's key; without one there is no signature, and `signed` says so. Left
out: revocation, and policies in the path.

Example::

    who = verified(data, signature, trusted, at=now)
    signature = signed(data, certificate, keys.sign)
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from garde.errors import Malformed, Missing, Untrusted

#: id-ct-mudtype, RFC 8520 §13.
CONTENT: Final = "1.2.840.113549.1.9.16.1.41"
_DATA: Final = "1.2.840.113549.1.7.1"
_ED25519: Final = "1.3.101.112"
#: Octets of a signature; certificates of a path.
_MOST, _LONGEST = 64 << 10, 5
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_SMALLEST_RSA: Final = 2048
#: What the two libraries raise on octets that are no CMS and no certificate.
_UNREADABLE: Final = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    *(UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed.

    Attributes:
        name: subject of the certificate (RFC 4514).
        serial: of the certificate, in hexadecimal.
        anchor: subject of the trusted certificate at the end of the path.
    """

    name: str
    serial: str
    anchor: str


def verified(data: bytes, signature: bytes, trusted: Iterable[bytes], *, at: int, signer: str = "") -> Signer:
    """Who signed these octets.

    Args:
        data: the file, as it came.
        signature: DER.
        trusted: certificates in DER that a path may end at.
        at: when it is checked, nanoseconds since 1970.
        signer: subject that the device's certificate names (id-pe-mudsigner, RFC 8520 §11), as RFC 4514; empty for any.

    Raises:
        Malformed: the signature is no detached CMS.
        Untrusted: it does not fit, has a weak algorithm, or leads to nobody trusted.
    """
    try:
        held = _loaded(signature)
        certificates = [_certificate(one.chosen) for one in held["certificates"] if one.name == "certificate"]
        info, content = held["signer_infos"][0], held["encap_content_info"]["content_type"].dotted
        own = _own(info["sid"], held["certificates"], certificates)
        digest, algorithm = info["digest_algorithm"]["algorithm"].native, info["signature_algorithm"]["algorithm"]
        scheme = algorithm.native, algorithm.dotted
        # Certificates are read when they are asked: here, where an error means that they are none.
        names = [
            (one.subject.rfc4514_string(), one.not_valid_before_utc, one.not_valid_after_utc) for one in certificates
        ]
        over = _over(info["signed_attrs"], data, digest, content)
        octets = info["signature"].native
    except _UNREADABLE as error:
        raise Malformed("mud.cms", f"No CMS: {str(error)[:200]}") from None
    if own is None or not names:
        raise Untrusted("mud.signer", "The signature does not bring the certificate of who signed")
    _fits(own, over, octets, digest, *scheme)
    anchor = _path(own, certificates, trusted, at)
    if signer and own.subject.rfc4514_string() != signer:
        raise Untrusted("mud.other", f"{own.subject.rfc4514_string()} signed, the device names {signer}")
    return Signer(name=own.subject.rfc4514_string(), serial=f"{own.serial_number:x}", anchor=anchor)


def signed(
    data: bytes, certificate: bytes | None, sign: Callable[[bytes], bytes], chain: Sequence[bytes] = ()
) -> bytes:
    """The detached signature, DER, by the installation's Ed25519 key.

    Args:
        certificate: of that key, DER; None when there is none yet.
        sign: `garde.ports.Keys.sign`.
        chain: certificates that lead to one that others trust, DER.

    Raises:
        Missing: there is no certificate, so nobody could check the signature.
        Untrusted: the certificate is of another key.
    """
    if certificate is None:
        raise Missing(
            "mud.certificate",
            "The installation's key has no certificate, so the MUD file stays unsigned",
            hint="Have a certificate issued for it by the hospital's authority",
        )
    loaded = x509.load_der_x509_certificate(certificate)
    own = asn1x509.Certificate.load(certificate)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": [cms.ContentType(CONTENT)]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha512(data).digest()]}),
        ]
    )
    octets = sign(attributes.dump())
    public = loaded.public_key()
    try:
        if not isinstance(public, ed25519.Ed25519PublicKey):
            raise InvalidSignature
        public.verify(octets, attributes.dump())
    except InvalidSignature:
        raise Untrusted("mud.certificate", "The certificate is not that of the installation's key") from None
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": own.issuer, "serial_number": own.serial_number}
                )
            },
            "digest_algorithm": {"algorithm": "sha512"},
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": _ED25519}),
            "signature": octets,
        }
    )
    body = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha512"}],
            "encap_content_info": {"content_type": cms.ContentType(CONTENT)},
            "certificates": [own, *(asn1x509.Certificate.load(one) for one in chain)],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": body}).dump())


def _loaded(signature: bytes) -> Any:
    if len(signature) > _MOST:
        raise Malformed("mud.cms", f"{len(signature)} octets; at most {_MOST} are read")
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError("not SignedData")
    held = info["content"]
    if held["encap_content_info"]["content"].native is not None:
        raise ValueError("the content is inside, where a detached signature has none")
    if held["encap_content_info"]["content_type"].dotted not in (CONTENT, _DATA) or len(held["signer_infos"]) != 1:
        raise ValueError("not one signature over a MUD file")
    return held


def _certificate(raw: Any) -> x509.Certificate:
    if raw.serial_number <= 0:
        raise ValueError("a serial number is not positive (RFC 5280 §4.1.2.2)")
    return x509.load_der_x509_certificate(raw.dump())


def _own(sid: Any, brought: Any, certificates: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The certificate that the signature names."""
    for raw, one in zip((held.chosen for held in brought if held.name == "certificate"), certificates, strict=True):
        if sid.name == "issuer_and_serial_number":
            if raw.issuer == sid.chosen["issuer"] and raw.serial_number == sid.chosen["serial_number"].native:
                return one
        elif raw.key_identifier == sid.chosen.native:
            return one
    return None


def _over(attributes: Any, data: bytes, digest: str, content: str) -> bytes:
    """The octets that are signed: the attributes when there are some, which hold the digest of the data."""
    if isinstance(attributes, core.Void) or not len(attributes):
        return data
    if digest not in _HASHES:
        raise Untrusted("mud.algorithm", f"{digest} is not trusted")
    held = {one["type"].native: one["values"] for one in attributes}
    if len(held) != len(attributes) or len(held["message_digest"]) != 1:
        raise ValueError("an attribute stands twice")
    if held["content_type"][0].dotted != content:
        raise Untrusted("mud.content", "The signature is over something else than it says")
    if held["message_digest"][0].native != hashlib.new(digest, data).digest():
        raise Untrusted("mud.altered", "The file is not the one that was signed")
    return bytes(attributes.untag().dump(force=True))


def _fits(own: x509.Certificate, over: bytes, octets: bytes, digest: str, name: str, dotted: str) -> None:
    try:
        key = own.public_key()
        if isinstance(key, ed25519.Ed25519PublicKey) and dotted == _ED25519:
            key.verify(octets, over)
            return
        # The signature names its own digest, or leaves it to the digest's field.
        word = next((one for one in _HASHES if name.startswith(one)), digest)
        if word in _HASHES:
            if isinstance(key, ec.EllipticCurvePublicKey) and name.endswith("ecdsa"):
                key.verify(octets, over, ec.ECDSA(_HASHES[word]))
                return
            if (
                isinstance(key, rsa.RSAPublicKey)
                and key.key_size >= _SMALLEST_RSA
                and name.endswith(("rsa", "rsassa_pkcs1v15"))
            ):
                key.verify(octets, over, padding.PKCS1v15(), _HASHES[word])
                return
    except InvalidSignature:
        raise Untrusted("mud.altered", "The signature does not fit the file and its certificate") from None
    except _UNREADABLE:
        raise Untrusted("mud.algorithm", "The key of the certificate cannot be read") from None
    raise Untrusted("mud.algorithm", f"{name} with {digest} is not trusted")


def _path(own: x509.Certificate, brought: Sequence[x509.Certificate], trusted: Iterable[bytes], at: int) -> str:
    """Subject of the trusted certificate that the path of issuers ends at."""
    anchors = [x509.load_der_x509_certificate(one) for one in trusted]
    known = {one.public_bytes(serialization.Encoding.DER) for one in anchors}
    now = dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC)
    here, seen = own, 0
    while seen < _LONGEST:
        if not here.not_valid_before_utc <= now <= here.not_valid_after_utc:
            raise Untrusted("mud.expired", f"The certificate of {here.subject.rfc4514_string()} is not valid then")
        if here.public_bytes(serialization.Encoding.DER) in known:
            return here.subject.rfc4514_string()
        following = next((one for one in (*anchors, *brought) if _issued(here, one, seen)), None)
        if following is None:
            break
        here, seen = following, seen + 1
    raise Untrusted("mud.anchor", f"No path leads from {own.subject.rfc4514_string()} to anybody who is trusted")


def _issued(below: x509.Certificate, above: x509.Certificate, between: int) -> bool:
    """Whether one certificate may have issued the other, and did; ``between`` authorities stand below it."""
    try:
        basic = above.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not basic.ca or (basic.path_length is not None and basic.path_length < between):
            return False
        usage = above.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.key_cert_sign:
            return False
    except x509.ExtensionNotFound as error:
        # Roots of older authorities have no key usage; all have basic constraints.
        if error.oid == x509.BasicConstraints.oid:
            return False
    except _UNREADABLE:
        return False
    try:
        below.verify_directly_issued_by(above)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True
