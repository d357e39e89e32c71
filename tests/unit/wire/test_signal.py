"""Signals give their values as text or number, absent ones as nothing."""

from __future__ import annotations

from garde.wire.flow import Endpoint
from garde.wire.signal import Signal


def test_values_as_text_and_number() -> None:
    end = Endpoint("", "10.0.0.1", 1)
    one = Signal("x", 0, 1, 1, end, end, {"a": 5, "b": "t", "c": 1.5})
    assert (one.text("a"), one.text("b"), one.text("z")) == ("5", "t", "")
    assert (one.number("a"), one.number("b"), one.number("c"), one.number("z")) == (5, 0, 1.5, 0)
