"""What a finding says of its ends is read, whatever it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.key import Key
from garde.respond.threat import UNSAID, key_of, object_of, outside, said, sureness


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("10.9.9.9", Key("ip", "10.9.9.9")),
        ("ip:10.9.9.9", Key("ip", "10.9.9.9")),
        ("2001:db8::1", Key("ip", "2001:db8::1")),
        ("00-09-FB-00-00-01", Key("mac", "00:09:fb:00:00:01")),
        ("mac:00:09:fb:00:00:01", Key("mac", "00:09:fb:00:00:01")),
        ("somebody", None),
        ("", None),
    ],
    ids=["ip", "ip-object", "ip6", "mac", "mac-object", "name", "empty"],
)
def test_an_address_is_known_by_its_form(text: str, key: Key | None) -> None:
    assert key_of(text) == key


def test_values_of_one_code_stay_in_order_and_once() -> None:
    assert said(("peer: b", "peer: a", "peer: b", "peer: ", "odd")) == {"peer": ("b", "a")}


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_reasons_give_a_confidence(reasons: list[str]) -> None:
    assert 0 <= sureness(reasons) <= 100


def test_a_rule_that_says_nothing_is_not_sure_enough_for_anything_automatic() -> None:
    assert sureness(("confidence: sure",)) == sureness(()) == UNSAID < 60
    assert sureness(("confidence: 250",)) == 100


def test_what_is_outside_depends_on_the_site() -> None:
    networks = ("10.0.0.0/8", "2001:db8::/32")
    assert [outside(Key("ip", ip), networks) for ip in ("10.1.1.1", "192.0.2.1", "2001:db8::1", "2001:db9::1")] == [
        False, True, False, True,
    ]  # fmt: skip
    assert not outside(Key("mac", "00:09:fb:00:00:01"), networks)


def test_an_address_of_either_family_is_one_address() -> None:
    assert object_of(Key("ip", "2001:db8::1")) == "ip:2001:db8::1/128"
