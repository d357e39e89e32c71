"""Agents: what listens to the world while Garde runs, and puts what it hears on the bus.

Question: which interfaces and flow exports does this process listen to, and what becomes of what they say?
Reference: DESIGN §1 (an Agent is the only code that does I/O on the world) and §5. Nothing here decides anything. An
agent that the bus does not answer keeps what it heard, up to ``WAITING`` messages, and says so.

Example::

    with listening(["eth1"], "0.0.0.0:2055", sensor="core-1", flows=1 << 17, bus=bus, say=print):
        ...
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from garde.capture.flowexport import FlowExport
from garde.capture.listen import Listener
from garde.capture.ring import Ring
from garde.config import PRIVATE
from garde.detect.spec import Setting
from garde.errors import Malformed, Unreachable
from garde.model.catalogue import trust
from garde.model.key import Key
from garde.model.message import Message
from garde.model.observation import Observation, observe
from garde.pipeline.conversation import Conversations
from garde.pipeline.lookout import Lookout
from garde.pipeline.pulses import Pulses
from garde.pipeline.sensor import Sensor
from garde.ports import Bus
from garde.wire.track import FlowRecord
from garde.zones.marking import packaged

Say = Callable[[str], None]
#: Seconds after which a live sensor tells what was said so far by flows on whose delay a patient may depend: a wrong
#: marking of them is to be found within a minute. All others wait for the end of their five minutes.
LAP: Final = 30.0
#: Most messages kept while the bus does not answer; beyond, the oldest are given up and counted aloud.
WAITING: Final = 200_000
#: Seconds between two tries of a bus that does not answer.
PATIENCE: Final = 2.0
DAY: Final = 86_400 * 1_000_000_000


class _Outbox:
    """Messages on their way to the bus."""

    def __init__(self, bus: Bus, say: Say) -> None:
        self._bus = bus
        self._say = say
        self._waiting: list[Message] = []
        self._again = 0.0

    def send(self, messages: Sequence[Message]) -> None:
        """Publish, or keep until the bus answers again."""
        self._waiting.extend(messages)
        if not self._waiting or time.monotonic() < self._again:
            return
        try:
            self._bus.publish(self._waiting)
        except Unreachable as error:
            self._again = time.monotonic() + PATIENCE
            lost = max(len(self._waiting) - WAITING, 0)
            del self._waiting[:lost]
            self._say(
                f"garde: {error}; {len(self._waiting)} messages wait" + (f", {lost} were given up" if lost else "")
            )
        else:
            self._waiting = []


@contextmanager
def listening(
    interfaces: Iterable[str],
    export: str,
    *,
    sensor: str,
    flows: int,
    bus: Bus,
    say: Say,
    networks: Sequence[str] = PRIVATE,
) -> Iterator[None]:
    """Listen in threads of their own while the block lasts.

    Args:
        interfaces: for a ring each.
        export: ``address:port`` for flow exports; empty for none.
        sensor: name written on every observation.
        flows: rows of each flow table.
        networks: the site's own, by which a detector tells inside from outside.

    Raises:
        Refused: this process may not listen to an interface.
        Unreachable: no such interface, or the port is taken.
        Malformed: ``export`` is no address and port.
    """
    stop = threading.Event()
    rings = [Ring(name) for name in interfaces]
    listeners = [Listener(*_address(export))] if export else []
    threads = [
        threading.Thread(target=_hear, args=(ring, sensor, flows, networks, bus, say, stop), daemon=True)
        for ring in rings
    ]
    threads += [threading.Thread(target=_collect, args=(one, sensor, bus, say, stop), daemon=True) for one in listeners]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=10)
        for ring in rings:
            ring.close()
        for listener in listeners:
            listener.close()


def _hear(
    ring: Ring, name: str, flows: int, networks: Sequence[str], bus: Bus, say: Say, stop: threading.Event
) -> None:
    # Identifiers of patients leave a detector only under a key that nobody keeps.
    lookout = Lookout(name, file=ring.name, key=os.urandom(16), setting=Setting(networks=tuple(networks)))
    sensor, outbox, dropped = Sensor(name, file=ring.name, flows=flows, lookout=lookout), _Outbox(bus, say), 0
    pulses, lap = Pulses(name, ring.name, live=True), time.monotonic()
    urgent = packaged().urgent
    for block in ring.blocks():
        beat = pulses.beat(time.time_ns(), sensor.stats.packets, sensor.stats.octets, ring.dropped)
        heard = sensor.hear(block)
        if time.monotonic() - lap >= LAP:
            sensor.lap(urgent)
            lap = time.monotonic()
        outbox.send([*heard, *sensor.conversations(), *beat, *sensor.threats()])
        if not len(block) and ring.dropped > dropped:
            dropped = ring.dropped
            say(f"garde: {ring.name}: {dropped} packets were not read in time since the start")
        if stop.is_set():
            break
    stats = sensor.stats
    beat = pulses.beat(time.time_ns(), stats.packets, stats.octets, ring.dropped, last=True)
    outbox.send([*sensor.finish(), *sensor.conversations(), *beat, *sensor.threats()])


def _collect(listener: Listener, sensor: str, bus: Bus, say: Say, stop: threading.Event) -> None:
    export, talks, outbox = FlowExport(), Conversations(sensor, "export"), _Outbox(bus, say)
    known: dict[str, int] = {}
    pulses, packets, octets = Pulses(sensor, "export", live=True), 0, 0
    while not stop.is_set():
        outbox.send(pulses.beat(time.time_ns(), packets, octets, 0))
        for datagram, exporter in listener.read(wait=0.5):
            try:
                records = export.read(datagram, exporter, time.time_ns())
            except Malformed as error:
                say(f"garde: flow export of {exporter}: {error}")
                continue
            packets += sum(sum(one.packets) for one in records)
            octets += sum(sum(one.octets) for one in records)
            outbox.send([*presence(records, sensor, known), *talks.of(records, {})])


def presence(records: Iterable[FlowRecord], sensor: str, known: dict[str, int]) -> Iterator[Observation]:
    """That the addresses of flow records exist, once a day each; a router, not a packet, says so.

    Args:
        known: address → when it was last said; grows with the addresses of the site.
    """
    for record in records:
        for end in record.ends:
            if end.ip and record.last_at - known.get(end.ip, -DAY) >= DAY:
                known[end.ip] = record.last_at
                yield observe(
                    sensor=sensor,
                    at=record.last_at,
                    subject=(Key("ip", end.ip),),
                    attribute="ip",
                    value=end.ip,
                    source="sighting",
                    weight=trust("sighting", "ip"),
                )


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Malformed("config.export", f"{text!r} is no address and port", hint='For example "0.0.0.0:2055"')
    return host.strip("[]"), int(port)
