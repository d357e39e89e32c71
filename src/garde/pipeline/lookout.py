"""Lookout: listeners, the flow table's turns and detectors of one sensor, beside its dissectors.

Question: which threats does a sensor recognise in what it hears?
Reference: DESIGN §4 (packets never cross the bus: only `Threat` messages go on). Imported only where threats are looked
for. Memory is bounded by what each part states.

Example::

    lookout = Lookout("core-1", file="ct.pcap", key=keys)
    sensor = Sensor("core-1", file="ct.pcap", lookout=lookout)
    sensor.hear(block)
    threats = sensor.threats()
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from garde.detect.engine import Detection
from garde.detect.spec import Setting
from garde.dissect.listen.hearing import Hearing
from garde.dissect.listen.table import LISTENERS
from garde.model.threat import Threat
from garde.wire.flow import Payload
from garde.wire.signal import Happening
from garde.wire.track import Pattern, Tracker
from garde.wire.watch import Watch


class Lookout:
    """What looks for threats in one capture or interface.

    Args:
        name: of the sensor.
        file: of the capture, or of the interface.
        key: under which identifiers are digested; of no use outside this run.
        setting: what the site tells its detectors.
    """

    def __init__(self, name: str, *, file: str, key: bytes, setting: Setting | None = None) -> None:
        self._hearing = Hearing(key=key)
        self._detection = Detection(setting=setting, sensor=name, file=file)
        self._watch: Watch | None = None
        self._found: list[Threat] = []

    @property
    def keep(self) -> list[Pattern]:
        """Patterns of flows that listeners want whole."""
        return [(one.offset, one.value, one.mask, one.payloads) for row in LISTENERS for one in row.keep]

    def begin(self, tracker: Tracker) -> None:
        """Watch a sensor's flow table."""
        self._watch = Watch(tracker)

    def look(self, payloads: Sequence[Payload], *, over: bool = False) -> None:
        """Hear the payloads of a block and see what its packets did to the flow table."""
        turns: list[Happening] = self._watch.look(over=over) if self._watch is not None else []
        self._found += self._detection.feed(self._hearing.feed(payloads), turns)

    def hear(self, payloads: Iterable[Payload]) -> None:
        """Hear payloads that came out of the flow table at its end."""
        self._found += self._detection.feed(self._hearing.feed(payloads), ())

    def threats(self) -> list[Threat]:
        """What was recognised since the last call."""
        out, self._found = self._found, []
        return out
