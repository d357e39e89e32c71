"""Shapes: each noun once, each with an id and findable links."""

from __future__ import annotations

from garde.model.device import Device
from garde.pipeline.shapes import SHAPES
from tests.makers import device


def test_each_noun_has_one_row() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)


def test_a_device_is_found_by_its_keys_and_by_ids_of_before_a_merge() -> None:
    (shape,) = (shape for shape in SHAPES if shape.kind is Device)
    assert shape.id(device(1)) == "d-1"
    assert list(shape.links(device(1)))[:2] == ["mac:00:09:fb:00:00:01", "d-1"]
