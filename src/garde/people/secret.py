"""What a person or a program shows instead of a password: sessions, tokens and kiosks.

Question: whose is this cookie or bearer token, until when, and what may it do?
Reference: RFC 6750 (bearer tokens); OWASP's notes on sessions. Only the digest of a secret is kept: 256 random bits
need no slow hash. A session ends after eight idle hours and after twelve hours at the latest; a token at its own date.

Example:
    >>> made, digest = fresh("gs")
    >>> made.startswith("gs_") and digest == digest_of(made)
    True
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import msgspec

_HOUR: Final = 3_600 * 1_000_000_000
IDLE: Final = 8 * _HOUR
LONGEST: Final = 12 * _HOUR
#: A kiosk stays open for a month: it shows one ward's equipment in plain words, and takes reports.
KIOSK: Final = 31 * 24 * _HOUR
#: How often the time of last use is written down.
NOTED: Final = 5 * 60 * 1_000_000_000


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """How a person proves who they are.

    Attributes:
        id: the person's id.
        password: argon2id string, or empty.
        factor: sealed secret of the second factor, or empty.
        used: step of the last accepted code.
        recovery: digests of recovery codes that were not used.
        failures: wrong passwords or codes in a row; ``wait_until`` is the time before which none is looked at.
    """

    id: str
    password: str = ""
    factor: bytes = b""
    used: int = 0
    recovery: tuple[str, ...] = ()
    failures: int = 0
    wait_until: int = 0


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A person who signed in, or a ward's shared machine.

    Attributes:
        id: digest of the cookie.
        person: id of the person, or empty for a kiosk.
        ward: ward of the kiosk.
        way: how they signed in: ``password``, ``factor``, ``recovery``, ``oidc`` or ``kiosk``.
        made_at, seen_at, ends_at: nanoseconds since 1970.
        origin, agent: network address and browser, for the person to recognise it.
        sid: the identity provider's own name of the session, so that it can end this one too.
        hint: sealed ID token, which the provider wants to see again at sign-out.
    """

    id: str
    person: str
    ward: str = ""
    way: str = "password"
    made_at: int = 0
    seen_at: int = 0
    ends_at: int = 0
    origin: str = ""
    agent: str = ""
    sid: str = ""
    hint: bytes = b""

    def lives(self, now: int) -> bool:
        """Whether it may still be used."""
        return now < self.ends_at and (self.way == "kiosk" or now < self.seen_at + IDLE)


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A program's key to the interface.

    Attributes:
        id: digest of the secret.
        name: what it is for.
        person: id of the person whose rights bound it.
        rights: what it may do, never more than its person may.
        made_at, seen_at, ends_at: nanoseconds since 1970.
    """

    id: str
    name: str
    person: str
    rights: tuple[str, ...]
    made_at: int = 0
    seen_at: int = 0
    ends_at: int = 0


class Kiosk(msgspec.Struct, frozen=True, kw_only=True):
    """A code that opens the page of a ward on its shared machine.

    Attributes:
        id: name of the ward.
        code: argon2id string of the code.
    """

    id: str
    code: str


def fresh(prefix: str) -> tuple[str, str]:
    """A new secret, and the digest under which it is kept."""
    made = f"{prefix}_{secrets.token_urlsafe(32)}"
    return made, digest_of(made)


def digest_of(secret: str) -> str:
    """The id of what a secret opens."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
