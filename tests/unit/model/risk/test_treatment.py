"""A treatment is a message with one of four options."""

from __future__ import annotations

from garde.model.message import Message
from garde.model.risk.treatment import OPTIONS, Treatment


def test_a_treatment_is_a_message() -> None:
    assert isinstance(Treatment(id="t", at=0, device="d", matrix="m", option=OPTIONS[0], person="k"), Message)
    assert len(set(OPTIONS)) == 4
