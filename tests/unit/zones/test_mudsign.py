"""Signatures of MUD files: openssl's are checked here, ours by openssl where it knows the algorithm."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Missing, Untrusted
from garde.zones.mudsign import CONTENT, signed, verified

DATA = b'{"ietf-mud:mud": {}}\n'
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NOW = int(dt.datetime(2026, 6, 1, tzinfo=dt.UTC).timestamp()) * 10**9
KEYS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ec": ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)),
    "ca": ec.generate_private_key(ec.SECP384R1()),
    "middle": ec.generate_private_key(ec.SECP256R1()),
    "weak": rsa.generate_private_key(65537, 1024),
}


def issue(
    name: str, by: str = "", *, ca: bool = False, days: int = 3650, path: int | None = None, sign: bool = True
) -> x509.Certificate:
    issuer = by or name
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(f"CN={name}"))
        .issuer_name(x509.Name.from_rfc4514_string(f"CN={issuer}"))
        .public_key(KEYS[name].public_key())
        .serial_number(1000 + list(KEYS).index(name))
        .not_valid_before(START)
        .not_valid_after(START + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path if ca else None), critical=True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, ca and sign, False, False, False), critical=True)
    )
    key = KEYS[issuer]
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())  # type: ignore[arg-type]


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


CA = issue("ca", ca=True)
LEAVES = {name: issue(name, "ca") for name in ("rsa", "ec", "ed25519", "weak")}


def by_openssl(
    folder: Path, name: str, certificate: x509.Certificate, *more: str, chain: tuple[x509.Certificate, ...] = ()
) -> bytes:
    """A detached signature as a maker makes one with openssl cms."""
    (folder / "data").write_bytes(DATA)
    (folder / "key.pem").write_bytes(KEYS[name].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "own.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    words = [
        "openssl",
        "cms",
        "-sign",
        "-binary",
        "-outform",
        "DER",
        "-in",
        "data",
        "-signer",
        "own.pem",
        "-inkey",
        "key.pem",
        "-out",
        "p7s",
    ]
    words += ["-certfile", "chain.pem"] if chain else []
    done = subprocess.run([*words, *more], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (folder / "p7s").read_bytes()


@pytest.mark.parametrize("name", ["rsa", "ec"])
@pytest.mark.parametrize(
    "more",
    [(), ("-md", "sha512"), ("-noattr",), ("-econtent_type", CONTENT), ("-keyid",)],
    ids=["plain", "sha512", "no-attributes", "mud-type", "key-id"],
)
def test_what_openssl_signed_is_verified(tmp_path: Path, name: str, more: tuple[str, ...]) -> None:
    certificate = LEAVES[name]
    if "-keyid" in more:
        builder = x509.CertificateBuilder(
            certificate.issuer, certificate.subject, certificate.public_key(), certificate.serial_number,
            certificate.not_valid_before_utc, certificate.not_valid_after_utc, list(certificate.extensions),
        )  # fmt: skip
        identifier = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
        certificate = builder.add_extension(identifier, critical=False).sign(KEYS["ca"], hashes.SHA256())  # type: ignore[arg-type]
    signature = by_openssl(tmp_path, name, certificate, *more)
    found = verified(DATA, signature, [der(CA)], at=NOW)
    assert (found.name, found.anchor, int(found.serial, 16)) == (f"CN={name}", "CN=ca", certificate.serial_number)
    with pytest.raises(Untrusted, match=r"mud\.altered"):
        verified(DATA + b" ", signature, [der(CA)], at=NOW)
    with pytest.raises(Untrusted, match=r"mud\.anchor"):
        verified(DATA, signature, [der(issue("middle", ca=True))], at=NOW)
    with pytest.raises(Untrusted, match=r"mud\.anchor"):
        verified(DATA, signature, [], at=NOW)


def test_a_path_over_another_authority_is_followed_and_its_limits_hold(tmp_path: Path) -> None:
    leaf = issue("ec", "middle")
    for middle, right in (
        (issue("middle", "ca", ca=True), True),
        (issue("middle", "ca", ca=False), False),
        (issue("middle", "ca", ca=True, sign=False), False),
    ):
        signature = by_openssl(tmp_path, "ec", leaf, chain=(middle,))
        if right:
            assert verified(DATA, signature, [der(CA)], at=NOW).anchor == "CN=ca"
        else:
            with pytest.raises(Untrusted, match=r"mud\.anchor"):
                verified(DATA, signature, [der(CA)], at=NOW)
    short = issue("ca", ca=True, path=0)
    signature = by_openssl(tmp_path, "ec", leaf, chain=(issue("middle", "ca", ca=True),))
    with pytest.raises(Untrusted, match=r"mud\.anchor"):
        verified(DATA, signature, [der(short)], at=NOW)


def test_the_time_and_the_name_of_the_signer_are_checked(tmp_path: Path) -> None:
    signature = by_openssl(tmp_path, "ec", issue("ec", "ca", days=30))
    with pytest.raises(Untrusted, match=r"mud\.expired"):
        verified(DATA, signature, [der(CA)], at=NOW)
    good = by_openssl(tmp_path, "ec", LEAVES["ec"])
    assert verified(DATA, good, [der(CA)], at=NOW, signer="CN=ec").name == "CN=ec"
    with pytest.raises(Untrusted, match=r"mud\.other"):
        verified(DATA, good, [der(CA)], at=NOW, signer="CN=somebody")
    assert verified(DATA, good, [der(LEAVES["ec"])], at=NOW).anchor == "CN=ec", "a certificate may be trusted itself"


def test_a_signature_with_a_weak_digest_or_key_or_without_its_certificate_is_untrusted(tmp_path: Path) -> None:
    for name, more, code in (
        ("rsa", ("-md", "sha1"), "algorithm"),
        ("weak", (), "algorithm"),
        ("ec", ("-nocerts",), "signer"),
    ):
        with pytest.raises(Untrusted, match=rf"mud\.{code}"):
            verified(DATA, by_openssl(tmp_path, name, LEAVES[name], *more), [der(CA)], at=NOW)


def test_a_signature_that_brings_the_content_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"mud\.cms"):
        verified(DATA, by_openssl(tmp_path, "ec", LEAVES["ec"], "-nodetach"), [der(CA)], at=NOW)


def test_the_installations_key_signs_what_is_verified(tmp_path: Path) -> None:
    key = KEYS["ed25519"]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    signature = signed(DATA, der(LEAVES["ed25519"]), key.sign, [der(CA)])
    assert verified(DATA, signature, [der(CA)], at=NOW).name == "CN=ed25519"
    with pytest.raises(Untrusted, match=r"mud\.altered"):
        verified(DATA + b" ", signature, [der(CA)], at=NOW)
    held = cms.ContentInfo.load(signature)["content"]
    assert held["encap_content_info"]["content_type"].dotted == CONTENT
    # openssl reads the structure and the digest; checking Ed25519 in CMS came with its release 3.2.
    (tmp_path / "p7s").write_bytes(signature)
    shown = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", "p7s"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "algorithm: ED25519" in shown.stdout and "sha512" in shown.stdout


def test_without_a_certificate_nothing_is_signed_and_that_is_said() -> None:
    with pytest.raises(Missing, match=r"mud\.certificate"):
        signed(DATA, None, lambda data: b"")


def test_a_certificate_of_another_key_signs_nothing() -> None:
    other = ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32)
    for name in ("ed25519", "ec"):
        with pytest.raises(Untrusted, match=r"mud\.certificate"):
            signed(DATA, der(LEAVES[name]), other.sign)


def _vector() -> bytes:
    key = KEYS["ed25519"]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return signed(DATA, der(LEAVES["ed25519"]), key.sign)


VECTOR = _vector()


@given(st.binary(max_size=300))
def test_any_octets_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"mud\.cms"):
        verified(DATA, data, [der(CA)], at=NOW)


@given(st.integers(0, len(VECTOR) - 1), st.integers(1, 255))
def test_no_octet_of_a_signature_can_be_changed_unseen(place: int, change: int) -> None:
    altered = VECTOR[:place] + bytes([VECTOR[place] ^ change]) + VECTOR[place + 1 :]
    try:
        found = verified(DATA, altered, [der(CA)], at=NOW)
    except (Malformed, Untrusted):
        return
    # What no signature covers (versions, the list of digests) may differ; who signed what may not.
    assert found.name == "CN=ed25519"
