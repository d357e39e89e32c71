"""Passwords: kept as argon2id, refused when they are too easy.

Question: is this the person's password, and may this new one be used?
Reference: RFC 9106 (argon2id; 19 MiB, two passes, one lane, the smaller of the settings that OWASP names, because a
ward's machine may serve many); NIST SP 800-63B §5.1.1.2 (length counts, no rules of composition, no words that name the
person).

Example:
    >>> matches(hashed("correct horse battery"), "correct horse battery")
    True
"""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from garde.errors import Refused

SHORTEST: Final = 12
LONGEST: Final = 256
#: Octets that are hashed at most: an endless password must not keep a processor busy.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Beginnings that everybody tries first, in hospitals too.
_COMMON: Final = (
    "password",
    "motdepasse",
    "azerty",
    "qwerty",
    "123456",
    "admin",
    "hopital",
    "hospital",
    "bonjour",
    "garde",
)


def hashed(password: str) -> str:
    """The password as it is kept: an argon2id string with its own salt."""
    return _HASHER.hash(password[:LONGEST])


def matches(kept: str, password: str) -> bool:
    """Whether it is the password; takes as long when there is none, so that nobody learns which logins exist."""
    try:
        return _HASHER.verify(kept or _nobody(), password[:LONGEST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def acceptable(password: str, login: str) -> None:
    """Whether a person may use it.

    Raises:
        Refused: too short, too long, one letter repeated, the login inside, or a common beginning with little behind.
    """
    plain = password.casefold()
    why = ""
    if len(password) < SHORTEST:
        why = f"A password has at least {SHORTEST} characters"
    elif len(password) > LONGEST:
        why = f"A password has at most {LONGEST} characters"
    elif len(set(plain)) < 5:
        why = "This password repeats a few characters"
    elif login and login.casefold() in plain:
        why = "The login is part of this password"
    elif any(plain.startswith(word) and len(plain) < SHORTEST + len(word) for word in _COMMON):
        why = "This password begins like those that are tried first"
    if why:
        raise Refused("password.weak", why, hint="Four words that you choose make a good one")


@cache
def _nobody() -> str:
    return hashed("nobody has this password")
