"""Scene: say in one line each what sensors saw, and read the devices that come of it.

Example::

    scene = Scene().says("00:09:fb:00:00:01", "10.0.0.1", hostname="SCOPE-1")
    assert scene.device("10.0.0.1").many["hostname"][0].value == "SCOPE-1"
"""

from __future__ import annotations

from typing import Any

from garde.inventory.evidence import fold
from garde.inventory.resolve import resolve
from garde.model.catalogue import trust
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.key import Key
from garde.model.observation import Observation, Place, observe

DAY = 86_400 * 1_000_000_000
START = 1_700_000_000 * 1_000_000_000


class Scene:
    """Observations and decisions in the order in which they are told; each is one second later than the one before."""

    def __init__(self, **options: Any) -> None:
        self.seen: list[Observation] = []
        self.said: list[Decision] = []
        self.options = options
        self.at = START

    def later(self, days: float) -> Scene:
        self.at += int(days * DAY)
        return self

    def says(self, *subject: str | Key, source: str = "snmp", sensor: str = "s", **values: str | list[str]) -> Scene:
        """Attributes of a subject: MACs, IPs (as text) and other keys. A dot in an attribute is written ``__``."""
        keys = tuple(key_of(part) for part in subject)
        for name, given in values.items():
            attribute = name.replace("__", ".")
            for value in [given] if isinstance(given, str) else given:
                self.at += 1_000_000_000
                self.seen.append(
                    observe(
                        sensor=sensor, at=self.at, subject=keys, attribute=attribute, value=value, source=source,
                        weight=trust(source, attribute), place=Place("scene.pcap", len(self.seen) + 1, 42, len(value)),
                    )
                )  # fmt: skip
        return self

    def arp(self, mac: str, ip: str) -> Scene:
        return self.says(mac, ip, source="arp", ip=ip)

    def heard(self, mac: str, ip: str, ttl: int = 64, **values: str) -> Scene:
        """A packet of ``ip`` in a frame of ``mac``."""
        return self.says(mac, ip, source="frame", ttl=str(ttl), **values)

    def decides(
        self, verb: str, *keys: str | Key, attribute: str = "", value: str = "", person: str = "k.morel"
    ) -> Scene:
        self.at += 1_000_000_000
        self.said.append(
            Decision(id=f"decision-{len(self.said)}", at=self.at, verb=verb, person=person,
                     keys=tuple(map(key_of, keys)), attribute=attribute, value=value, reason="seen on site")
        )  # fmt: skip
        return self

    def devices(self) -> list[Device]:
        return resolve(fold({}, self.seen).values(), self.said, **self.options)

    def device(self, *keys: str | Key) -> Device:
        """The one device that has all these keys."""
        wanted = {key_of(key) for key in keys}
        found = [device for device in self.devices() if wanted <= set(device.keys)]
        assert len(found) == 1, [device.keys for device in self.devices()]
        return found[0]


def key_of(text: str | Key) -> Key:
    """A MAC, an IP or a key."""
    if isinstance(text, Key):
        return text
    return Key.of("mac", text) if len(text) == 17 and text.count(":") == 5 else Key.of("ip", text)
