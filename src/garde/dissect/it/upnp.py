"""UPnP: what a device's description says of it.

Question: who made this device, which model is it, what is its serial number?
Reference: UPnP Device Architecture 2.0 §2.3 (device description). Only the root device is read, not those embedded in
it. Left out: services, icons, presentation pages.

Example:
    >>> document = f"<root xmlns='{SPACE}'><device><modelName>C1</modelName></device></root>"
    >>> [(fact.attribute, fact.value) for fact in facts(document.encode(), 0, placed=True)]
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


def facts(document: bytes, start: int, *, placed: bool) -> Iterator[Fact]:
    """What a device description says of its sender.

    Args:
        start: position of the document.
        placed: whether it stands there as it is, so that its values have places.

    Raises:
        Malformed: no XML.
    """
    nodes = xml10.read(document, "upnp.xml")
    if not nodes or nodes[0].name != "root" or nodes[0].space != SPACE:
        return
    for node in nodes:
        attribute = _SAYS.get(node.name)
        if attribute and node.path == ("root", "device") and node.text:
            first, last = (start + node.start, start + node.end) if placed else (start, start)
            yield Fact(attribute, node.text, first, last, about=SENDER, source="upnp.description")
