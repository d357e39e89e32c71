"""Keys: one spelling each, and what the bits of a MAC say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.key import KINDS, Key, is_group_mac, is_local_mac, mac_text


@pytest.mark.parametrize("text", ["00-09-FB-01-02-03", "0009.fb01.0203", "00:09:fb:01:02:03", "0009FB010203"])
def test_a_mac_has_one_spelling(text: str) -> None:
    assert Key.of("mac", text) == Key("mac", "00:09:fb:01:02:03")


def test_an_ip_has_one_spelling() -> None:
    assert Key.of("ip", "2001:DB8::0:1").value == "2001:db8::1"


def test_a_host_name_is_lower_case_without_the_root_dot() -> None:
    assert Key.of("hostname", "CT01.chu.example.").value == "ct01.chu.example"


@pytest.mark.parametrize(("kind", "value"), [("mac", "00:09"), ("mac", "zz" * 6), ("ip", "10.0.0.256"), ("badge", "1")])
def test_what_is_not_of_the_kind_is_malformed(kind: str, value: str) -> None:
    with pytest.raises(Malformed):
        Key.of(kind, value)


def test_the_bits_of_the_first_octet() -> None:
    assert is_local_mac("02:00:00:00:00:01") and not is_local_mac("00:09:fb:00:00:01")
    assert is_group_mac("ff:ff:ff:ff:ff:ff") and not is_group_mac("00:09:fb:00:00:01")


@given(st.binary(min_size=6, max_size=6))
def test_bytes_and_text_agree(raw: bytes) -> None:
    assert Key.of("mac", raw.hex()) == Key("mac", mac_text(raw))


def test_text_names_the_kind() -> None:
    assert str(Key("ip", "10.0.0.1")) == "ip:10.0.0.1"
    assert "mac" in KINDS
