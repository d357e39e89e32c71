"""Engine: give every detector what it asked for, and say each conclusion once.

Question: what did all detectors conclude from these signals and turns of flows?
Reference: domain note 09 §5 (dedupe key, count). A conclusion about the same subject by the same rule is said again
after ``AGAIN``, or with higher confidence. Memory is bounded by ``SAID`` conclusions and by each detector's own bound.

Example:
    >>> Detection(DETECTORS, Setting(), sensor="s", file="f").feed([], [])
    []
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.detect.rules import rules
from garde.detect.spec import HOUR, MOST, Alarm, Detector, Sense, Setting
from garde.detect.table import DETECTORS
from garde.model.key import Key
from garde.model.observation import Place
from garde.model.threat import Threat, threat
from garde.registry import Registry
from garde.wire.flow import Endpoint
from garde.wire.signal import Happening, Signal

AGAIN: Final = 24 * HOUR
#: By how much confidence must have grown for the same to be said again at once.
STEP: Final = 5
SAID: Final = 1 << 14


class Detection:
    """Signals and turns of flows in, threats out; no clock, no socket.

    Args:
        table: the detectors.
        setting: of the site.
        sensor: name of the sensor.
        file: of the capture, or of the interface.
    """

    def __init__(
        self, table: Registry[Detector] = DETECTORS, setting: Setting | None = None, *, sensor: str, file: str
    ) -> None:
        chosen = setting or Setting()
        self._sensor = sensor
        self._file = file
        self._flows: list[Sense] = []
        self._signals: dict[str, list[Sense]] = {}
        for row in table:
            sense = row.sense(chosen)
            if row.flows:
                self._flows.append(sense)
            for kind in row.signals:
                self._signals.setdefault(kind, []).append(sense)
        self._said: dict[tuple[str, str, str], tuple[int, int]] = {}

    def feed(self, signals: Sequence[Signal], happenings: Sequence[Happening]) -> list[Threat]:
        """What comes to light, in order of time."""
        out: list[Threat] = []
        both: list[Signal | Happening] = [*happenings, *signals]
        for one in sorted(both, key=lambda thing: (thing.at, thing.packet)):
            if isinstance(one, Signal):
                for sense in self._signals.get(one.kind, ()):
                    self._say(sense.signal(one), one.at, out)
            else:
                for sense in self._flows:
                    self._say(sense.happening(one), one.at, out)
        return out

    def _say(self, alarms: Iterable[Alarm], at: int, out: list[Threat]) -> None:
        for alarm in alarms:
            subject = keys(alarm.subject)
            if not subject:
                continue
            name = alarm.rule, str(subject[-1]), alarm.identifier
            before = self._said.pop(name, None)
            if before is not None and at - before[0] < AGAIN and alarm.confidence < before[1] + STEP:
                self._said[name] = before
                continue
            if len(self._said) >= SAID:
                del self._said[next(iter(self._said))]
            self._said[name] = at, alarm.confidence
            out.append(self._threat(alarm, subject, at))

    def _threat(self, alarm: Alarm, subject: tuple[Key, ...], at: int) -> Threat:
        rule = rules()[alarm.rule]
        found = alarm.technique or rule.technique
        peers = dict.fromkeys(key for end in alarm.peers[:MOST] for key in keys(end)[-1:])
        return threat(
            alarm.rule,
            at,
            sensor=self._sensor,
            technique=found,
            confidence=alarm.confidence,
            subject=subject,
            peers=tuple(peers),
            reasons=(f"technique: {found}", *(f"technique: {other}" for other in rule.also), *alarm.reasons),
            places=tuple(Place(self._file, packet) for packet in dict.fromkeys(alarm.packets[:MOST])),
            identifier=alarm.identifier,
        )


def keys(end: Endpoint) -> tuple[Key, ...]:
    """The keys of an end, the address last. A MAC stands beside an address only where it may be that host's own."""
    found: tuple[Key, ...] = (Key("mac", end.mac),) if end.mac and not end.ip else ()
    return (*found, Key("ip", end.ip)) if end.ip else found
