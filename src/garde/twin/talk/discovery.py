"""Discovery: SSDP with its description, and WS-Discovery with SDC types, scopes and location.

Question: how do printers, cameras and SDC devices say that they are there?
Reference: UPnP Device Architecture 2.0 §1.2, OASIS WS-Discovery 1.1 §4.1, DPWS 1.1, IEEE 11073-20702 (MedicalDevice),
IEEE 11073-20701 §9 (scopes: code of the device's system, location context).

Example:
    >>> 'poc=REA-A' in location("CHU", "A", "1", "REA-A", "3")
    True
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from random import Random
from typing import Final

from garde.twin.frames import multicast
from garde.twin.station import Station
from garde.twin.tcp import MILLI, Frame, Turn

_WSD: Final = "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"


def endpoint(rng: Random) -> str:
    """A random UUID, as devices keep for life."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def location(facility: str, building: str, floor: str, ward: str, bed: str) -> str:
    """A location context scope (IEEE 11073-20701 §9.4)."""
    root = f"sdc.ctxt.loc:/sdc.ctxt.loc.detail/{facility}%2F{building}%2F%2F{ward}%2F%2F{bed}"
    return f"{root}?fac={facility}&bldng={building}&flr={floor}&poc={ward}&bed={bed}".replace("&", "&amp;")


def _hello(
    station: Station, uid: str, names: str, types: str, scopes: str, address: str, at: int, sequence: int
) -> Iterator[Frame]:
    """A Hello (WS-Discovery 1.1 §4.1) with namespaces, types, scopes and transport address."""
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<s12:Envelope xmlns:s12="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" \
xmlns:wsd="{_WSD}" {names}>\
<s12:Header><wsa:Action>{_WSD}/Hello</wsa:Action><wsa:MessageID>urn:uuid:{uid[:-4]}{sequence:04x}</wsa:MessageID>\
<wsa:To>urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01</wsa:To>\
<wsd:AppSequence InstanceId="1" MessageNumber="{sequence}"/></s12:Header>\
<s12:Body><wsd:Hello><wsa:EndpointReference><wsa:Address>urn:uuid:{uid}</wsa:Address></wsa:EndpointReference>\
<wsd:Types>{types}</wsd:Types><wsd:Scopes>{scopes}</wsd:Scopes>\
<wsd:XAddrs>{address}</wsd:XAddrs><wsd:MetadataVersion>1</wsd:MetadataVersion></wsd:Hello>\
</s12:Body></s12:Envelope>"""
    yield at, multicast(station, "239.255.255.250", station.port(), 3702, body.encode())


def hello(station: Station, uid: str, mdc: str, place: str, at: int, *, sequence: int = 1) -> Iterator[Frame]:
    """A Hello of an SDC provider (IEEE 11073-20702 §8)."""
    names = (
        'xmlns:dpws="http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01" '
        'xmlns:mdpws="http://standards.ieee.org/downloads/11073/11073-20702-2016"'
    )
    scopes = f"sdc.mds.pkp:1.2.840.10004.20701.1.1 sdc.cdc.type:///{mdc} {place}"
    address = f"https://{station.ip}:6464/{uid}"
    return _hello(station, uid, names, "dpws:Device mdpws:MedicalDevice", scopes, address, at, sequence)


def onvif(station: Station, uid: str, maker: str, model: str, at: int, *, sequence: int = 1) -> Iterator[Frame]:
    """A Hello of an ONVIF camera (core specification §7.3.2.2: scopes of type, hardware and name)."""
    names = 'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
    root = "onvif://www.onvif.org"
    words = ("type/video_encoder", "Profile/Streaming", f"hardware/{model}", f"name/{maker.upper()}%20{model}")
    scopes = " ".join(f"{root}/{word}" for word in words)
    address = f"http://{station.ip}/onvif/device_service"
    return _hello(station, uid, names, "dn:NetworkVideoTransmitter", scopes, address, at, sequence)


def ssdp_alive(station: Station, uid: str, kind: str, server: str, at: int) -> Iterator[Frame]:
    """NOTIFY ssdp:alive for the root device and its type (UPnP 2.0 §1.2.2)."""
    port = station.port()
    for name in ("upnp:rootdevice", kind):
        body = (
            "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
            f"LOCATION: http://{station.ip}:49152/rootdesc.xml\r\nNT: {name}\r\nNTS: ssdp:alive\r\n"
            f"SERVER: {server}\r\nUSN: uuid:{uid}::{name}\r\n\r\n"
        )
        yield at, multicast(station, "239.255.255.250", port, 1900, body.encode(), ttl=4)
        at += 30 * MILLI


def description(station: Station, uid: str, kind: str, maker: str, model: str, serial: str, name: str) -> list[Turn]:
    """The device description that a control point fetches (UPnP 2.0 §2.3)."""
    body = (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0'
        f"</minor></specVersion><device><deviceType>{kind}</deviceType><friendlyName>{name}</friendlyName>"
        f"<manufacturer>{maker}</manufacturer><modelName>{model}</modelName><serialNumber>{serial}</serialNumber>"
        f"<UDN>uuid:{uid}</UDN></device></root>"
    )
    ask = (
        f"GET /rootdesc.xml HTTP/1.1\r\nHost: {station.ip}:49152\r\nUser-Agent: Microsoft-Windows/10.0 UPnP/1.0\r\n\r\n"
    )
    tell = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    return [Turn(True, ask.encode()), Turn(False, tell.encode(), 10 * MILLI)]
