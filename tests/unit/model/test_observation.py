"""Observations: the id depends on the content and the place, and on nothing else."""

from __future__ import annotations

from garde.model.key import Key
from garde.model.observation import Observation, Place, observe

SUBJECT = (Key("mac", "00:09:fb:01:02:03"), Key("ip", "10.0.0.1"))


def seen(**change: object) -> Observation:
    parts: dict[str, object] = {
        "sensor": "core",
        "at": 5,
        "subject": SUBJECT,
        "attribute": "model",
        "value": "X",
        "source": "dicom.dataset",
        "weight": 0.95,
        "place": Place("a.pcap", 3, 60, 1),
    }
    return observe(**(parts | change))  # type: ignore[arg-type]


def test_the_same_sighting_has_the_same_id() -> None:
    assert seen().id == seen().id


def test_another_packet_is_another_sighting() -> None:
    assert seen().id != seen(place=Place("a.pcap", 4, 60, 1)).id


def test_a_sighting_without_bytes_is_possible() -> None:
    assert seen(place=None).place is None


def test_the_weight_is_no_part_of_the_identity() -> None:
    assert seen().id == seen(weight=0.5).id
