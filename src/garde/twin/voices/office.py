"""Office voices: Windows hosts, servers, printers, cameras and telephones.

Question: what do computers and their like say in a day, and to whom?
Reference: domain note 01 §2.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Final

from garde.twin.day import Day, Event, Voice
from garde.twin.fleet import Device
from garde.twin.hospital import DOMAIN, NETBIOS
from garde.twin.models import systems
from garde.twin.station import Station
from garde.twin.talk import (
    discovery,
    naming,
    remote,
    smb,
)
from garde.twin.tcp import SECOND, Turn


def _smb(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A Windows host opens a session on the file server, from each of its interfaces."""
    server = day.fleet.named("file server")
    host = smb.Host(device.hostname, device.station.stack.build, rng.randbytes(16))
    target = smb.Host(server.hostname, server.station.stack.build, Random(server.hostname).randbytes(16))
    for station in device.stations[:2]:
        at = day.at(rng)
        yield day.talk(
            station,
            server.station,
            445,
            at,
            partial(smb.session, host, target, f"u{rng.randrange(9999)}", at, rng),
            rng,
        )


def _smb_server(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A server answers the supervision server's pages and remote desktop."""
    yield day.talk(day.supervision, device.station, 3389, day.at(rng), partial(remote.rdp, "supervis"), rng)
    host = smb.Host("SUPERVISION", "10.0.17763", bytes(15) + b"\1")
    own = smb.Host(device.hostname, device.station.stack.build, Random(device.hostname).randbytes(16))
    at = day.at(rng)
    yield day.talk(day.supervision, device.station, 445, at, partial(smb.session, host, own, "lecture", at, rng), rng)


def _smb1(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """The archive fetches from a share of an old modality, in clear strings."""
    yield day.talk(
        day.pacs.station,
        device.station,
        445,
        day.at(rng),
        partial(smb.session_smb1, device.hostname, ("Windows 5.1", "Windows 2000 LAN Manager"), ("Unix", "Samba"), rng),
        rng,
    )


def _desk(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """An office computer: the patient record in a browser, names of the system's maker."""
    name = f"srv-dpi1.{DOMAIN}"
    certificate = day.certificate(name, "CHU Saint-Éloi")
    for modern in (True, False):
        yield day.talk(
            device.station,
            day.record.station,
            443,
            day.at(rng),
            partial(day.kit.handshake, name, certificate, rng, modern=modern),
            rng,
        )
    for asked in ("settings-win.data.microsoft.com", "ctldl.windowsupdate.com"):
        at = day.at(rng)
        yield at, partial(naming.lookup, device.station, day.controller, asked, "51.104.136.2", at, rng)


def _https(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A server with a certificate, looked at by supervision."""
    name = f"{device.hostname}.{DOMAIN}".lower()
    certificate = day.certificate(name, device.model.maker)
    yield day.talk(
        day.supervision, device.station, 443, day.at(rng), partial(day.kit.handshake, name, certificate, rng), rng
    )


def _tls(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A device with the certificate its maker gave it."""
    name = (device.hostname or f"{device.model.maker}-{device.serial}").replace(" ", "").lower()
    certificate = day.certificate(f"{name}.local", device.model.maker)
    yield day.talk(
        day.supervision,
        device.station,
        443,
        day.at(rng),
        partial(day.kit.handshake, f"{name}.local", certificate, rng),
        rng,
    )


def _llmnr(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    at = day.at(rng)
    yield at, partial(naming.llmnr, device.station, "wpad", at, rng)


def _nbns(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    at = day.at(rng, 0.11, 0.2)
    yield at, partial(naming.nbns_register, device.station, NETBIOS, at, rng)


def _mdns(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    text = {"ty": device.model.title, "mfg": device.model.maker, "mdl": device.model.name} if device.model.title else {}
    for _ in range(2):
        at = day.at(rng)
        yield at, partial(naming.mdns_announce, device.station, device.model.services, at, text=text)


def _printer(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A printer offers itself with its make and model (Bonjour printing 1.2.1)."""
    model = device.model
    text = {"ty": f"{model.maker} {model.name}", "usb_MFG": model.maker, "usb_MDL": model.name, "rp": "ipp/print"}
    services = ("_ipp._tcp", "_pdl-datastream._tcp")
    at = day.at(rng)
    yield (
        at,
        partial(
            naming.mdns_announce,
            device.station,
            services,
            at,
            label=f"{model.maker} {model.name} [{device.hostname[-6:]}]",
            text=text,
            port=631,
        ),
    )


def _camera(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A camera offers itself over UPnP and is described."""
    uid, model = discovery.endpoint(rng), device.model
    kind = "urn:axis-com:device:NetworkCamera:1"
    at = day.at(rng)
    yield (
        at,
        partial(discovery.ssdp_alive, device.station, uid, kind, "Linux/4.14.98, UPnP/1.0, Portable SDK 1.6.22", at),
    )
    yield day.talk(
        day.supervision,
        device.station,
        49152,
        day.at(rng),
        partial(
            discovery.description,
            device.station,
            uid,
            kind,
            model.maker.upper(),
            model.name,
            device.serial,
            f"AXIS {model.name} - {device.serial}",
        ),
        rng,
    )


def _mobile(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A visitor's telephone asks for its maker's names and opens a page."""
    apple = device.model.maker == "Apple"
    name = "captive.apple.com" if apple else "connectivitycheck.gstatic.com"
    at = day.at(rng, 0.15, 0.4)
    yield at, partial(naming.lookup, device.station, day.controller, name, "17.253.109.201", at, rng)
    outside = Station(
        mac=day.fleet.router.mac, ip="17.253.109.201", stack=systems()["server"], vlan=device.station.vlan
    )
    outside.hops, outside.behind = 9, day.fleet.router.mac
    path, agent = ("/hotspot-detect.html", "/generate_204")[not apple], device.station.stack.user_agent
    yield day.talk(
        device.station, outside, 80, at + SECOND, partial(remote.page, path, name, agent, "", "Success"), rng
    )


def _onvif(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A camera that says hello in the words of ONVIF (core specification §7.3)."""
    model = device.model
    uid = discovery.endpoint(rng)
    for number in (1, 2):
        at = day.at(rng)
        yield at, partial(discovery.onvif, device.station, uid, model.maker, model.name, at, sequence=number)


def _nas(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A disk station: shares for the office, and its description over UPnP."""
    kind, uid, model = "urn:schemas-upnp-org:device:Basic:1", discovery.endpoint(rng), device.model
    at = day.at(rng)
    yield at, partial(discovery.ssdp_alive, device.station, uid, kind, "Synology/DSM/10.20.0.1", at)
    turns = partial(
        discovery.description, device.station, uid, kind, model.maker, model.name, device.serial, device.hostname
    )
    yield day.talk(day.supervision, device.station, 49152, day.at(rng), turns, rng)
    # Samba tells Windows 6.1 without a build number.
    own = smb.Host(device.hostname, "6.1.0", rng.randbytes(16))
    for client in [d for d in day.fleet.speaking("desk") if d.role == ""][:2]:
        host = smb.Host(client.hostname, client.station.stack.build, Random(client.hostname).randbytes(16))
        when = day.at(rng)
        turns = partial(smb.session, host, own, "agent", when, rng)
        yield day.talk(client.station, device.station, 445, when, turns, rng)


def _esxi(day: Day, device: Device, rng: Random) -> Iterator[Event]:
    """A hypervisor: its maker's certificate, and the greeting of its authentication daemon."""
    name = f"{device.hostname}.{DOMAIN}"
    certificate = day.certificate(name, "VMware, Inc")
    yield day.talk(
        day.supervision, device.station, 443, day.at(rng), partial(day.kit.handshake, name, certificate, rng), rng
    )
    greeting = b"220 VMware Authentication Daemon Version 1.10: SSL Required, ServerDaemonProtocol:SOAP\r\n"
    yield day.talk(day.supervision, device.station, 902, day.at(rng), lambda: [Turn(False, greeting)], rng)
    yield day.talk(
        day.supervision,
        device.station,
        80,
        day.at(rng),
        partial(remote.page, "/ui/", device.station.ip, "python-requests/2.31.0", "", device.model.title),
        rng,
    )


OFFICE: Final[dict[str, Voice]] = {
    "onvif": _onvif,
    "nas": _nas,
    "esxi": _esxi,
    "smb": _smb,
    "smb-server": _smb_server,
    "smb1": _smb1,
    "desk": _desk,
    "https": _https,
    "tls": _tls,
    "llmnr": _llmnr,
    "nbns": _nbns,
    "mdns": _mdns,
    "printer": _printer,
    "camera": _camera,
    "mobile": _mobile,
}
