"""Mirror: what a mirror port shows a second time.

Question: which frames does the sensor see both before and after the router?
Most networks of the twin are mirrored where frames come in, so that each is seen once, from its true sender. Some
are mirrored both ways, as switches often are: there a routed packet appears again, from the router's MAC, with one hop
less. Reference: RFC 1812 §5.3.1 (time to live), RFC 1624 (checksum after a change).

Example:
    >>> from garde.twin.fleet import Fleet
    >>> fleet = Fleet(60, seed=1)
    >>> Mirror(fleet).again(bytes(60)) is None
    True
"""

from __future__ import annotations

from typing import Final

from garde.twin.fleet import Fleet
from garde.twin.frames import checksum, ethernet, packed
from garde.twin.hospital import WARDS
from garde.twin.station import Station

#: Wards whose network is mirrored both ways.
BOTH_WAYS: Final = ("IMAG", "LABO", "REA-A")


class Mirror:
    """The second sights of a fleet's frames."""

    def __init__(self, fleet: Fleet) -> None:
        self._router = fleet.router.mac
        vlans = {WARDS[code].vlan for code in BOTH_WAYS}
        self._stations: dict[bytes, Station] = {
            packed(station.ip): station
            for device in fleet.devices
            for station in device.stations
            if station.vlan in vlans and not station.behind
        }

    def again(self, frame: bytes) -> bytes | None:
        """The frame as it leaves the router towards a network that is mirrored both ways; None for others."""
        if frame[:6] != self._router or frame[6:12] == self._router:
            return None
        start = 18 if frame[12:14] == b"\x81\x00" else 14
        if frame[start - 2 : start] != b"\x08\x00":
            return None
        station = self._stations.get(frame[start + 16 : start + 20])
        if station is None:
            return None
        packet = frame[start : start + int.from_bytes(frame[start + 2 : start + 4], "big")]
        head = packet[:8] + bytes((packet[8] - 1, packet[9], 0, 0)) + packet[12:20]
        head = head[:10] + checksum(head).to_bytes(2, "big") + head[12:]
        return ethernet(station.mac, self._router, 0x0800, head + packet[20:], station.vlan)
