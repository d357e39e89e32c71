"""Nouns of place: ids are digests of content, and every field comes through the log."""

from __future__ import annotations

import msgspec

from garde.model.codec import decode, encode
from garde.model.zones.place import MAB, RANKS, STATES, AccessRequest, Certificate, placed, placement_id

ASKED = AccessRequest(at=5, mac="00:09:fb:01:02:03", kind=MAB, nas="sw-1", port="Gi1/0/7", medium="ethernet")


def test_the_same_decision_told_twice_is_one_message() -> None:
    one = placed(ASKED, zone="Z1", vlan=120, rule="r", rank="explicit")
    assert one.id == placed(ASKED, zone="Z1", vlan=120, rule="r", rank="explicit").id == placement_id(one)
    assert one.id != placed(ASKED, zone="Z1", vlan=121, rule="r", rank="explicit").id
    assert one.id != placed(msgspec.structs.replace(ASKED, at=6), zone="Z1", vlan=120, rule="r", rank="explicit").id


def test_a_placement_comes_back_from_the_log_as_itself() -> None:
    one = placed(ASKED, cisco=("a=b",), reasons=("x: y",), contradictions=("wire.os: z",), accepted=False)
    assert decode(encode(one)) == one and placement_id(decode(encode(one))) == one.id  # type: ignore[arg-type]


def test_the_order_of_ranks_and_states_is_the_formal_one() -> None:
    assert RANKS[:4] == ("explicit", "certificate", "identity", "fingerprint")
    assert STATES[0] == "SEEN" and STATES[-1] == "RETIRED" and len(set(STATES)) == len(STATES)
    assert Certificate(subject="/CN=x").serial == ""
