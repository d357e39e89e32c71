"""HL7: strangers, repetitions, smuggling, alteration, frozen values, storms."""

from __future__ import annotations

import pytest

from garde.detect.medical.hl7 import CHANGES, FIELD, FLOOD, FROZEN, HABIT, HL7, NAKS, SKEW
from garde.detect.spec import Setting
from garde.wire.flow import Endpoint
from tests.lookouts import Scene, end

LAB, EAI = end("10.0.0.5"), end("10.0.0.9", 2575)
PLAIN: dict[str, str | int] = {
    "application": "LAB", "facility": "H", "type": "ORU^R01", "segments": 4, "headers": 1, "odd": 0,
    "control characters": 0, "longest": 40, "skew": 0,
}  # fmt: skip


def message(scene: Scene, sender: Endpoint = LAB, **values: str | int) -> None:
    chosen = PLAIN | {"control": f"c{scene.packet}", "body": f"b{scene.packet}"} | values
    scene.tell("hl7.message", sender, EAI, **chosen)


def test_ordinary_messages_are_left_alone() -> None:
    scene = Scene(HL7)
    for _ in range(200):
        message(scene)
    assert scene.rules == []


def test_a_number_with_other_content_is_replayed_and_a_repetition_is_not() -> None:
    scene = Scene(HL7)
    message(scene, control="7", body="x")
    message(scene, control="7", body="x")
    assert scene.rules == []
    message(scene, control="7", body="y")
    assert scene.rules == ["hl7.replayed"]
    assert [place.packet for place in scene.threats[0].places] == [1, 3]
    assert scene.threats[0].subject[-1].value == "10.0.0.9"


def test_the_same_message_from_elsewhere_is_replayed() -> None:
    scene = Scene(HL7)
    message(scene, control="7", body="x")
    message(scene, end("10.0.0.66"), control="7", body="x")
    assert scene.rules == ["hl7.replayed"]


def test_a_sender_that_numbers_nothing_is_told_once() -> None:
    scene = Scene(HL7)
    for number in range(10 * HABIT):
        message(scene, control="1", body=f"b{number}")
    assert len(scene.rules) <= 1


def test_a_stranger_under_a_known_name() -> None:
    scene = Scene(HL7)
    for _ in range(6):
        message(scene)
    message(scene, end("10.0.0.66"))
    message(scene, end("10.0.0.66"))
    # It may have moved: only when the known address speaks on are there two.
    assert scene.rules == []
    message(scene)
    assert scene.rules == ["hl7.unknown-sender"]
    assert scene.threats[0].places[0].packet == 7 and scene.threats[0].peers[0].value == "10.0.0.66"
    scene = Scene(HL7, Setting(interfaces=frozenset({("LAB|H", "10.0.0.5")})))
    message(scene)
    assert scene.rules == []
    message(scene, application="OTHER")
    assert scene.rules == ["hl7.unknown-sender"]


def test_what_a_gateway_carries_may_come_by_itself_too() -> None:
    scene = Scene(HL7)
    for number in range(30):
        message(scene, end("10.0.0.3"), application=f"BED{number % 5}")
    message(scene, end("10.0.0.66"), application="BED1")
    assert scene.rules == []


@pytest.mark.parametrize(
    "values",
    [{"headers": 2}, {"control characters": 1}, {"odd": 1}, {"longest": FIELD + 1}, {"skew": -SKEW - 1}],
    ids=["second header", "control", "odd", "long", "tomorrow"],
)
def test_what_does_not_belong_in_a_message(values: dict[str, int]) -> None:
    scene = Scene(HL7)
    message(scene, skew=9 * SKEW)
    assert scene.rules == []
    message(scene, **values)
    assert scene.rules == ["hl7.injection"]


def test_a_result_altered_from_elsewhere_and_a_correction_from_its_source() -> None:
    scene = Scene(HL7)
    result = {"key": "k", "status": "F", "order": 1}
    scene.tell("hl7.result", LAB, EAI, value="1", **result)
    scene.tell("hl7.result", LAB, EAI, value="2", **result | {"status": "C"})
    assert scene.rules == []
    scene.tell("hl7.result", end("10.0.0.66"), EAI, value="3", **result)
    assert scene.rules == ["hl7.altered"]


def test_a_changed_blood_group_and_a_rate_from_elsewhere() -> None:
    scene = Scene(HL7)
    for value in ("A", "A", "O"):
        scene.tell("hl7.blood", LAB, EAI, patient="p", value=value)
    scene.tell("hl7.rate", LAB, EAI, key="k", value="1", type="RGV^O15")
    scene.tell("hl7.rate", LAB, EAI, key="k", value="2", type="RGV^O15")
    assert scene.rules == ["hl7.dangerous"]
    scene.tell("hl7.rate", end("10.0.0.66"), EAI, key="k", value="9", type="RGV^O15")
    assert scene.rules == ["hl7.dangerous", "hl7.dangerous"]


def test_merges_in_bursts_and_one_by_one() -> None:
    scene = Scene(HL7)
    for _ in range(CHANGES - 1):
        scene.tell("hl7.content", LAB, EAI, what="merge")
    assert scene.rules == []
    scene.tell("hl7.content", LAB, EAI, what="merge")
    assert scene.rules == ["hl7.dangerous"]


def test_frozen_vital_signs_and_living_ones() -> None:
    scene = Scene(HL7)
    for number in range(3 * FROZEN):
        scene.tell("hl7.vitals", LAB, EAI, bed="b", vector=f"v{number % 15}")
    assert scene.rules == []
    for _ in range(FROZEN):
        scene.tell("hl7.vitals", LAB, EAI, bed="b", vector="v")
    assert scene.rules == ["hl7.implausible"]


def test_refusals_and_floods() -> None:
    scene = Scene(HL7)
    for _ in range(NAKS):
        scene.tell("hl7.ack", EAI, LAB, code="AE")
    assert scene.rules == ["hl7.storm"]
    scene = Scene(HL7)
    for _ in range(NAKS - 1):
        scene.tell("hl7.ack", EAI, LAB, code="AE")
        scene.tell("hl7.ack", EAI, LAB, code="AA")
    assert scene.rules == []
    for _ in range(FLOOD):
        message(scene)
        scene.wait(-0.99)
    assert scene.rules == ["hl7.storm"]
