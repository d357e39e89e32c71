"""UPnP: what a device's description says of it.

Question: who made this device, which model is it, what is its serial number?
Reference: UPnP Device Architecture 2.0 §2.3 (device description). Only the root device is read, not those embedded in
it. Left out: services, icons, presentation pages.

Example:
    >>> document = f"<root xmlns='{SPACE}'><device><modelName>C1</modelName></device></root>"
    >>> [(fact.attribute, fact.value) for fact in facts(document.encode(), None)]
    [('model', 'C1')]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect import xml10
from garde.dissect.spec import SENDER, Fact

SPACE: Final = "urn:schemas-upnp-org:device-1-0"
_SAYS: Final = {
    "manufacturer": "manufacturer",
    "modelName": "model",
    "modelNumber": "model_number",
    "serialNumber": "serial",
    "friendlyName": "friendly_name",
    "deviceType": "ssdp.type",
    "UDN": "ssdp.usn",
}
EMITS: Final = frozenset(_SAYS.values())


def facts(document: bytes, start: int | None) -> Iterator[Fact]:
    """What a device description says of its sender.

    Args:
        start: position of the document; None when it does not stand in the stream as it is.

    Raises:
        Malformed: no XML.
    """
    nodes = xml10.read(document, "upnp.xml")
    if not nodes or nodes[0].name != "root" or nodes[0].space != SPACE:
        return
    for node in nodes:
        attribute = _SAYS.get(node.name)
        if attribute and node.path == ("root", "device") and node.text:
            first, last = (0, 0) if start is None else (start + node.start, start + node.end)
            yield Fact(attribute, node.text, first, last, about=SENDER, source="upnp.description")
