"""SDC: what a device says of itself once it is asked: DPWS metadata and the head of its MDIB.

Question: who made this device, which model, serial number, firmware and UDI does it have?
Reference: OASIS DPWS 1.1 §5 (ThisModel, ThisDevice; also those of 2006, which printers and Windows use), IEEE
11073-10207 §5 (pm:Mds, pm:MetaData). The documents travel in HTTP bodies, so `garde.dissect.it.http` calls this;
between medical devices that is mostly inside TLS, out of sight. Left out: the rest of the MDIB: metrics, alerts,
contexts (patients).

Example:
    >>> document = f'<e xmlns="{DPWS}"><ThisDevice><SerialNumber>S1</SerialNumber></ThisDevice></e>'
    >>> [(fact.attribute, fact.value, fact.source) for fact in facts(document.encode(), None)]
    [('serial', 'S1', 'wsd')]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect import xml10
from garde.dissect.spec import SENDER, Fact

DPWS: Final = "http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01"
_DPWS_2006: Final = "http://schemas.xmlsoap.org/ws/2006/02/devprof"
_PARTICIPANT: Final = "http://standards.ieee.org/downloads/11073/11073-10207-2017/participant"
#: A document without any of these words is not worth parsing.
MARKS: Final = (DPWS.encode(), _DPWS_2006.encode(), _PARTICIPANT.encode())

#: (element around, element) of DPWS → attribute.
_METADATA: Final = {
    ("ThisModel", "Manufacturer"): "manufacturer",
    ("ThisModel", "ModelName"): "model",
    ("ThisModel", "ModelNumber"): "model_number",
    ("ThisDevice", "FriendlyName"): "friendly_name",
    ("ThisDevice", "FirmwareVersion"): "firmware",
    ("ThisDevice", "SerialNumber"): "serial",
}
#: Elements of pm:MetaData, and of pm:Udi in it → attribute.
_MDIB: Final = {
    ("MetaData", "Manufacturer"): "manufacturer",
    ("MetaData", "ModelName"): "model",
    ("MetaData", "ModelNumber"): "model_number",
    ("MetaData", "SerialNumber"): "serial",
    ("MetaData", "LotNumber"): "lot",
    ("MetaData", "ManufactureDate"): "manufacture_date",
    ("Udi", "DeviceIdentifier"): "udi_di",
    ("Udi", "HumanReadableForm"): "udi",
}
EMITS: Final = frozenset({*_METADATA.values(), *_MDIB.values(), "mdc.code"})


def facts(document: bytes, start: int | None) -> Iterator[Fact]:
    """What a metadata or MDIB document says of its sender.

    Args:
        start: position of the document; None when it does not stand in the stream as it is.

    Raises:
        Malformed: no XML.
    """
    medical = b"11073" in document
    said: set[str] = set()
    for node in xml10.read(document, "sdc.xml"):
        around = node.path[-1] if node.path else ""
        attribute, value, source = "", node.text, "sdc.discovery" if medical else "wsd"
        if node.space in (DPWS, _DPWS_2006):
            attribute = _METADATA.get((around, node.name), "")
        elif node.space == _PARTICIPANT and "Mds" in node.path:
            attribute, source = _MDIB.get((around, node.name), ""), "sdc.mdib"
            # Only the system's own metadata: a VMD may carry some of its part.
            if attribute and node.path[node.path.index("Mds") + 1] != "MetaData":
                attribute = ""
            # An empty coding system is ISO/IEEE 11073-10101 (IEEE 11073-10207 §6.3).
            if (around, node.name) == ("Mds", "Type") and not node.attributes.get("CodingSystem"):
                attribute, value = "mdc.code", node.attributes.get("Code", "")
        # Names are given in several languages: the first is taken.
        if attribute and value and attribute not in said:
            said.add(attribute)
            first, last = (0, 0) if start is None else (start + node.start, start + node.end)
            yield Fact(attribute, value, first, last, about=SENDER, source=source)
