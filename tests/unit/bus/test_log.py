"""The log as a bus: positions. What every bus does is tested in tests/contract."""

from __future__ import annotations

from garde.bus.log import LogBus
from garde.model.observation import Observation
from garde.pipeline.shapes import SHAPES
from garde.store.sqlite import open_sqlite
from tests.makers import observation


def test_a_delivery_knows_the_position_behind_it() -> None:
    store = open_sqlite("", SHAPES)
    bus = LogBus(store)
    bus.publish([observation(1), observation(2)])
    delivery = bus.take("reader", (Observation,), 1, 0.0)
    assert delivery is not None and delivery.position == "1"
    assert bus.take("reader", (Observation,), 1, 0.0) is not None
    with store.begin() as unit:
        unit.advance("reader", "2")
    assert bus.take("reader", (Observation,), 1, 0.0) is None
