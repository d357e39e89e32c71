"""Small nouns and messages for tests."""

from __future__ import annotations

from typing import Any

from garde.model.device import Device
from garde.model.key import Key
from garde.model.observation import Observation, Place, observe

START = 1_780_000_000_000_000_000


def mac(number: int) -> Key:
    """A universally administered MAC of a maker of monitors."""
    return Key("mac", f"00:09:fb:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}")


def device(number: int, **parts: Any) -> Device:
    """A device with one key."""
    return Device(**({"id": f"d-{number}", "keys": (mac(number),)} | parts))


def observation(number: int, **parts: Any) -> Observation:
    """One sighting of one model name."""
    fixed: dict[str, Any] = {
        "sensor": "test",
        "at": START + number,
        "subject": (mac(number),),
        "attribute": "model",
        "value": f"M{number}",
        "source": "dicom.dataset",
        "weight": 0.95,
        "place": Place("test.pcap", number + 1, 60, 2),
    }
    return observe(**(fixed | parts))
