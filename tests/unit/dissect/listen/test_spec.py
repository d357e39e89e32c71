"""Digests are equal under one key and meaningless under another; single ears hear each payload alone."""

from __future__ import annotations

from garde.dissect.listen.spec import Told, keyed, single
from garde.wire.flow import Endpoint, Flow, Payload


def test_digests_depend_on_the_key() -> None:
    one, other = keyed(b"a"), keyed(b"b")
    assert one(b"DUPONT") == one(b"DUPONT") != other(b"DUPONT")
    assert "DUPONT" not in one(b"DUPONT") and len(one(b"")) == 16


def test_a_single_ear_tells_of_each_payload() -> None:
    ear = single(lambda payload: [Told("x", {"size": len(payload.data)})])(keyed(b"k"))
    end = Endpoint("", "10.0.0.1", 1)
    flow = Flow(0, "datagram", 17, (end, end))
    sizes = [one.values["size"] for data in (b"a", b"bc") for one in ear.feed(Payload(flow, 0, 0, data, 1, 0))]
    assert sizes == [1, 2] and not ear.done
