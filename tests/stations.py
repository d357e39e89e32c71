"""Certificates of stations and of the RADIUS server, from an authority of the tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Papers = tuple[Path, Path, Path]


class Authority:
    """Signs what a server and stations need; each paper is certificate, key and the authority's certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("CHU", "Authority of the tests")
        self.path = folder / "authority.pem"
        usage = x509.KeyUsage(*(word in ("sign", "crl") for word in _USES))
        made = self._signed(self._name, self._key, (x509.BasicConstraints(True, None), True), (usage, True))
        self.path.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def server(self) -> Papers:
        return self._papers("server", _name("CHU", "radius"), ExtendedKeyUsageOID.SERVER_AUTH)

    def station(self, organisation: str, name: str) -> Papers:
        return self._papers(name, _name(organisation, name), ExtendedKeyUsageOID.CLIENT_AUTH)

    def _papers(self, file: str, name: x509.Name, use: x509.ObjectIdentifier) -> Papers:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(*(word in ("ds", "ke") for word in _USES))
        made = self._signed(
            name, key, (x509.BasicConstraints(False, None), True), (usage, True), (x509.ExtendedKeyUsage([use]), False)
        )
        certificate, private = self.folder / f"{file}.pem", self.folder / f"{file}.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, private, self.path

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *extensions: tuple[x509.ExtensionType, bool]
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder(self._name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        if key is self._key:
            builder = builder.add_extension(identifier, False)
        else:
            issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
            builder = builder.add_extension(issuer, False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self._key, hashes.SHA256())


_USES = ("ds", "cc", "ke", "de", "ka", "sign", "crl", "eo", "do")


def _name(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
