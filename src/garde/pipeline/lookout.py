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
from typing import Final

from garde.detect.engine import Detection
from garde.detect.spec import Setting
from garde.dissect.listen.hearing import Hearing
from garde.dissect.listen.table import LISTENERS
from garde.model.observation import Observation
from garde.model.threat import Threat
from garde.wire.flow import Endpoint, Payload
from garde.wire.signal import Happening, Signal
from garde.wire.track import Pattern, Tracker
from garde.wire.watch import Watch

#: Attributes of a device that detectors follow.
FOLLOWED: Final = frozenset({"software", "firmware"})


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
        self._tracker: Tracker | None = None
        self._found: list[Threat] = []

    @property
    def keep(self) -> list[Pattern]:
        """Patterns of flows that listeners want whole."""
        return [(one.offset, one.value, one.mask, one.payloads) for row in LISTENERS for one in row.keep]

    def begin(self, tracker: Tracker) -> None:
        """Watch a sensor's flow table."""
        self._watch = Watch(tracker)
        self._tracker = tracker
        tracker.compare()

    def look(
        self, payloads: Sequence[Payload], observations: Sequence[Observation] = (), *, over: bool = False
    ) -> None:
        """Hear the payloads of a block, and see what its packets told of devices and did to the flow table."""
        turns: list[Happening] = self._watch.look(over=over) if self._watch is not None else []
        told = [_version(one) for one in observations if one.attribute in FOLLOWED and one.place is not None]
        heard = self._hearing.feed(payloads)
        if self._tracker is not None:
            heard += self._hearing.again(self._tracker.again())
        self._found += self._detection.feed([*heard, *told], turns)

    def hear(self, payloads: Iterable[Payload]) -> None:
        """Hear payloads that came out of the flow table at its end."""
        self._found += self._detection.feed(self._hearing.feed(payloads), ())

    @property
    def found(self) -> tuple[Threat, ...]:
        """What was recognised and not yet taken by `threats`."""
        return tuple(self._found)

    def threats(self) -> list[Threat]:
        """What was recognised since the last call."""
        out, self._found = self._found, []
        return out


def _version(one: Observation) -> Signal:
    """What a device says of its software, as a signal; its subject is the most specific key that has an address."""
    known = {key.kind: key.value for key in one.subject}
    who = Endpoint(known.get("mac", ""), known.get("ip", ""), 0)
    values = {"attribute": one.attribute, "value": one.value, "who": str(one.subject[0]) if one.subject else ""}
    return Signal("device.version", one.at, one.place.packet if one.place else 0, 0, who, Endpoint("", "", 0), values)
