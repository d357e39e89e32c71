"""HL7 v2 messages."""

import pytest

from garde.twin.talk import hl7

DPI, EAI = hl7.Application("DPI"), hl7.Application("EAI")
PUMP = hl7.Source("69985^MDC_DEV_PUMP_INFUS_MDS^MDC", "B. Braun", "Space", "SN1", "1.0", "001221FFFE000001", "3")


def segments(message):
    return [line.split("|") for line in message.split("\r") if line]


def test_an_admission_has_a_rich_patient_and_its_event(rng):
    lines = segments(hl7.admission("A01", DPI, EAI, "M1", "URG", 0, rng))
    assert [line[0] for line in lines] == ["MSH", "EVN", "PID", "PV1", "NK1", "AL1"]
    assert lines[0][8:12] == ["ADT^A01^ADT_A01", "M1", "P", "2.5.1"]
    assert lines[2][5].startswith("ZZ")


def test_a_measurement_tells_each_system_before_its_metrics(rng):
    other = PUMP._replace(serial="SN2", mdc="70001^MDC_DEV_SYS_PT_VENT_MDS^MDC")
    lines = segments(hl7.measurement(DPI, EAI, "M1", [PUMP, other], 0, rng, "REA-A"))
    rows = [line for line in lines if line[0] == "OBX"]
    assert lines[0][20].startswith("IHE_PCD_001")
    assert [row[1] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    assert {row[4].split(".")[0] for row in rows} == {"1", "2"}
    assert rows[0][18] == "SN1^Space^001221FFFE000001^EUI-64"


def test_results_name_their_software_and_orders_their_medicine(rng):
    assert "SFT|D|8|P|8" in hl7.laboratory(DPI, EAI, "M1", "ABL90", ("D", "8", "P"), 0, rng)
    assert "RXE|" in hl7.order(EAI, DPI, "M1", 0, rng)


def test_an_exchange_is_two_blocks_and_the_answer_names_the_message():
    answer = hl7.acknowledgement(EAI, DPI, "A01", "2.5.1", "M1", "AA", 0)
    ask, tell = hl7.exchange("MSH|x\r", answer, 5)
    assert (ask.client, tell.client) == (True, False)
    assert all(turn.data[:1] == b"\x0b" and turn.data[-2:] == b"\x1c\r" for turn in (ask, tell))
    assert b"MSA|AA|M1" in tell.data


@pytest.mark.parametrize(("at", "text"), [(0, "19700101010000+0100"), (1_773_122_400 * 10**9, "20260310070000+0100")])
def test_times_are_those_of_paris_in_winter(at, text):
    assert hl7.stamp(at) == text
