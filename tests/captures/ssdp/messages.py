"""SSDP messages written by hand from UPnP Device Architecture 2.0; nothing is shared with the dissector."""

from __future__ import annotations


def lines(*texts: str) -> bytes:
    """A start line and headers."""
    return "\r\n".join((*texts, "", "")).encode()


NOTIFY = lines(
    "NOTIFY * HTTP/1.1",
    "HOST: 239.255.255.250:1900",
    "NT: urn:schemas-upnp-org:device:MediaRenderer:1",
    "NTS: ssdp:alive",
    "SERVER: Linux/4.9 UPnP/1.0 ACME/2.1",
    "USN: uuid:2f402f80-da50-11e1-9b23-00178809ea66::urn:schemas-upnp-org:device:MediaRenderer:1",
    "LOCATION: http://192.0.2.41:80/description.xml",
)
SEARCH = lines(
    "M-SEARCH * HTTP/1.1",
    "HOST: 239.255.255.250:1900",
    'MAN: "ssdp:discover"',
    "MX: 1",
    "ST: urn:schemas-upnp-org:device:Printer:1",
    "USER-AGENT: ACME Viewer/3.0",
)
ANSWER = lines(
    "HTTP/1.1 200 OK",
    "ST: upnp:rootdevice",
    "SERVER: Linux/4.9 UPnP/1.0 ACME/2.1",
    "USN: uuid:2f402f80-da50-11e1-9b23-00178809ea66::upnp:rootdevice",
)
