"""What a person may say of a device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.inventory.saying import VERBS, said
from garde.model.catalogue import attributes
from garde.model.decision import Decision
from garde.model.key import Key
from tests.makers import device, mac

OTHER = Key("ip", "10.0.0.9")


def word(verb: str, **parts: object) -> Decision:
    return said(device(1), verb, "k.morel", 5, **({"reason": " why "} | parts))  # type: ignore[arg-type]


def test_a_claim_is_in_the_form_of_its_attribute() -> None:
    one = word("claim", attribute="ward", value=" Réa   A ", until=9)
    assert (one.value, one.reason, one.keys, one.person, one.until) == ("Réa A", "why", (mac(1),), "k.morel", 9)
    assert word("claim", attribute="kind", value="Scanner").value == "CT"


def test_a_claim_is_taken_back_whole_or_by_its_value() -> None:
    assert word("withdraw", attribute="ward").value == ""
    assert word("withdraw", attribute="kind", value="Scanner").value == "CT"


def test_devices_are_joined_and_parted_by_their_keys() -> None:
    assert word("merge", others=(OTHER,)).keys == (mac(1), OTHER)
    assert word("split", others=(OTHER,)).keys == (OTHER, mac(1))


def test_a_remark_says_nothing_of_an_attribute() -> None:
    assert (word("note", attribute="ward", value="x").attribute, word("note").value) == ("", "")


@pytest.mark.parametrize(
    ("verb", "parts", "code"),
    [
        ("explode", {}, "decision.verb"),
        ("note", {"reason": "  "}, "decision.reason"),
        ("claim", {"attribute": "colour", "value": "red"}, "decision.attribute"),
        ("claim", {"attribute": "ward", "value": "  "}, "decision.value"),
        ("merge", {}, "decision.other"),
        ("split", {"others": (mac(1),)}, "decision.other"),
    ],
)
def test_what_cannot_be_said(verb: str, parts: dict[str, object], code: str) -> None:
    with pytest.raises(Malformed) as refused:
        word(verb, **parts)
    assert refused.value.code == code


@given(st.sampled_from(VERBS), st.sampled_from(sorted(attributes())), st.text(max_size=300), st.text(max_size=600))
def test_anything_is_said_or_refused(verb: str, attribute: str, value: str, reason: str) -> None:
    try:
        one = word(verb, attribute=attribute, value=value, reason=reason, others=(OTHER,))
    except Malformed:
        return
    assert one.reason and len(one.reason) <= 500 and one.verb == verb
