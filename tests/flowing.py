"""A hospital in which something crosses zones, threatens devices and asks for a place, for tests in process and in a
browser.

Example::

    cross(site), threaten(site), knock(site)
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.device import Device
from garde.model.finding import judgement
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.zones.action import Action
from garde.model.zones.place import MAB, AccessRequest, Landing
from garde.web.site import Site
from garde.zones.place import Known, decide
from garde.zones.rulebook import parse
from tests.pages import HOSTILE, NOW, PUMP, claim

#: The pump, the stranger, and an address beyond the site.
PUMP_AT, STRANGER_AT, BEYOND = "10.6.6.7", "10.6.6.6", "203.0.113.9"
#: The pump's hardware address, the scanner's, and one of no device.
PUMP_MAC, SCANNER_MAC, NOBODY = "00:09:fb:0b:ad:02", "00:09:fb:0b:ad:21", "00:09:fb:0b:ad:99"
SECOND: Final = 10**9
BOOK: Final = parse('[[zone]]\nname = "Z8"\nvlan = 999\nonboarding = true')


def talk(number: int, source: str, target: str, port: int, service: str = "") -> Conversation:
    """A conversation of five minutes; the higher its number, the older."""
    at = NOW - number * BUCKET
    return Conversation(
        id=f"c-made-{number}-{port}", at=at, sensor="core-1", source=Key("ip", source), target=Key("ip", target),
        protocol="tcp", port=port, service=service, packets=12, octets=3400, last_at=at + BUCKET // 2,
    )  # fmt: skip


def known(name: str, address: str, kind: str, ward: str) -> Device:
    """A device of one address whose kind everybody agrees on."""
    claims = {"kind": claim("kind", kind), "ward": claim("ward", ward)}
    return Device(
        id=name, keys=(Key("ip", address),), kind=kind, claims=claims, first_at=NOW - 30 * 288 * BUCKET, last_at=NOW
    )


def settled(site: Site, *devices: Device) -> None:
    """Let a hospital know these devices."""
    with site.store.begin() as unit:
        unit.put(devices)
    for device in devices:
        site.fleet.put(device)


def cross(site: Site) -> None:
    """A scanner asks the archive, the pump asks beyond the site, a stranger and somebody unknown ask the pump."""
    settled(site, known("d-ct", "10.6.6.21", "CT", "Imagerie"), known("d-pacs", "10.6.6.20", "PACS", "Informatique"))
    site.say(
        *(talk(number, "10.6.6.21", "10.6.6.20", 104, "dicom") for number in range(1, 4)),
        *(talk(number, PUMP_AT, BEYOND, 443, "tls") for number in range(1, 5)),
        *(talk(number, STRANGER_AT, PUMP_AT, 445, "smb") for number in range(5, 8)),
        talk(9, "10.6.6.99", PUMP_AT, 22, HOSTILE),
    )


def live(site: Site) -> None:
    """Seven days more on which the scanner asked the archive."""
    site.say(*(talk(288 * day + 1, "10.6.6.21", "10.6.6.20", 104, "dicom") for day in range(1, 8)))


def threaten(site: Site) -> None:
    """The pump is given commands from beyond the site, and the scanner spreads a worm."""
    settled(site, known("d-ct", "10.6.6.21", "CT", "Imagerie"))
    for rule, name, peer in (("threat.pump.command", PUMP, BEYOND), ("threat.worm", "d-ct", STRANGER_AT)):
        reasons = ("confidence: 90", f"peer: {peer}")
        site.say(judgement(rule, NOW, severity="critical", device=name, kind="threat", reasons=reasons))


def acting(site: Site, verb: str, name: str = "") -> Action:
    """The one action of a verb, about a device where one is named."""
    (found,) = (one for one in site.store.all(Action) if one.verb == verb and name in ("", one.device))
    return found


def knock(site: Site) -> None:
    """Three stations asked for a place and all came into the onboarding zone: the scanner turned up elsewhere."""
    scanner = known("d-ct", "10.6.6.21", "CT", "Imagerie")
    keys = (*scanner.keys, Key("mac", SCANNER_MAC))
    settled(site, msgspec.structs.replace(scanner, keys=keys, first_at=NOW - 1))
    asking = ((PUMP_MAC, Known(device=PUMP)), (SCANNER_MAC, Known(device="d-ct")), (NOBODY, None))
    site.say(
        *(
            decide(AccessRequest(at=NOW, mac=mac, kind=MAB, nas="sw-1", port=f"Gi1/0/{number}"), about, BOOK)
            for number, (mac, about) in enumerate(asking, 1)
        )
    )
    site.say(
        Landing(id="l-1", at=NOW + 30 * SECOND, mac=SCANNER_MAC, nas="sw-1", port="Gi1/0/2", vlan=120),
        Landing(id="l-2", at=NOW + 30 * SECOND, mac=PUMP_MAC, nas="sw-1", port="Gi1/0/1", vlan=999),
    )
