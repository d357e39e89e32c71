"""SNMP: what an agent answers of itself.

Question: which system, which maker and which serial number does this agent report?
Reference: RFC 1157 (v1), RFC 1905 and 3416 (v2c), RFC 3412 and 3414 (v3); RFC 1213 (system group), RFC 6933
(ENTITY-MIB), RFC 3411 §5 (engine ids), BER after ITU-T X.690 as RFC 1157 §3.2.2 limits it. Left out: encrypted scoped
PDUs, traps' variables, tables beyond the entity of the chassis. A community is a password and is never stated; that
it is a factory one is a capability.

Example: a response with 1.3.6.1.2.1.1.5.0 = "sw-3b" gives ``hostname`` of the sender.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.it.der import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, Node, children, read
from garde.dissect.spec import DATAGRAM, RECEIVER, SENDER, Dissector, Fact, Hint, Keep, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

AGENT: Final = 161
PORTS: Final = frozenset({AGENT, 162})
_VERSIONS: Final = {0: "1", 1: "2c", 3: "3"}
#: PDU tags (RFC 3416 §3): get, get-next, response, set, trap v1, get-bulk, inform, trap v2, report.
_ASKING: Final = frozenset({0xA0, 0xA1, 0xA3, 0xA5})
_RESPONSE: Final = 0xA2
_TRAPS: Final = frozenset({0xA4, 0xA6, 0xA7})
_PDUS: Final = _ASKING | _TRAPS | {_RESPONSE, 0xA8}
_SYSTEM: Final = "1.3.6.1.2.1.1."
_ENTITY: Final = "1.3.6.1.2.1.47.1.1.1.1."
#: Object → attribute. The system group is complete; of the entities, the values any of them gives compete.
_OBJECTS: Final = {
    f"{_SYSTEM}1.0": "snmp.description",
    f"{_SYSTEM}2.0": "snmp.object_id",
    f"{_SYSTEM}5.0": "hostname",
    f"{_SYSTEM}6.0": "location",
    "1.3.6.1.2.1.43.5.1.1.17.1": "serial",
}
#: Columns of entPhysicalTable; only the chassis, which is entity 1 on nearly all equipment, describes the device.
_COLUMNS: Final = {
    "8": "hardware",
    "9": "firmware",
    "10": "software",
    "11": "serial",
    "12": "manufacturer",
    "13": "model",
}
#: HOST-RESOURCES-MIB (RFC 2790): the description of the first device is a model only where that device is a printer.
_DEVICE_TYPE, _DEVICE_DESCRIPTION, _PRINTER = (
    "1.3.6.1.2.1.25.3.2.1.2.1",
    "1.3.6.1.2.1.25.3.2.1.3.1",
    "1.3.6.1.2.1.25.3.1.5",
)
_FACTORY: Final = frozenset({b"public", b"private"})
_USM: Final = 3


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    try:
        whole = read(data, 0)
        parts = list(children(data, whole))
        if whole.tag != SEQUENCE or len(parts) < 3 or parts[0].tag != INTEGER:
            raise Malformed("snmp.message", "no SNMP message (RFC 1157 §4)", where="offset 0")
        number = _integer(data, parts[0])
        if number not in _VERSIONS:
            raise Malformed("snmp.version", f"version {number} is unknown", where=f"offset {parts[0].head}")
        facts = list(_third(payload, parts) if number == 3 else _first(data, parts))
    except Malformed as error:
        raise Malformed("snmp.message", error.what, where=error.where) from None
    yield Fact("snmp.version", _VERSIONS[number], parts[0].start, parts[0].end)
    yield from facts


def _first(data: bytes, parts: list[Node]) -> Iterator[Fact]:
    """Version 1 and 2c: community, then a PDU."""
    community, pdu = parts[1], parts[2]
    if community.tag != OCTET_STRING or pdu.tag not in _PDUS:
        raise Malformed("snmp.message", "no community and PDU (RFC 1157 §4)", where=f"offset {community.head}")
    yield from _pdu(data, pdu)
    if pdu.tag == _RESPONSE and data[community.start : community.end] in _FACTORY:
        yield Fact("capability", "snmp-default-community", community.head, community.head)


def _third(payload: Payload, parts: list[Node]) -> Iterator[Fact]:
    """Version 3: global data, security parameters, and a scoped PDU when it is not encrypted (RFC 3412 §6)."""
    data = payload.data
    if len(parts) < 4 or parts[1].tag != SEQUENCE or parts[2].tag != OCTET_STRING:
        raise Malformed("snmp.v3", "no header and security parameters (RFC 3412 §6)", where=f"offset {parts[1].head}")
    head = list(children(data, parts[1]))
    if len(head) != 4 or head[2].tag != OCTET_STRING:
        raise Malformed("snmp.v3", "no global data (RFC 3412 §6)", where=f"offset {parts[1].head}")
    if _integer(data, head[3]) == _USM:
        yield from _engine(payload, parts[2])
    if parts[3].tag != SEQUENCE:
        return
    scoped = list(children(data, parts[3]))
    if len(scoped) < 3 or scoped[2].tag not in _PDUS:
        raise Malformed("snmp.v3", "no scoped PDU (RFC 3412 §6.8)", where=f"offset {parts[3].head}")
    yield from _pdu(data, scoped[2])


def _engine(payload: Payload, parameters: Node) -> Iterator[Fact]:
    """The authoritative engine (RFC 3414 §2.4): the agent's, at whichever end port 161 is, encrypted or not."""
    data = payload.data
    about: Literal["sender", "receiver"] = SENDER
    if payload.sender.port != AGENT:
        if payload.receiver.port != AGENT:
            return
        about = RECEIVER
    security = list(children(data, read(data, parameters.start, parameters.end)))
    # A manager that does not know the engine yet asks with an empty identifier (RFC 3414 §4).
    if security and security[0].tag == OCTET_STRING and 5 <= security[0].end - security[0].start <= 32:
        engine = security[0]
        yield Fact("snmp.engine_id", data[engine.start : engine.end].hex(), engine.start, engine.end, about=about)


