"""Network and plant voices: switches, access points, serial servers, building controllers.

Question: what do the network itself and the building say in a day, and to whom?
Reference: domain note 01 §2.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Final

from garde.twin.day import Day, Event, Voice
from garde.twin.fleet import Device
from garde.twin.hospital import DOMAIN
from garde.twin.talk import (
    field,
    link,
    management,
    radius,
    remote,
)


def _http(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """Supervision looks at the device's page."""
    model = device.model
    yield day.talk(
        day.supervision,
        device.station,
        80,
        day.at(rng),
        partial(
            remote.page,
            "/",
            device.station.ip,
            "python-requests/2.31.0",
            device.say(model.banner),
            device.say(model.title),
        ),
        rng,
    )


def _telnet(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    yield day.talk(
        day.supervision, device.station, 23, day.at(rng), partial(remote.telnet, device.say(device.model.login)), rng
    )


def _ssh(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    software = "Cisco-1.25" if device.model.maker == "Cisco" else "OpenSSH_8.4p1"
    yield day.talk(
        day.supervision,
        device.station,
        22,
        day.at(rng),
        partial(remote.ssh, "OpenSSH_9.2p1 Debian-2+deb12u3", software, rng),
        rng,
    )


def _snmp(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    description, object_id = device.model.snmp
    for _ in range(3):
        at = day.at(rng)
        yield (
            at,
            partial(
                management.snmp_poll,
                day.supervision,
                device.station,
                description,
                object_id,
                at,
                rng,
                serial=device.serial,
                model=device.model.name,
                location=f"{device.ward.building}, {device.ward.name}",
                version=device.model.software,
            ),
        )
    if device.model.maker == "Cisco":
        at = day.at(rng)
        yield at, partial(management.snmp_discover, day.supervision, device.station, 9, at, rng)


def _syslog(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    for _ in range(4):
        at = day.at(rng)
        port = f"GigabitEthernet1/0/{rng.randrange(1, 48)}"
        text = f"{rng.randrange(900)}: %LINK-3-UPDOWN: Interface {port}, changed state to up"
        yield at, partial(management.syslog, device.station, day.clock, text, at, priority=187)


def _lldp(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """Announcements; those of a switch come from the MAC of the port, not from the chassis' (802.1AB §8.5.2)."""
    bits = {"SWITCH": 0x04, "ROUTER": 0x14, "AP": 0x08}.get(device.model.kind, 0x80)
    text = device.model.snmp[0] if device.model.snmp else f"{device.model.maker} {device.model.name}"
    for number in range(3):
        at = day.at(rng, 0.05)
        name, source = _port(device, number)
        yield at, partial(link.lldp, device.station, at, port=name, description=text, capabilities=bits, source=source)


def _port(device: Device, number: int) -> tuple[str, bytes]:
    """Name and MAC of one of the ports on which a device announces itself."""
    if not device.ports:
        return "GigabitEthernet0", b""
    chosen = number % len(device.ports)
    return f"TenGigabitEthernet1/1/{chosen + 1}", device.ports[chosen]


def _lldpmed(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A telephone's inventory (LLDP-MED)."""
    model = device.model
    cisco = model.maker == "Cisco"
    maker, boot = ("Cisco Systems, Inc.", "sboot8841.12") if cisco else (model.maker, "1.10")
    software = f"sip88xx.{model.software}" if cisco else model.software
    med = [(5, "1"), (6, boot), (7, software), (8, device.serial), (9, maker), (10, model.name)]
    text = f"Cisco IP Phone {model.name}" if cisco else f"{model.maker} {model.name}"
    at = day.at(rng, 0.05)
    yield at, partial(link.lldp, device.station, at, port="Port 1", description=text, capabilities=0x24, med=med)


def _cdp(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    model = device.model
    bits = {"SWITCH": 0x28, "ROUTER": 0x29, "AP": 0x02}.get(model.kind, 0x490)
    if model.kind == "PHONE":
        platform, version = f"Cisco IP Phone {model.name[3:]}", f"sip88xx.{model.software}"
    else:
        platform, version = f"cisco {model.name.replace('Catalyst ', 'C')}", (model.snmp or (model.software,))[0]
    for number in range(2):
        at = day.at(rng, 0.05)
        port, source = ("Port 1", b"") if model.kind == "PHONE" else _port(device, number)
        talk = partial(link.cdp, device.station, at, port=port, platform=platform, version=version, capabilities=bits)
        yield at, partial(talk, source=source)


def _dot1x(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """An office computer is let in by 802.1X; its neighbour by its MAC address."""
    switch = day.fleet.one("SWITCH").station
    at = day.start + int(day.length * rng.uniform(0.0, 0.02))
    yield at, partial(link.dot1x, device.station, switch.mac, f"host/{device.hostname}.{DOMAIN}".lower(), at)
    when = day.at(rng, 0.02, 0.1)
    yield (
        when,
        partial(
            radius.bypass, switch, day.controller, device.station, rng.randrange(1, 48), device.station.vlan, when, rng
        ),
    )


def _bacnet(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    instance = 8000 + device.number
    at, when = day.at(rng, 0.05, 0.2), day.at(rng)
    yield at, partial(field.bacnet_announce, device.station, instance, 8, at)
    texts = {121: device.model.maker, 70: device.model.name, 44: device.model.software, 77: f"CTA-{device.ward.code}"}
    yield when, partial(field.bacnet_read, day.building, device.station, instance, texts, when, rng)


def _modbus(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    model = device.model
    yield day.talk(
        day.building,
        device.station,
        502,
        day.at(rng),
        partial(field.modbus, model.maker, model.name, model.software, rng),
        rng,
    )


def _opcua(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    url = f"opc.tcp://{device.station.ip}:4840"
    yield day.talk(
        day.building,
        device.station,
        4840,
        day.at(rng),
        partial(
            field.opcua,
            url,
            "urn:SIMATIC.S7-1500.OPC-UA.Application:PLC_1",
            "https://www.siemens.com/s7-1500",
            "SIMATIC.S7-1500.OPC-UA.Application:PLC_1",
        ),
        rng,
    )


def _mqtt(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    yield day.talk(
        device.station,
        day.engine.station,
        1883,
        day.at(rng),
        partial(field.mqtt, f"ascom-{device.number}", f"appel-malade/{device.ward.code}/chambre", rng),
        rng,
        started=day.started,
    )


def _coap(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    at = day.at(rng)
    yield at, partial(field.coap, day.supervision, device.station, "/.well-known/core", at, rng)


def _ntp(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A device asks for the time."""
    for _ in range(2):
        at = day.at(rng, 0.11)
        yield at, partial(management.ntp, device.station, day.clock, at, rng)


def _fortigate(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A firewall's log: key and value pairs with its name and serial number."""
    for _ in range(6):
        at = day.at(rng)
        text = (
            f"date={day.date[:4]}-{day.date[4:6]}-{day.date[6:]} time=08:00:00 "
            f'devname="{device.hostname}" devid="{device.serial}" logid="0000000013" '
            f'type="traffic" subtype="forward" level="notice" srcip=10.40.0.10 dstip=17.253.109.201 action="accept"'
        )
        yield at, partial(management.syslog, device.station, day.clock, text, at, priority=189)


NETWORK: Final[dict[str, Voice]] = {
    "fortigate": _fortigate,
    "http": _http,
    "telnet": _telnet,
    "ssh": _ssh,
    "snmp": _snmp,
    "syslog": _syslog,
    "lldp": _lldp,
    "lldpmed": _lldpmed,
    "cdp": _cdp,
    "dot1x": _dot1x,
    "bacnet": _bacnet,
    "modbus": _modbus,
    "opcua": _opcua,
    "mqtt": _mqtt,
    "coap": _coap,
    "ntp": _ntp,
}
