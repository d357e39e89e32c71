"""Lookouts: what is recognised in a capture, or by one detector in a made-up course of events.

Example::

    scene = Scene(SCAN)
    scene.tried("192.0.2.1", "198.51.100.7", 445)
    assert scene.rules == []
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from garde.capture.reader import open_capture
from garde.detect.engine import Detection
from garde.detect.spec import Detector, Setting
from garde.dissect.listen.spec import Listener, Told, keyed
from garde.dissect.spec import Hint
from garde.model.threat import Threat
from garde.pipeline.lookout import Lookout
from garde.pipeline.sensor import Sensor
from garde.registry import Registry
from garde.wire.flow import DATAGRAM, STREAM, Endpoint, Flow, Payload
from garde.wire.signal import ACCEPTED, OPENED, SILENT, TRAFFIC, Happening, Signal
from tests.captures.build import Capture

START = 1_767_600_000_000_000_000
SECOND = 1_000_000_000


def recognised(path: Path, setting: Setting | None = None) -> list[Threat]:
    """The threats in a capture file, by everything that a sensor has."""
    lookout = Lookout("test", file=path.name, key=b"test", setting=setting)
    sensor = Sensor("test", file=path.name, talks=False, lookout=lookout)
    found: list[Threat] = []
    for block in open_capture(path):
        sensor.hear(block)
        found += sensor.threats()
    sensor.finish()
    return found + sensor.threats()


def in_capture(capture: Capture, folder: Path, setting: Setting | None = None) -> list[Threat]:
    """The threats in a capture built by hand, but for those that only the kinds of devices can confirm."""
    path = folder / "built.pcap"
    path.write_bytes(capture.octets())
    return [one for one in recognised(path, setting) if one.rule != "lateral.device"]


def end(ip: str, port: int = 40_000, mac: str = "") -> Endpoint:
    """One end of a flow."""
    return Endpoint(mac, ip, port)


class Scene:
    """One detector, told of events one second apart unless said otherwise."""

    def __init__(self, detector: Detector, setting: Setting | None = None) -> None:
        self._detection = Detection(Registry(detector), setting, sensor="test", file="test.pcap")
        self.at = START
        self.packet = 0
        self.threats: list[Threat] = []

    @property
    def rules(self) -> list[str]:
        """Names of the rules that fired, in order."""
        return [one.rule for one in self.threats]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += int(seconds * SECOND)

    def tell(
        self, kind: str, sender: Endpoint, receiver: Endpoint, /, *, octets: bytes = b"", **values: str | int | float
    ) -> None:
        """A signal; underscores of names stand for themselves."""
        self.packet += 1
        self.threats += self._detection.feed(
            [Signal(kind, self.at, self.packet, 1, sender, receiver, values, octets)], []
        )
        self.wait(1)

    def tried(
        self,
        client: str,
        server: str,
        port: int,
        *,
        answered: bool = True,
        sent: int = 0,
        received: int = 0,
        protocol: int = 6,
    ) -> None:
        """A connection: begun, its outcome, and what went through it."""
        self.packet += 1
        ends = end(client), end(server, port)
        for what in (OPENED, ACCEPTED if answered else SILENT, TRAFFIC):
            one = Happening(
                what, self.at, self.packet, self.packet, protocol, *ends, (1, 1), (sent, received), 0, opened=True
            )
            self.threats += self._detection.feed([], [one])
        self.wait(1)


class Listening:
    """One flow between a client (direction 0) and a server (direction 1), heard by one listener."""

    def __init__(self, row: Listener, port: int = 0, protocol: int = 0) -> None:
        protocol = protocol or {STREAM: 6, DATAGRAM: 17}.get(row.layer, 0)
        ends = Endpoint("00:00:5e:00:53:01", "10.0.0.1", 40_000), Endpoint("00:00:5e:00:53:02", "10.0.0.2", port)
        self.flow = Flow(0, row.layer, protocol, ends)
        self.row = row
        self.ear = row.ear(keyed(b"k"))
        self.told: list[Told] = []
        self._sent = [0, 0]
        self._packet = 0

    def likely(self, data: bytes) -> float:
        """What the listener thinks of a first payload."""
        return self.row.looks_like(data, Hint(self.flow.ports, self.flow.protocol))

    def client(self, data: bytes, gap: int = 0) -> list[Told]:
        """The client sends; what is told of it."""
        return self._send(0, data, gap)

    def server(self, data: bytes, gap: int = 0) -> list[Told]:
        """The server answers."""
        return self._send(1, data, gap)

    def _send(self, way: int, data: bytes, gap: int) -> list[Told]:
        self._packet += 1
        self._sent[way] += max(gap, 0)
        offset = self._sent[way] if self.row.layer == STREAM else 0
        self._sent[way] += len(data)
        told = list(self.ear.feed(Payload(self.flow, way, START, data, self._packet, 54, offset, gap)))
        for one in told:
            assert one.kind in self.row.tells
        self.told += told
        return told

    def kinds(self) -> list[str]:
        """Kinds of signal told so far, in order."""
        return [one.kind for one in self.told]

    def values(self, kind: str) -> list[Mapping[str, str | int | float]]:
        """The values of every signal of a kind."""
        return [one.values for one in self.told if one.kind == kind]
