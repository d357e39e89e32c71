"""The second factor: time-based codes, and recovery codes for the day on which the telephone is lost.

Question: is this the code that the person's telephone shows now, and was it not used before?
Reference: RFC 6238 (TOTP, SHA-1, 30 s, six digits: what every authenticator reads), §5.2: a code is accepted once; one
step of drift either way is allowed. Left out: passkeys (WebAuthn).

Example:
    >>> accepted("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", 59 * 10**9, used=0)
    1
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

import pyotp

STEP: Final = 30
DRIFT: Final = 1
#: Recovery codes given at once: ten characters of 32, 50 bits each; each works once.
RECOVERY: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def secret() -> str:
    """A new secret in base32, 160 bits."""
    return pyotp.random_base32(32)


def address(key: str, login: str, site: str) -> str:
    """What a telephone's camera reads to learn the secret."""
    return pyotp.TOTP(key).provisioning_uri(name=login, issuer_name=site)


def accepted(key: str, code: str, at: int, used: int) -> int:
    """The step of the code when it is right and later than the step used last, else 0.

    Args:
        key: the secret in base32.
        code: six digits; spaces are passed over.
        at: nanoseconds since 1970.
        used: the step of the code that was accepted last.
    """
    typed = code.replace(" ", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return 0
    now = at // 1_000_000_000 // STEP
    right = 0
    for step in range(max(now - DRIFT, 1), now + DRIFT + 1):
        if hmac.compare_digest(pyotp.HOTP(key).at(step), typed) and step > used:
            right = step
    return right


def recovery_codes() -> tuple[str, ...]:
    """New recovery codes, to be shown once."""
    words = ("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY))
    return tuple(f"{word[:5]}-{word[5:]}" for word in words)


def kept(code: str) -> str:
    """A recovery code as it is kept: its digest, which is enough for 50 random bits."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
