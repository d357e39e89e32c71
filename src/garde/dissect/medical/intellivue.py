"""IntelliVue data export: which patient monitor this is, and at which bed it stands.

Question: which model, serial, revisions, bed label and system type does a Philips monitor give a collector?
Reference: Philips IntelliVue Patient Monitor Data Export Interface Programming Guide (connection indication,
association, MDS create event, attribute lists); UDP ports 24005 (``med-ci``) and 24105. Left out: measured values,
patient demographics (their attributes are never asked for), the serial (RS-232) framing.

All integers are big-endian; attributes come as lists of (id, length, value), some holding a list themselves.

Example: attribute 0928 (model) of an MDS create event gives ``manufacturer`` and ``model``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.spec import DATAGRAM, RECEIVER, SENDER, Dissector, Fact, Hint, stateless
from garde.model.key import is_group_mac
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_CODE: Final = "intellivue.layout"
_NOMENCLATURE: Final = b"\x00\x00\x01\x00"  # version 1.0: begins a connection indication
_PROTOCOL_ID: Final = b"\xe1\x00\x00\x02"  # session and presentation context of every data export message
#: OID of the data export protocol in association messages.
_OID: Final = b"\x2a\x86\x48\xce\x14\x02\x01\x00\x00\x00\x01\x01"
_INVOKE: Final = 1
_EVENTS: Final = frozenset({0, 1})  # event report, confirmed event report
_CREATED, _CONNECTED = 0x0D06, 0x0D17
_MOST: Final = 128  # attributes of one list
_LEVELS: Final = 3  # lists within lists

_MODEL, _SYSTEM_ID, _SPECIFICATION, _BED, _TYPE = 0x0928, 0x0984, 0x092D, 0x091E, 0x0986
_ADDRESS, _NAME, _EXTENSION = 0xF100, 0xF135, 0xF27C
#: Production specification type → attribute.
_SPECIFICATIONS: Final = {1: "serial", 2: "model_number", 3: "hardware", 4: "software", 5: "firmware"}
#: Components of a production specification that speak of the whole: none, ID_COMP_PRODUCT, the application software.
_PRODUCT: Final = frozenset({0, 8, 0x58})


def _facts(payload: Payload) -> Iterator[Fact]:
    reader = Reader(payload.data, _CODE)
    head = payload.data[:4]
    if head[:1] in (b"\x0d", b"\x0e", b"\x0c", b"\x09", b"\x0a", b"\x19"):
        if _OID not in payload.data and len(payload.data) > 64:
            raise reader.fail("no association of the data export protocol")
        yield from _association(reader.u8())
        return
    if head not in (_NOMENCLATURE, _PROTOCOL_ID):
        raise reader.fail("neither a connection indication nor a data export message")
    reader.skip(4)
    kind = reader.u16()
    body = reader.sub(min(reader.u16(), reader.left))
    # An invocation with an event comes from the monitor, one with an action from the collector, which gets the result.
    body.skip(2)
    command = body.u16()
    if kind != _INVOKE or command in _EVENTS:
        yield Fact("service", "intellivue", 0, 4, _monitor(kind, command))
    if kind == _INVOKE and command in _EVENTS:
        body.skip(2)
        yield from _event(body)


def _monitor(kind: int, command: int) -> Literal["sender", "receiver"]:
    # A result of a confirmed event is the collector's answer.
    return RECEIVER if kind == 2 and command in _EVENTS else SENDER


def _association(kind: int) -> Iterator[Fact]:
    """Session SPDUs (ISO 8327): 0D connect and 09 finish come from the collector, 0E, 0C and 0A answer it."""
    if kind == 0x0D:
        yield Fact("client", "intellivue", 0, 1)
        yield Fact("service", "intellivue", 0, 1, RECEIVER)
    elif kind == 0x0E:
        yield Fact("service", "intellivue", 0, 1)
        yield Fact("client", "intellivue", 0, 1, RECEIVER)


def _event(body: Reader) -> Iterator[Fact]:
    """EventReportArgument: managed object (6), time (4), event type, length, then what the event is about."""
    body.skip(10)
    kind = body.u16()
    body.skip(2)
    if kind == _CREATED:
        body.skip(6)  # the managed object again
        yield from _attributes(body, _LEVELS)
    elif kind == _CONNECTED:
        yield from _attributes(body, _LEVELS)


def _attributes(body: Reader, levels: int) -> Iterator[Fact]:
    """AttributeList: count, length, then AVAs."""
    count = body.u16()
    body.skip(2)
    for _ in range(min(count, _MOST)):
        if body.left < 4:
            return
        kind, length = body.u16(), body.u16()
        # A list cut short by the capture still gives the attributes in front.
        if length > body.left:
            return
        value = body.sub(length)
        if kind == _EXTENSION and levels and value.left >= 8:
            value.skip(4)
            yield from _attributes(value, levels - 1)
        else:
            yield from _attribute(kind, value)


def _attribute(kind: int, value: Reader) -> Iterator[Fact]:
    if kind == _MODEL:
        yield from _label("manufacturer", value)
        yield from _label("model", value)
    elif kind == _SYSTEM_ID:
        yield from _system_id(value)
    elif kind == _SPECIFICATION:
        yield from _specification(value)
    elif kind == _BED:
        start = value.at + 2
        yield _text("bed", value.take(value.left)[2:], start)
    elif kind == _NAME:
        start = value.at
        yield _text("bed", value.rest(), start)
    elif kind == _TYPE:
        start = value.at
        partition, code = value.u16(), value.u16()
        yield Fact("intellivue.system_type", f"{partition}:{code}", start, value.at)
    elif kind == _ADDRESS:
        yield from _address(value)


def _label(attribute: str, value: Reader) -> Iterator[Fact]:
    """VariableLabel: length, then that many octets, padded with NUL."""
    size = value.u16()
    start = value.at
    yield _ascii(attribute, value.take(min(size, value.left)), start)


def _ascii(attribute: str, raw: bytes, start: int) -> Fact:
    raw = raw.rstrip(b"\x00 ")
    return Fact(attribute, raw.decode("latin-1"), start, start + len(raw))


def _text(attribute: str, raw: bytes, start: int) -> Fact:
    """UTF-16, padded with NUL."""
    value = raw[: len(raw) // 2 * 2].decode("utf-16-be", "replace").partition("\x00")[0]
    return Fact(attribute, value.strip(), start, start + 2 * len(value))


def _system_id(value: Reader) -> Iterator[Fact]:
    size = value.u16()
    start = value.at
    raw = value.take(min(size, value.left))
    if len(raw) == 8 and any(raw):
        yield Fact("eui64", raw.hex(":"), start, start + 8)


def _specification(value: Reader) -> Iterator[Fact]:
    """ProductionSpec: count, length, then (type, component, label); those of the product as a whole are told."""
    count = value.u16()
    value.skip(2)
    said: set[str] = set()
    for _ in range(min(count, _MOST)):
        if value.left < 6:
            return
        kind, component, size = value.u16(), value.u16(), value.u16()
        start = value.at
        fact = _ascii(_SPECIFICATIONS.get(kind, ""), value.take(min(size, value.left)), start)
        if fact.attribute and fact.attribute not in said and component in _PRODUCT:
            said.add(fact.attribute)
            yield fact


def _address(value: Reader) -> Iterator[Fact]:
    """IpAddressInfo: MAC (6), IPv4 address (4), mask (4)."""
    start = value.at
    mac, ip = value.take(6).hex(":"), value.take(4)
    if not is_group_mac(mac) and mac != "00:00:00:00:00:00":
        yield Fact("mac", mac, start, start + 6)
    if any(ip):
        yield Fact("ip", str(ipaddress.IPv4Address(ip)), start + 6, start + 10)


def _looks_like(data: bytes, hint: Hint) -> float:
    del hint
    if len(data) < 14:
        return 0.0
    if data[:4] == _NOMENCLATURE:
        # ROIV, length to the end, event report.
        fits = data[4:6] == b"\x00\x01" and int.from_bytes(data[6:8], "big") == len(data) - 8
        return 0.9 if fits and data[10:12] == b"\x00\x00" else 0.0
    if data[:4] == _PROTOCOL_ID:
        return 0.9 if 1 <= int.from_bytes(data[4:6], "big") <= 5 else 0.0
    if data[0] in (0x0D, 0x0E) and _OID in data[:512]:
        return 0.95
    return 0.0


def _spoken(payload: Payload) -> Iterator[Fact]:
    return (fact for fact in _facts(payload) if fact.value)


INTELLIVUE = Dissector(
    name="intellivue",
    layer=DATAGRAM,
    reference="Philips IntelliVue Data Export Interface Programming Guide",
    emits=frozenset(
        {
            "bed",
            "client",
            "eui64",
            "firmware",
            "hardware",
            "intellivue.system_type",
            "ip",
            "mac",
            "manufacturer",
            "model",
            "model_number",
            "serial",
            "service",
            "software",
        }
    ),
    looks_like=_looks_like,
    session=stateless(_spoken),
)