def _pdu(data: bytes, pdu: Node) -> Iterator[Fact]:
    if pdu.tag in _ASKING:
        yield Fact("snmp.role", "manager", pdu.head, pdu.head + 1)
    else:
        yield Fact("snmp.role", "agent", pdu.head, pdu.head + 1)
    if pdu.tag != _RESPONSE:
        return
    parts = list(children(data, pdu))
    if len(parts) != 4 or parts[3].tag != SEQUENCE:
        raise Malformed("snmp.pdu", "a response has four parts (RFC 3416 §3)", where=f"offset {pdu.head}")
    if _integer(data, parts[1]) != 0:
        return
    printer = False
    for binding in children(data, parts[3]):
        pair = list(children(data, binding))
        if len(pair) != 2 or pair[0].tag != OBJECT_IDENTIFIER:
            raise Malformed(
                "snmp.binding", "a binding has a name and a value (RFC 3416 §3)", where=f"offset {binding.head}"
            )
        name = oid(data[pair[0].start : pair[0].end])
        if name == _DEVICE_TYPE:
            printer = _value(data, pair[1]) == _PRINTER
        attribute = "model" if printer and name == _DEVICE_DESCRIPTION else _attribute(name)
        if attribute:
            yield Fact(attribute, _value(data, pair[1]), pair[1].start, pair[1].end)


def _attribute(name: str) -> str:
    if name in _OBJECTS:
        return _OBJECTS[name]
    if name.startswith(_ENTITY):
        column, _, entity = name.removeprefix(_ENTITY).partition(".")
        return _COLUMNS.get(column, "") if entity == "1" else ""
    return ""


def _value(data: bytes, node: Node) -> str:
    raw = data[node.start : node.end]
    if node.tag == OBJECT_IDENTIFIER:
        return oid(raw)
    return raw.decode("utf-8", "replace") if node.tag == OCTET_STRING else ""


def _integer(data: bytes, node: Node) -> int:
    if node.tag != INTEGER or not 1 <= node.end - node.start <= 8:
        raise Malformed("snmp.integer", "no integer of eight octets at most", where=f"offset {node.head}")
    return int.from_bytes(data[node.start : node.end], "big", signed=True)


def oid(raw: bytes) -> str:
    """An object identifier in dotted numbers (X.690 §8.19); empty when it is broken."""
    numbers, value = [], 0
    for octet in raw[:128]:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    if not numbers or value:
        return ""
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - first * 40, *numbers[1:])))


def _version(data: bytes) -> int:
    """The version behind the head, or -1: LDAP begins with a number too, but goes on with neither of these tags."""
    pos = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    if data[pos : pos + 2] != b"\x02\x01" or data[pos + 3 : pos + 4] not in (b"\x04", b"\x30"):
        return -1
    return data[pos + 2]


def _looks_like(data: bytes, hint: Hint) -> float:
    if len(data) < 12 or data[0] != SEQUENCE or data[1] > 0x84 or _version(data) not in _VERSIONS:
        return 0.0
    return 0.9 if not PORTS.isdisjoint(hint.ports) else 0.55


SNMP = Dissector(
    name="snmp",
    layer=DATAGRAM,
    reference="RFC 1157, RFC 3416, RFC 3412, RFC 3411; RFC 1213, RFC 6933",
    emits=frozenset(
        {"capability", "firmware", "hardware", "hostname", "location", "manufacturer", "model", "serial"}
        | {"snmp.description", "snmp.engine_id", "snmp.object_id", "snmp.role", "snmp.version", "software"}
    ),
    looks_like=_looks_like,
    session=stateless(_facts),
    # A walk asks for the serial number last: messages of version 1 to 3 whose length takes one, two or three octets.
    keep=(
        Keep(0, b"\x30\x00\x02\x01\x00", b"\xff\x80\xff\xff\xfc", payloads=256),
        Keep(0, b"\x30\x81\x00\x02\x01\x00", b"\xff\xff\x00\xff\xff\xfc", payloads=256),
        Keep(0, b"\x30\x82\x00\x00\x02\x01\x00", b"\xff\xff\x00\x00\xff\xff\xfc", payloads=256),
    ),
)
