"""Lookouts: what is recognised in a capture, or by one detector in a made-up course of events.

Example::

    scene = Scene(SCAN)
    scene.tried("192.0.2.1", "198.51.100.7", 445)
    assert scene.rules == []
"""

from __future__ import annotations

from pathlib import Path

from garde.capture.reader import open_capture
from garde.detect.engine import Detection
from garde.detect.spec import Detector, Setting
from garde.model.threat import Threat
from garde.pipeline.lookout import Lookout
from garde.pipeline.sensor import Sensor
from garde.registry import Registry
from garde.wire.flow import Endpoint
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
