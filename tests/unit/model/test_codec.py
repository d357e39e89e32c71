"""The codec: every kind comes back as itself; other bytes are malformed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.codec import KINDS, decode, decode_many, encode, encode_many
from garde.model.decision import Access, Decision
from garde.model.finding import Changed, Judgement
from garde.model.flow import Conversation
from garde.model.issued import issued
from garde.model.key import Key
from garde.model.message import Message, Wakeup
from garde.model.risk.matrix import Approval
from garde.model.risk.naming import Naming
from garde.model.risk.scoring import Reach, Scoring
from garde.model.risk.treatment import Treatment
from garde.model.sensor import Pulse
from garde.model.threat import threat
from garde.model.zones.action import Action, Step, proposed, ran
from garde.model.zones.place import MAB, AccessRequest, Landing, placed
from tests.makers import observation

KEY = Key("ip", "10.0.0.1")
ACTION = Action(id="a", verb="cut", why="f", plan=(Step(id="s", verb="cut", target="ip:10.9.9.9", keys=(KEY,)),))
ONE_OF_EACH: list[Message] = [
    observation(1),
    Conversation(id="c", at=0, sensor="s", source=KEY, target=KEY, protocol="tcp"),
    Decision(id="d", at=0, verb="claim", person="p", keys=(KEY,)),
    Access(id="a", at=0, person="p", outcome="refused", way="password"),
    Judgement(id="j", at=0, rule="r", device="d-1", severity="low"),
    Pulse(id="p", at=0, sensor="s", place="eth0", live=True),
    issued("board", "fr", document="d", facts="f", at=0, by="p"),
    Changed(id="t", at=0, finding="f", what="opened", before="", after="open", rule="r"),
    Scoring(id="s", at=0, grid="g", criterion="C1", value=None, person="p", role="rssi", reach=Reach(ward="w")),
    Approval(id="y", at=0, about="m-1", person="p", name="P", role="rssi"),
    Treatment(id="x", at=0, device="d-1", matrix="m-1", option="avoid", person="p"),
    Naming(id="n", at=0, said="GEMS", maker="GE HealthCare", person="p"),
    proposed(ACTION, ("t",)),
    ran(ACTION, "ran.apply", 0, by="gateway"),
    threat("scan.hosts", 0, sensor="s", technique="T1046", confidence=80, subject=(KEY,)),
    Wakeup(id="w", at=0, stage="s", topic="t"),
    placed(AccessRequest(at=0, mac="00:09:fb:01:02:03", kind=MAB), vlan=120, reasons=("a: b",)),
    Landing(id="l", at=0, mac="00:09:fb:01:02:03", vlan=120),
]


@pytest.mark.parametrize("message", ONE_OF_EACH, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_itself(message: Message) -> None:
    assert decode(encode(message)) == message


def test_every_kind_is_tried_here() -> None:
    assert {type(message).__name__ for message in ONE_OF_EACH} == set(KINDS)


def test_many_come_back_in_order() -> None:
    assert decode_many(encode_many(ONE_OF_EACH)) == ONE_OF_EACH


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    for read in (decode, decode_many):
        try:
            read(data)
        except Malformed as error:
            assert error.code == "model.message"


@given(st.sampled_from(ONE_OF_EACH), st.data())
def test_an_altered_message_is_a_message_or_malformed(message: Message, data: st.DataObject) -> None:
    altered = bytearray(encode(message))
    altered[data.draw(st.integers(0, len(altered) - 1))] ^= data.draw(st.integers(1, 255))
    for read in (decode, decode_many):
        with contextlib.suppress(Malformed):
            read(bytes(altered))
