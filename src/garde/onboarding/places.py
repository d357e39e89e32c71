"""Places: the signed file of decisions that FreeRADIUS falls back on while Garde is down.

Question: where does a known device stay when nobody is there to decide, and is this file really Garde's?
Reference: issue 4 part 4 (fail mode per criticality); rlm_files of FreeRADIUS 3.2 for its form; RFC 8032 (Ed25519) for
its signature. Garde lays file and signature into the folder ``offer``; whoever starts or reloads the server checks
them with `install`, which alone writes what the server reads. An older file never replaces a newer one, and a file
whose signature does not hold replaces nothing: the server goes on with the last good one. An unknown address gets the
onboarding zone, a device its own place.

Example:
    >>> print(written(7, [], Entry(mac="", content="x", given=(("Filter-Id", "S"),))).splitlines()[1])
    DEFAULT Tmp-String-2 := "x"
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from garde.errors import Malformed, Missing, Unreachable, Untrusted
from garde.ports import Keys

NAME: Final = "places"
#: Where Garde lays what is to be checked.
OFFER: Final = "offer"
#: The key that is believed, as its id in hexadecimal.
TRUSTED: Final = "places.trusted"
_HEAD: Final = re.compile(r"# Garde places 1 ([0-9]{1,19}) ([0-9]{1,9})")
#: Text in a file of rlm_files that means nothing but itself.
_PLAIN: Final = re.compile(r"[ !#$&()*+,\-./0-9:;<=>?@A-Z\[\]^_a-z{|}~]{0,253}")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one station gets.

    Attributes:
        mac: empty for everybody who stands nowhere else.
        subject: only with a verified certificate of this subject; empty asks for none.
        content: the placement (`garde.onboarding.endpoint.packed`).
        given: names and values of the attributes of the reply.
        accepted: it is let in.
    """

    mac: str
    subject: str = ""
    content: str = ""
    given: tuple[tuple[str, str], ...] = ()
    accepted: bool = True


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What lies beside the file, in hexadecimal: the key's id, SHA-256 of the file, and the signature of both."""

    key: str
    digest: str
    signature: str


def written(at: int, entries: Iterable[Entry], unknown: Entry) -> str:
    """The file: known stations in the order of their addresses, those with a certificate first, then everybody else.

    Args:
        at: nanoseconds since 1970; a later file replaces an earlier one.
        entries: known stations; one whose values would mean something else to the server is left out.
        unknown: what everybody else gets.
    """
    lines = []
    fit = (entry for entry in entries if _plain(entry))
    rows = sorted(fit, key=lambda entry: (entry.mac, not entry.subject, entry.subject))
    for entry in rows:
        lines += _lines(entry.mac, entry)
    lines += _lines("DEFAULT", unknown)
    return "\n".join([f"# Garde places 1 {at} {len(rows)}", *lines, ""])


def _plain(entry: Entry) -> bool:
    return bool(_PLAIN.fullmatch(entry.subject)) and all(_PLAIN.fullmatch(value) for _, value in entry.given)


def _lines(name: str, entry: Entry) -> list[str]:
    checks = [f'TLS-Client-Cert-Subject == "{entry.subject}"'] if entry.subject else []
    checks.append(f'Tmp-String-2 := "{entry.content}"')
    if not entry.accepted:
        checks.append("Auth-Type := Reject")
    given: list[str] = []
    seen: set[str] = set()
    for attribute, value in entry.given:
        operator = "+=" if attribute in seen else ":="
        seen.add(attribute)
        given.append(f"{attribute} {operator} {value if value.startswith('0x') else _quoted(value)}")
    out = [f"{name} {', '.join(checks)}"]
    return [*out, *(f"\t{line}{',' if number < len(given) else ''}" for number, line in enumerate(given, 1))]


def _quoted(value: str) -> str:
    return f'"{value}"'


def offer(folder: Path, text: str, keys: Keys) -> None:
    """Lay file and signature where they are checked; the signature last.

    Raises:
        Unreachable: the folder cannot be written, or the key does not answer.
    """
    data = text.encode("utf-8")
    digest = sha256(data).hexdigest()
    # Signing first: it makes the key where there was none.
    sealed = keys.sign(_statement(digest)).hex()
    signature = Signature(keys.name, digest, sealed)
    there = folder / OFFER
    try:
        there.mkdir(parents=True, exist_ok=True)
        _write(there / NAME, data)
        _write(there / f"{NAME}.sig", msgspec.json.encode(signature))
    except OSError as error:
        raise Unreachable("radius.folder", f"{there} cannot be written: {error.strerror}") from None


def install(folder: Path) -> tuple[int, int]:
    """Check what is offered, and let the server read it; returns when it was made, and how many devices it holds.

    Raises:
        Missing: nothing is offered, or no key is trusted.
        Untrusted: of another key, altered, or older than what is there.
        Malformed: not such a file.
    """
    there = folder / OFFER
    data, signature = _bytes(there / NAME), _bytes(there / f"{NAME}.sig")
    trusted = _bytes(folder / TRUSTED).decode("ascii", "replace").split()
    verify(data, signature, trusted)
    at, count = head(data)
    current = folder / NAME
    changed = 0.0
    if current.exists():
        before, _ = head(current.read_bytes())
        if at < before:
            raise Untrusted("radius.rollback", "The offered file is older than the one in use", where=str(there))
        changed = current.stat().st_mtime
    try:
        _write(current, data)
        # The server compares whole seconds to see that a file is another one.
        if (now := current.stat().st_mtime) < changed + 1:
            os.utime(current, (now, changed + 1))
    except OSError as error:
        raise Unreachable("radius.folder", f"{current} cannot be written: {error.strerror}") from None
    return at, count


def verify(data: bytes, signature: bytes, trusted: Sequence[str]) -> None:
    """Whether the file is one that a trusted key signed.

    Raises:
        Untrusted: it is not.
        Malformed: the signature is none.
    """
    try:
        said = msgspec.json.decode(signature, type=Signature)
        key, sealed = bytes.fromhex(said.key), bytes.fromhex(said.signature)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError) as error:
        raise Malformed("radius.signature", f"The signature is none: {error}") from None
    if said.key not in trusted:
        raise Untrusted("radius.key", "The file is signed by a key that is not trusted here", where=said.key[:16])
    if sha256(data).hexdigest() != said.digest:
        raise Untrusted("radius.altered", "The file is not the one that was signed")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sealed, _statement(said.digest))
    except (InvalidSignature, ValueError):
        raise Untrusted("radius.signature", "The signature of the file does not hold") from None


def head(data: bytes) -> tuple[int, int]:
    """When the file was made, in nanoseconds since 1970, and how many entries it says it holds.

    Raises:
        Malformed: it does not begin as such a file.
    """
    found = _HEAD.fullmatch(data.partition(b"\n")[0].decode("ascii", "replace"))
    if found is None:
        raise Malformed("radius.places", "This is no file of places", where="line 1")
    return int(found[1]), int(found[2])


def _statement(digest: str) -> bytes:
    return f"garde radius places 1\n{digest}\n".encode("ascii")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Missing("radius.places", f"There is no {path}", hint="garde radius configure") from None
    except OSError as error:
        raise Unreachable("radius.places", f"{path} cannot be read: {error.strerror}") from None


def _write(path: Path, data: bytes) -> None:
    """All of it or the old one, on the disk before this returns."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
