"""Certificates are read as `cryptography` reads them, with places; broken ones are Malformed."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import pytest
from cryptography import x509 as reference
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect.it import x509
from garde.errors import Malformed
from tests.captures.tls import messages

PUMP = messages.certificate(
    messages.name(C="DE", O="Pumpen, GmbH", OU="Infusion", CN="pump-7", serialNumber="SN-0042"),
    messages.name(O="Pumpen, GmbH", CN="Device CA"),
    ("pump-7.example", "pump-7"),
    ipaddress.ip_address("192.0.2.7").packed,
)


def test_what_a_certificate_says_and_where() -> None:
    found = list(x509.facts(PUMP))
    assert [(attribute, value) for attribute, value, _, _ in found][1:] == [
        ("certificate.subject", r"serialNumber=SN-0042,CN=pump-7,OU=Infusion,O=Pumpen\, GmbH,C=DE"),
        ("certificate.issuer", r"CN=Device CA,O=Pumpen\, GmbH"),
        ("certificate.not_after", "2034-05-06T07:08:09Z"),
        ("certificate.key", "RSA 2048"),
        ("certificate.name", "pump-7.example"),
        ("certificate.name", "pump-7"),
        ("certificate.name", "192.0.2.7"),
    ]
    places = {value: PUMP[start:end] for _, value, start, end in found}
    assert places["2034-05-06T07:08:09Z"] == b"340506070809Z"
    assert places["pump-7.example"] == b"pump-7.example"
    assert places[found[0][1]] == PUMP


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (rsa.generate_private_key(65537, 1024), "RSA 1024"),
        (ec.generate_private_key(ec.SECP384R1()), "EC P-384"),
        (ec.generate_private_key(ec.SECP256R1()), "EC P-256"),
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
    ],
)
def test_agrees_with_cryptography(key: ec.EllipticCurvePrivateKey, name: str) -> None:
    subject = reference.Name(
        [
            reference.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            reference.NameAttribute(NameOID.ORGANIZATION_NAME, 'Hôpital "A", +B'),
            reference.NameAttribute(NameOID.COMMON_NAME, "#ct1"),
        ]
    )
    names = [reference.DNSName("ct1.example"), reference.IPAddress(ipaddress.ip_address("2001:db8::1"))]
    made = (
        reference.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC))  # beyond UTCTime
        .add_extension(reference.SubjectAlternativeName(names), critical=False)
        .sign(key, None if name == "Ed25519" else hashes.SHA256())
    )
    said = {attribute: value for attribute, value, _, _ in x509.facts(made.public_bytes(Encoding.DER))}
    assert said["certificate.subject"] == made.subject.rfc4514_string()
    assert said["certificate.issuer"] == made.issuer.rfc4514_string()
    assert said["certificate.not_after"] == "2051-02-03T04:05:06Z"
    assert said["certificate.fingerprint"] == made.fingerprint(hashes.SHA256()).hex()
    assert said["certificate.key"] == name
    assert said["certificate.name"] == "2001:db8::1"


def test_every_truncation_is_malformed() -> None:
    for size in range(len(PUMP)):
        with pytest.raises(Malformed):
            list(x509.facts(PUMP[:size]))


@given(st.integers(0, len(PUMP) - 1), st.integers(0, 255))
def test_mutations(at: int, octet: int) -> None:
    changed = PUMP[:at] + bytes((octet,)) + PUMP[at + 1 :]
    try:
        for _, _, start, end in x509.facts(changed):
            assert 0 <= start <= end <= len(changed)
    except Malformed:
        return


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(Malformed):
        list(x509.facts(data))
