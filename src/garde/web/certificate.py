"""A certificate for the pages, made when none is given.

Question: how are pages served over TLS on the first day, before anybody gave a certificate?
Reference: RFC 5280 (X.509), RFC 6125 §6.4 (names are subject alternative names). ECDSA on P-256, signed by itself, for
397 days, which is the longest that browsers take; made again when fewer than thirty days are left. A browser warns of
it until the fingerprint, which is printed at start, was compared; the hospital's own certificate ends that.

Example::

    certificate, key = made(folder, ["garde.chu.example"], now)
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from garde.errors import Unreachable

DAYS: Final = 397
LEFT: Final = 30


def made(folder: Path, names: Sequence[str], now: int) -> tuple[Path, Path]:
    """Files of a certificate for those names and of its key, which only their owner reads.

    Args:
        folder: where they lie.
        names: host names and addresses; the first is the subject.
        now: nanoseconds since 1970.

    Raises:
        Unreachable: the folder cannot be written.
    """
    certificate, key = folder / "pages.crt", folder / "pages.key"
    when = dt.datetime.fromtimestamp(now / 1_000_000_000, dt.UTC)
    try:
        if certificate.is_file() and key.is_file() and _lasts(certificate, names, when):
            return certificate, key
        folder.mkdir(parents=True, exist_ok=True)
        private = ec.generate_private_key(ec.SECP256R1())
        _kept(key, private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ))  # fmt: skip
        _kept(certificate, _signed(private, names, when).public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise Unreachable(
            "web.certificate", f"No certificate can be made: {error.strerror}", where=str(folder)
        ) from None
    return certificate, key


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate, as browsers show it."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    return read.fingerprint(hashes.SHA256()).hex(":").upper()


def _signed(private: ec.EllipticCurvePrivateKey, names: Sequence[str], when: dt.datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(when - dt.timedelta(hours=1))
        .not_valid_after(when + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in dict.fromkeys(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _lasts(certificate: Path, names: Sequence[str], when: dt.datetime) -> bool:
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
        there = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return read.not_valid_after_utc > when + dt.timedelta(days=LEFT) and {_general(name) for name in names} <= set(
        there
    )


def _kept(file: Path, data: bytes) -> None:
    beside = file.with_suffix(f"{file.suffix}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
    beside.replace(file)
