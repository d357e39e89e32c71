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

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from garde.dissect.engine import Engine
from garde.dissect.table import DISSECTORS
from garde.model.flow import Conversation
from garde.model.observation import Observation
from garde.pipeline.conversation import Conversations
from garde.pipeline.sightings import observations
from garde.wire.block import Block
from garde.wire.track import SLOTS, Stats, Tracker

if TYPE_CHECKING:
    from garde.model.threat import Threat
    from garde.pipeline.lookout import Lookout

#: Flow records that may wait, 256 octets each.
FULL: Final = 1 << 17


class Sensor:
    """One place where packets are seen.

    Args:
        name: of the sensor, written on every observation.
        file: of the capture, or of the interface.
        flows: rows of the flow table; memory is bounded by it.
        talks: whether `conversations` will be asked for; what it would need is kept until then.
        share: 0 or 1 when another sensor hears the same packets and tells what the other share tells.
        lookout: who looks for threats beside the dissectors; nobody when None, and then nothing of it is paid for.
    """

    def __init__(
        self,
        name: str,
        *,
        file: str,
        flows: int = SLOTS,
        talks: bool = True,
        share: int | None = None,
        lookout: Lookout | None = None,
    ) -> None:
        keep = [(one.offset, one.value, one.mask, one.payloads) for row in DISSECTORS for one in row.keep]
        if lookout is not None:
            keep += lookout.keep
        self._tracker = Tracker(keep, slots=flows, share=share)
        self._engine = Engine(DISSECTORS, sensor=name, file=file)
        self._talks = Conversations(name, file)
        self._talking = talks
        self._name, self._file = name, file
        self._lookout = lookout
        if lookout is not None:
            lookout.begin(self._tracker)

    @property
    def stats(self) -> Stats:
        """Counts so far."""
        return self._tracker.stats

    def hear(self, block: Block) -> list[Observation]:
        """What a block tells."""
        payloads = self._tracker.feed(block)
        observations = self._sighted() + self._engine.feed(payloads)
        if self._lookout is None:
            self._tracker.release(self._engine.finished())
            self._tracker.pause(self._engine.paused())
        else:
            # What tells a dissector nothing more may still tell a detector something.
            self._lookout.look(payloads, observations)
            self._engine.finished()
            self._engine.paused()
        if not self._talking:
            self._tracker.forget()
        return observations

    def finish(self) -> list[Observation]:
        """What still waited when the capture ended."""
        if self._lookout is not None:
            self._lookout.look((), over=True)
        payloads = self._tracker.finish()
        if self._lookout is not None:
            self._lookout.hear(payloads)
        return self._sighted() + self._engine.feed(payloads)

    def threats(self) -> list[Threat]:
        """What was recognised since the last call; nothing where nobody looks."""
        return self._lookout.threats() if self._lookout is not None else []

    def _sighted(self) -> list[Observation]:
        return list(observations(self._tracker.sightings(), sensor=self._name, file=self._file))

    @property
    def full(self) -> bool:
        """Whether so much waits for `conversations` that it should be asked for before the end."""
        return self._tracker.pending >= FULL

    def lap(self, ports: Iterable[int]) -> None:
        """Let `conversations` give what was said so far on these ports, though its five minutes are not over."""
        self._tracker.lap(ports)

    def conversations(self) -> list[Conversation]:
        """Who talked with whom since the last call, in buckets of five minutes that are over; after `finish`, all."""
        return self._talks.of(self._tracker.flows(), self._engine.services)
