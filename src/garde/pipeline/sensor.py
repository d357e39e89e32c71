"""Sensor: from blocks of packets to observations, in one straight walk.

Question: what does a capture or an interface tell, block by block?
Reference: DESIGN §4: capture → wire → dissect. Packets end here; only observations and conversations go on.

Example::

    sensor = Sensor("core-1", file="ct.pcap")
    for block in open_capture("ct.pcap"):
        observations = sensor.hear(block)
    observations = sensor.finish()
"""

from __future__ import annotations

from garde.dissect.engine import Engine
from garde.dissect.table import DISSECTORS
from garde.model.observation import Observation
from garde.wire.block import Block
from garde.wire.track import SLOTS, Stats, Tracker


class Sensor:
    """One place where packets are seen.

    Args:
        name: of the sensor, written on every observation.
        file: of the capture, or of the interface.
        flows: rows of the flow table; memory is bounded by it.
    """

    def __init__(self, name: str, *, file: str, flows: int = SLOTS) -> None:
        keep = [(one.offset, one.value, one.mask, one.payloads) for row in DISSECTORS for one in row.keep]
        self._tracker = Tracker(keep, slots=flows)
        self._engine = Engine(DISSECTORS, sensor=name, file=file)

    @property
    def stats(self) -> Stats:
        """Counts so far."""
        return self._tracker.stats

    def hear(self, block: Block) -> list[Observation]:
        """What a block tells."""
        return self._engine.feed(self._tracker.feed(block))

    def finish(self) -> list[Observation]:
        """What still waited when the capture ended."""
        return self._engine.feed(self._tracker.finish())
