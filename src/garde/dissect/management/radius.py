"""RADIUS: which switch or access point asks to let which station in, on which port.

Question: where is this station plugged in, and who decides about it?
Reference: RFC 2865 §3 (packets), §5 (attributes), RFC 2866 (accounting), RFC 5176 (CoA). Left out:
passwords, EAP inside (802.1X is read on the link), names of persons: a User-Name is stated nowhere.

Example: an Access-Request with Calling-Station-Id 00-09-FB-01-02-03 and NAS-Port-Id "Gi1/0/7" gives ``switch_port``
about that MAC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.spec import DATAGRAM, RECEIVER, SENDER, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key, is_group_mac
from garde.wire.flow import Payload

PORTS: Final = frozenset({1812, 1813, 1645, 1646, 3799})
#: Code → role of the sender (RFC 2865 §3, RFC 2866 §3, RFC 5176 §2).
_ROLES: Final = {
    1: "client",
    2: "server",
    3: "server",
    4: "client",
    5: "server",
    11: "server",
    12: "client",
    40: "server",
    41: "client",
    42: "client",
    43: "server",
    44: "client",
    45: "client",
}
#: Attribute types (RFC 2865 §5, RFC 2869 §5.17).
_NAS_IP, _CALLING, _NAS_ID, _NAS_PORT_ID, _FRAMED_IP, _NAS_PORT_TYPE = 4, 31, 32, 87, 8, 61
#: NAS-Port-Type (RFC 2865 §5.41): Ethernet and IEEE 802.11.
_PORT_TYPES: Final = {15: "ethernet", 19: "wireless"}
_MAC: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}[:.-]?){5}[0-9A-Fa-f]{2}")
_NOBODY: Final = (bytes(4), b"\xff" * 4)
_MOST: Final = 256


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    size = int.from_bytes(data[2:4], "big")
    if len(data) < 20 or data[0] not in _ROLES or not 20 <= size <= min(len(data), 4096):
        raise Malformed("radius.packet", "no RADIUS packet (RFC 2865 §3)", where="offset 0")
    attributes = dict(_attributes(data, size))
    yield Fact("radius.role", _ROLES[data[0]], 0, 1)
    if _NAS_ID in attributes:
        start, end = attributes[_NAS_ID]
        yield Fact(
            "radius.nas", data[start:end].decode("utf-8", "replace"), start, end, about=_nas(payload, attributes)
        )
    station = _station(data, attributes)
    if station is None or data[0] not in (1, 4):
        return
    if _NAS_PORT_ID in attributes:
        start, end = attributes[_NAS_PORT_ID]
        yield Fact("switch_port", data[start:end].decode("utf-8", "replace"), start, end, about=station)
    if _NAS_PORT_TYPE in attributes:
        start, end = attributes[_NAS_PORT_TYPE]
        told = _PORT_TYPES.get(int.from_bytes(data[start:end], "big"))
        if told:
            yield Fact("radius.port_type", told, start, end, about=station)
    if _FRAMED_IP in attributes and data[0] == 4:
        start, end = attributes[_FRAMED_IP]
        if end - start == 4 and data[start:end] not in _NOBODY:
            yield Fact("ip", ".".join(map(str, data[start:end])), start, end, about=station)


def _nas(payload: Payload, attributes: dict[int, tuple[int, int]]) -> Literal["sender", "receiver"] | Key:
    """Whom the NAS attributes describe: who holds NAS-IP-Address, else the client's end (RFC 2865 §5.4, §5.32)."""
    start, end = attributes.get(_NAS_IP, (0, 0))
    asks = _ROLES[payload.data[0]] == "client"
    raw = payload.data[start:end]
    address = ".".join(map(str, raw))
    if len(raw) == 4 and raw not in _NOBODY and address != (payload.sender if asks else payload.receiver).ip:
        return Key("ip", address)
    return SENDER if asks else RECEIVER


def _attributes(data: bytes, size: int) -> Iterator[tuple[int, tuple[int, int]]]:
    pos = 20
    for _ in range(_MOST):
        if pos == size:
            return
        if pos + 2 > size or data[pos + 1] < 2 or pos + data[pos + 1] > size:
            raise Malformed("radius.attribute", "an attribute's length is wrong (RFC 2865 §5)", where=f"offset {pos}")
        yield data[pos], (pos + 2, pos + data[pos + 1])
        pos += data[pos + 1]


def _station(data: bytes, attributes: dict[int, tuple[int, int]]) -> Key | None:
    if _CALLING not in attributes:
        return None
    found = _MAC.match(data, *attributes[_CALLING])
    if found is None:
        return None
    key = Key.of("mac", found[0].decode("ascii"))
    return None if is_group_mac(key.value) else key


def _looks_like(data: bytes, hint: Hint) -> float:
    if len(data) < 20 or data[0] not in _ROLES or PORTS.isdisjoint(hint.ports):
        return 0.0
    size = int.from_bytes(data[2:4], "big")
    if not 20 <= size <= len(data):
        return 0.0
    try:
        list(_attributes(data, size))
    except Malformed:
        return 0.0
    return 0.9


RADIUS = Dissector(
    name="radius",
    layer=DATAGRAM,
    reference="RFC 2865, RFC 2866, RFC 5176",
    emits=frozenset({"ip", "radius.nas", "radius.port_type", "radius.role", "switch_port"}),
    looks_like=_looks_like,
    session=stateless(_facts),
    situated=True,
)
