"""A recording is a noun: frozen, and named as places name it."""

from __future__ import annotations

import msgspec
import pytest

from garde.model.recording import Recording

ONE = Recording(id="ct.pcap", path="/captures/ct.pcap", at=1)


def test_it_survives_the_store() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(ONE), type=Recording) == ONE


def test_it_does_not_change() -> None:
    with pytest.raises(AttributeError):
        ONE.path = "elsewhere"  # type: ignore[misc]
