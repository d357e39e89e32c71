"""LLDP: what a switch, a phone or an access point says of itself on its own cable.

Question: which device is at this end of the cable, on which port, and what does it say it is?
Reference: IEEE 802.1AB-2016 §8 (TLVs); ANSI/TIA-1057 (LLDP-MED, OUI 00-12-BB). Left out: 802.1 and 802.3 organisational
TLVs except the port's VLAN, the network policies of LLDP-MED.

Example: LLDP-MED TLV 10 "8845" gives ``model`` 8845 of the sender.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import FRAME, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import mac_text
from garde.wire.flow import Payload

ETHERTYPE: Final = 0x88CC
#: Bits of the system capabilities (802.1AB §8.5.8), in the words of the catalogue.
CAPABILITIES: Final = (
    "other",
    "repeater",
    "bridge",
    "access-point",
    "router",
    "telephone",
    "docsis",
    "station",
    "vlan-component",
    "svlan-component",
    "two-port-relay",
)
_TEXT: Final = {4: "", 5: "hostname", 6: "lldp.description"}
#: LLDP-MED subtype → attribute (TIA-1057 §10.2.6).
_MED: Final = {
    5: "hardware",
    6: "firmware",
    7: "software",
    8: "serial",
    9: "manufacturer",
    10: "model",
    11: "asset_tag",
}
_MED_OUI: Final = b"\x00\x12\xbb"
_MED_CLASSES: Final = {1: "med-generic", 2: "med-media", 3: "telephone", 4: "med-network"}
_VLAN: Final = b"\x00\x80\xc2\x01"
_MOST: Final = 64


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    for number, (kind, start, end) in enumerate(_tlvs(data)):
        value = data[start:end]
        if number == 0:
            yield from _chassis(value, start)
        elif _TEXT.get(kind):
            yield Fact(_TEXT[kind], value.decode("utf-8", "replace"), start, end)
        elif kind == 7 and len(value) == 4:
            enabled = int.from_bytes(value[2:4], "big")
            for bit, name in enumerate(CAPABILITIES):
                if enabled >> bit & 1:
                    yield Fact("capability", name, start + 2, end)
        elif kind == 8:
            yield from _address(value, start)
        elif kind == 127:
            yield from _organisation(value, start)


def _tlvs(data: bytes) -> Iterator[tuple[int, int, int]]:
    pos = 0
    order = []
    for _ in range(_MOST):
        if pos + 2 > len(data):
            break
        head = int.from_bytes(data[pos : pos + 2], "big")
        kind, size = head >> 9, head & 0x1FF
        if pos + 2 + size > len(data):
            raise Malformed("lldp.tlv", "a TLV is longer than its frame (802.1AB §8.4)", where=f"offset {pos}")
        order.append(kind)
        if len(order) <= 3 and kind != len(order):
            raise Malformed("lldp.order", "chassis, port and TTL come first (802.1AB §8.2)", where=f"offset {pos}")
        if kind == 0:
            break
        yield kind, pos + 2, pos + 2 + size
        pos += 2 + size
    if len(order) < 3:
        raise Malformed("lldp.short", "chassis, port and TTL are mandatory (802.1AB §8.2)", where=f"offset {pos}")


def _chassis(value: bytes, start: int) -> Iterator[Fact]:
    if len(value) < 2:
        raise Malformed("lldp.chassis", "a chassis id has a subtype and a value (802.1AB §8.5.2)", where="offset 0")
    kind, name = value[0], value[1:]
    if kind == 4 and len(name) == 6:
        text = mac_text(name)
    elif kind == 5 and name[:1] == b"\x01" and len(name) == 5:
        text = ".".join(map(str, name[1:]))
    else:
        text = name.decode("utf-8", "replace")
    yield Fact("lldp.chassis", text, start + 1, start + len(value))


def _address(value: bytes, start: int) -> Iterator[Fact]:
    """Management address (802.1AB §8.5.9): length, family, address."""
    size = value[0] if value else 0
    if size not in (5, 17) or len(value) < 1 + size:
        return
    family, raw = value[1], value[2 : 1 + size]
    if (family, len(raw)) in ((1, 4), (2, 16)):
        address = ipaddress.ip_address(raw)
        if not address.is_unspecified and not address.is_multicast:
            yield Fact("ip", str(address), start + 2, start + 1 + size)


def _organisation(value: bytes, start: int) -> Iterator[Fact]:
    if value[:4] == _VLAN and len(value) == 6:
        number = int.from_bytes(value[4:6], "big")
        if 0 < number < 4095:
            yield Fact("vlan", str(number), start + 4, start + 6)
    elif value[:3] == _MED_OUI and len(value) > 4:
        if value[3] == 1 and len(value) == 7 and value[6] in _MED_CLASSES:
            yield Fact("capability", _MED_CLASSES[value[6]], start + 6, start + 7)
        elif value[3] in _MED:
            yield Fact(_MED[value[3]], value[4:].decode("utf-8", "replace"), start + 4, start + len(value))


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.95 if hint.protocol == ETHERTYPE and data[:1] == b"\x02" else 0.0


LLDP = Dissector(
    name="lldp",
    layer=FRAME,
    reference="IEEE 802.1AB-2016, ANSI/TIA-1057 (LLDP-MED)",
    emits=frozenset(
        {"asset_tag", "capability", "firmware", "hardware", "hostname", "ip", "lldp.chassis", "lldp.description"}
        | {"manufacturer", "model", "serial", "software", "vlan"}
    ),
    looks_like=_looks_like,
    session=stateless(_facts),
)
