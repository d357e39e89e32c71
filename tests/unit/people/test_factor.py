"""Codes of RFC 6238 are accepted once, a step around now; recovery codes are kept as digests."""

from __future__ import annotations

import base64

import pyotp
from hypothesis import given
from hypothesis import strategies as st

from garde.people.factor import RECOVERY, accepted, address, kept, recovery_codes, secret

#: The secret of RFC 6238 appendix B, and its times with the last six of their eight digits.
VECTOR = base64.b32encode(b"12345678901234567890").decode()
TIMES = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


def test_the_vectors_of_the_standard() -> None:
    for seconds, code in TIMES.items():
        assert accepted(VECTOR, code, seconds * 10**9, 0) == seconds // 30


def test_a_code_is_accepted_once_and_one_step_around_now() -> None:
    key, now = secret(), 1_000_000 * 30
    for step in range(-2, 3):
        code = pyotp.TOTP(key).at(now + step * 30)
        assert bool(accepted(key, code, now * 10**9, 0)) == (abs(step) <= 1)
    code = pyotp.TOTP(key).at(now)
    step = accepted(key, code, now * 10**9, 0)
    assert accepted(key, code, now * 10**9, step) == 0


@given(st.text(max_size=12))
def test_any_text_is_a_code_or_nothing(code: str) -> None:
    assert accepted(VECTOR, code, 59 * 10**9, 0) in (0, 1, 2)


def test_recovery_codes_differ_and_are_kept_as_digests() -> None:
    codes = recovery_codes()
    assert len(set(codes)) == RECOVERY
    assert kept(codes[0]) == kept(codes[0].upper().replace("-", " ")) != kept(codes[1])
    assert codes[0] not in kept(codes[0])


def test_a_telephone_learns_the_secret_from_an_address() -> None:
    assert pyotp.parse_uri(address(VECTOR, "a.roy", "CHU d'essai")).secret == VECTOR
