"""HL7 heard: digests of what passes, framed or not, and documents that are carried."""

from __future__ import annotations

import base64

import pytest

from garde.dissect.listen.hl7 import HL7
from tests.lookouts import Listening

#: The clock of the playbook stands at 2026-01-05 08:00 UTC.
HEAD = "MSH|^~\\&|LAB|H|EAI|H|20260105080000||{kind}|{control}|P|2.5\r"


def message(*segments: str, kind: str = "ORU^R01", control: str = "7", framed: bool = True) -> bytes:
    text = (HEAD.format(kind=kind, control=control) + "\r".join(segments) + "\r").encode()
    return b"\x0b" + text + b"\x1c\r" if framed else text


def play(*messages: bytes) -> Listening:
    one = Listening(HL7, 2575)
    assert one.likely(messages[0]) > 0.5
    for data in messages:
        one.client(data)
    return one


@pytest.mark.parametrize("framed", [True, False])
def test_a_message_is_told_by_sender_number_and_body(framed: bool) -> None:
    one = play(message("PID|1||DUPONT", framed=framed), message("PID|1||MARTIN", framed=framed))
    first, second = one.values("hl7.message")
    assert first["application"] == "LAB" and first["type"] == "ORU^R01"
    assert first["control"] == second["control"] and first["body"] != second["body"]
    assert "DUPONT" not in str(first)


def test_the_time_of_a_message_is_no_part_of_its_body() -> None:
    later = message("PID|1").replace(b"20260105080000", b"20260105080500")
    first, second = play(message("PID|1"), later).values("hl7.message")
    assert first["body"] == second["body"]


def test_a_message_split_over_segments_is_one() -> None:
    data = message("PID|1||X", "OBX|1|NM|A||5")
    one = Listening(HL7, 2575)
    for at in range(0, len(data), 11):
        one.client(data[at : at + 11])
    assert one.kinds().count("hl7.message") == 1


def test_what_does_not_belong_is_counted() -> None:
    smuggled = message("PID|1", "MSH|^~\\&|X|Y|Z", "no segment", "OBX|1|ST|A||\x01")
    (one,) = play(smuggled).values("hl7.message")
    assert (one["headers"], one["odd"], one["control characters"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("time", "off"),
    [("20260105080000", 0), ("20260105200000", 0), ("20260201080000", -1), ("20250105080000", 1), ("2026", 0)],
)
def test_times_that_are_far_off(time: str, off: int) -> None:
    data = message("PID|1").replace(b"20260105080000", time.encode())
    skew = play(data).values("hl7.message")[0]["skew"]
    assert isinstance(skew, int) and (skew > 0) - (skew < 0) == off


def test_results_vitals_and_answers() -> None:
    one = play(
        message("PID|1||P1", "OBR|1||F1", "OBX|1|NM|8867-4||72|||||F", "OBX|2|NM|59408-5||98", "OBX|3|NM|9279-1||14"),
        message("PID|1||P1", "OBX|1|CE|882-1||A"),
        message("MSA|AE|7", kind="ACK"),
    )
    assert one.kinds().count("hl7.result") == 4 and one.kinds().count("hl7.vitals") == 1
    assert one.kinds().count("hl7.blood") == 1 and one.values("hl7.ack") == [{"code": "AE"}]
    assert [value["order"] for value in one.values("hl7.result")] == [1, 1, 1, 0]


def test_what_patients_safety_rests_on() -> None:
    one = play(
        message("PID|1||P", "AL1|1|DA|X|||D", kind="ADT^A60"),
        message("PID|1||P", "MRG|OLD", kind="ADT^A40"),
        message("PID|1||P", "RXG|1||||DRUG|||||||||||5", kind="RGV^O15"),
    )
    assert [value["what"] for value in one.values("hl7.content")] == ["allergy deleted", "merge"]
    assert one.kinds().count("hl7.rate") == 1


def test_a_document_is_carved() -> None:
    coded = base64.b64encode(b"%PDF-1.4 report").decode()
    one = play(message(f"OBX|1|ED|PDF||LAB^AP^PDF^Base64^{coded}"), message("OBX|1|ED|X||a^b^c^Base64^!!"))
    assert [told.octets for told in one.told if told.kind == "file.seen"] == [b"%PDF-1.4 report"]


def test_other_streams_are_none() -> None:
    assert Listening(HL7, 2575).likely(b"GET / HTTP/1.1\r\n") == 0.0
