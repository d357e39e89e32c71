"""Hosts: the devices that Garde knows, as an export needs them.

Question: which addresses does the enforcement point see of this device, and in which zone is it?
Reference: `garde.model.device.Device` (keys), `garde.zones.exports.neutral.Host`; IEEE 802-2014 §8 (group and locally
administered addresses). A hardware address that several devices bear names none of them. Left out: addresses that no
device has, which a policy means by ``ip:`` or by their zone's networks; link-local ones, which no gateway forwards.

Example:
    >>> from garde.model.key import Key
    >>> one = Device(id="d-1", keys=(Key("mac", "00:09:fb:00:00:01"), Key("ip", "10.2.0.7")), kind="US")
    >>> hosts([one], lambda device: "Z2")[0].words
    ('any', 'device:d-1', 'zone:Z2', 'kind:US')
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable

from garde.model.device import Device
from garde.model.key import is_group_mac
from garde.zones.exports.neutral import Host


def hosts(devices: Iterable[Device], zone_of: Callable[[Device], str], *, on_link: bool = True) -> tuple[Host, ...]:
    """The devices with their zones.

    Args:
        zone_of: names the zone of a device; the empty word leaves the device out.
        on_link: the enforcement point stands on the devices' own links and sees their hardware addresses.
    """
    known = list(devices)
    macs = Counter(mac for device in known for mac in set(_of(device, "mac")))
    found = []
    for device in known:
        zone = zone_of(device)
        if not zone:
            continue
        maker, model = device.value("manufacturer"), device.value("model")
        own = (mac for mac in _of(device, "mac") if macs[mac] == 1 and not is_group_mac(mac))
        found.append(
            Host(
                id=device.id,
                zone=zone,
                macs=tuple(own) if on_link else (),
                addresses=tuple(one for one in _of(device, "ip") if _routed(one)),
                kind="" if device.kind == "unknown" else device.kind,
                model=f"{maker}|{model}" if maker and model else "",
                names=_of(device, "hostname"),
            )
        )
    return tuple(found)


def _routed(address: str) -> bool:
    """Whether others can be sent packets from it: not of one link only, not everybody's, not nobody's."""
    found = ipaddress.ip_address(address)
    return not (found.is_link_local or found.is_multicast or found.is_unspecified or found.is_loopback)


def _of(device: Device, kind: str) -> tuple[str, ...]:
    return tuple(sorted({key.value for key in device.keys if key.kind == kind}))
