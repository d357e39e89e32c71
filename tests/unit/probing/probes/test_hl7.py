"""HL7 over MLLP: the message says that it is a test, and the answer must be about it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.hl7 import HL7, acknowledged
from tests.hostile import hostile, probed, slow
from tests.interface import fields, interface


def test_an_interface_takes_the_message() -> None:
    with interface() as (port, taken):
        result = probed(HL7, port, receiver="EAI")
        with slow(port) as late:
            held = probed(HL7, late, slow=200)
    assert (result.state, result.code, held.state) == ("up", "ok", "slow")
    header = fields(taken[0], "MSH")
    assert header[7:10] == ["ADT^A08^ADT_A01", header[8], "T"] and header[3] == "EAI"
    assert fields(taken[0], "PID")[4] == "ZZTEST^GARDE"
    assert "ack_ms" in result.metrics and result.evidence["sender"] == "EAI|HOSPITAL"
    assert fields(taken[1], "MSH")[8] != header[8]


@pytest.mark.parametrize(
    ("code", "said"), [("CA", "ok"), ("AE", "hl7.error"), ("AR", "hl7.reject"), ("XX", "hl7.code")]
)
def test_each_acknowledgement_has_its_code(code: str, said: str) -> None:
    with interface(code) as (port, _):
        assert probed(HL7, port).code == said


def test_an_answer_about_another_message() -> None:
    with interface(control="OTHER") as (port, _):
        assert probed(HL7, port).code == "hl7.other-message"
    with interface(answer=b"\x0bMSH|^~\\&|A|B\rERR|x\r\x1c\r") as (port, _):
        assert probed(HL7, port).code == "hl7.no-msa"


@pytest.mark.parametrize(
    ("mood", "code"),
    [("refuse", "probe.refused"), ("hang", "probe.hanging"), ("garbage", "probe.garbage"), ("drip", "probe.dripping"),
     ("close", "probe.closed"), ("reset", "probe.reset")],
)  # fmt: skip
def test_peers_that_misbehave(mood: str, code: str) -> None:
    with hostile(mood, b"\x0bMSH|^~") as port:
        result = probed(HL7, port, timeout=0.5)
    assert (result.state, result.code) == ("down", code)


def test_an_option_cannot_break_the_message() -> None:
    with hostile("hang") as port, pytest.raises(Malformed, match="probe.option"):
        probed(HL7, port, receiver="X\rPID|1")


@given(st.binary(max_size=200))
def test_any_answer(raw: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert acknowledged(raw, "G1").code.startswith(("ok", "hl7."))
