from __future__ import annotations

from ipaddress import IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from garde.wire.address import ip_text, mac_text, vlan_ids


@given(st.integers(0, (1 << 128) - 1))
def test_two_signed_words_are_one_ipv6_address(value: int) -> None:
    high, low = value >> 64, value & (1 << 64) - 1
    signed = [word - (1 << 64) if word >> 63 else word for word in (high, low)]
    assert ip_text(6, *signed) == str(IPv6Address(value))


def test_no_address_is_no_text() -> None:
    assert mac_text(0) == ip_text(0, 1, 2) == ""
    assert vlan_ids(0) == ()


def test_the_outermost_vlan_comes_first() -> None:
    assert vlan_ids(3 << 60 | 1 << 24 | 2 << 12 | 3) == (1, 2, 3)
