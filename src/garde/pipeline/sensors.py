"""The sensors stage: pulses in, the record of each sensor out, and a finding when one falls silent.

Question: which sensors hear, and which have stopped?
Reference: DESIGN §5 (a stage that needs "in five minutes" returns a `Wakeup`); `garde.model.sensor`.

Example:
    >>> STAGE.name
    'sensors'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from garde.model.finding import judgement
from garde.model.message import Message, Wakeup
from garde.model.sensor import SILENT, Pulse, Sensor
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View

#: Places that are remembered.
PLACES: Final = 8


def _effects(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    pulses = [one for one in batch if isinstance(one, Pulse)]
    woken = [one for one in batch if isinstance(one, Wakeup)]
    known = view.get(Sensor, {one.sensor for one in pulses} | {one.topic for one in woken})
    found = dict(known)
    for pulse in sorted(pulses, key=lambda one: (one.at, one.id)):
        before = found.get(pulse.sensor)
        if before is not None and (pulse.at, pulse.id) <= (before.last_at, before.pulse):
            continue
        found[pulse.sensor] = _folded(before or Sensor(id=pulse.sensor, first_at=pulse.at), pulse)
        if before is not None and before.live and pulse.at - before.last_at >= SILENT:
            yield _judged(before, pulse.at, over=True)
    for name, sensor in found.items():
        if sensor != known.get(name):
            yield Put(sensor)
            if sensor.live:
                yield Wakeup(
                    id=f"silent-{name}", at=sensor.last_at + SILENT, cause=(sensor.pulse,), stage="sensors", topic=name
                )
    for wakeup in woken:
        there = found.get(wakeup.topic)
        if there is not None and there.live and there.last_at + SILENT <= wakeup.at:
            yield _judged(there, wakeup.at)


def _folded(sensor: Sensor, pulse: Pulse) -> Sensor:
    places = (*(one for one in sensor.places if one != pulse.place), pulse.place)[-PLACES:]
    return msgspec.structs.replace(
        sensor,
        live=pulse.live,
        places=places,
        last_at=pulse.at,
        packets=sensor.packets + pulse.packets,
        octets=sensor.octets + pulse.octets,
        lost=sensor.lost + pulse.lost,
        pulse=pulse.id,
    )


def _judged(sensor: Sensor, at: int, *, over: bool = False) -> Message:
    return judgement(
        "sensor.silent",
        at,
        severity="high",
        kind="outage",
        identifier=sensor.id,
        reasons=(f"sensor: {sensor.id}",),
        cause=(sensor.pulse,),
        over=over,
    )


STAGE: Final = Stage(name="sensors", consumes=(Pulse,), reads=(Sensor,), run=_effects)
