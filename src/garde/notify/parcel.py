"""Parcel: one thing to be carried, and what every carrier needs of the world: secrets, and whom to trust.

Question: what is handed to a carrier, where is its password, and which certificate may the peer show?
Reference: RFC 9325 (TLS 1.2 or newer, the peer's name checked); ``file:`` is the first key scheme of issue 3 part 3.

Example:
    >>> address("tls://siem.chu.example", {"tls": 6514})
    ('tls', 'siem.chu.example', 6514)
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from garde.errors import Unreachable, Untrusted
from garde.model.message import Message
from garde.notify.letter import Facts

#: Seconds that any single answer of a peer may take.
PATIENCE: Final = 20.0
#: Bytes of a file that holds a secret.
_LARGEST: Final = 1 << 16


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be carried: a turn of a finding, or a message of the log.

    Attributes:
        id: the same at every try.
        at: when what it speaks of was, in nanoseconds since 1970.
        facts: of the turn, or None.
        message: of the log, or None.
        mail, language: address and language of the one person that it is for; empty takes those of the channel.
    """

    id: str
    at: int
    facts: Facts | None = None
    message: Message | None = None
    mail: str = ""
    language: str = ""


def secret(place: str) -> list[str]:
    """The lines of the file that holds a secret, without empty ones; none for an empty place.

    Raises:
        Unreachable: it cannot be read.
    """
    if not place:
        return []
    path = Path(place.removeprefix("file:"))
    try:
        with path.open("rb") as file:
            lines = file.read(_LARGEST).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "not UTF-8"
        raise Unreachable("notify.secret", f"The secret in {path} cannot be read: {what}") from None
    return [line.strip() for line in lines if line.strip()]


def trust(authority: str) -> ssl.SSLContext:
    """What a peer's certificate is held against: its name, and an authority.

    Raises:
        Unreachable: the authority's file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=authority or None)
    except (OSError, ssl.SSLError) as error:
        raise Unreachable("notify.authority", f"The authority in {authority} cannot be read: {error}") from None


def address(url: str, ports: Mapping[str, int]) -> tuple[str, str, int]:
    """Scheme, host and port of an address that the configuration has checked."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or ports[parts.scheme]


@contextmanager
def reaching(who: str) -> Iterator[None]:
    """What goes wrong on the way, in Garde's words.

    Raises:
        Untrusted: the peer's certificate does not hold.
        Unreachable: the peer does not answer.
    """
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        hint = "Check authority, and that the address is the name in the certificate"
        raise Untrusted("notify.certificate", f"{who}: {error.verify_message}", hint=hint) from None
    except UnicodeError:
        raise Unreachable("notify.host", f"{who} is no name of a host", hint="Check address") from None
    except OSError as error:
        raise Unreachable("notify.unreachable", f"{who}: {error.strerror or error or type(error).__name__}") from None
