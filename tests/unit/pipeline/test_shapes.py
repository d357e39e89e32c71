"""Shapes: each noun once, each with an id and findable links."""

from __future__ import annotations

import msgspec

from garde.model.device import Device
from garde.model.zones.action import Action
from garde.pipeline.shapes import SHAPES, begun_in
from garde.respond.interlocks import WITHIN
from tests.makers import device


def test_each_noun_has_one_row() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)


def test_a_device_is_found_by_its_keys_and_by_ids_of_before_a_merge() -> None:
    (shape,) = (shape for shape in SHAPES if shape.kind is Device)
    assert shape.id(device(1)) == "d-1"
    assert list(shape.links(device(1)))[:2] == ["mac:00:09:fb:00:00:01", "d-1"]


def test_an_action_is_found_by_what_it_is_about_and_by_what_must_be_done() -> None:
    (shape,) = (shape for shape in SHAPES if shape.kind is Action)
    one = Action(id="a-1", verb="cut", why="f-1", device="d-1", ward="Bloc", status="approved", wants="apply")
    assert set(shape.links(one)) == {"f-1", "d-1", "open", "wants:apply"}
    over = msgspec.structs.replace(one, status="undone", wants="", began_at=WITHIN * 7 + 5)
    assert set(shape.links(over)) == {"f-1", "d-1", begun_in("Bloc", WITHIN * 7)}
