"""Attributes: a placement as the RADIUS attributes of an Access-Accept, by name and to the octet.

Question: what exactly does the switch read when a station is let in?
Reference: RFC 2865 §5 (Filter-Id 11, Class 25, Session-Timeout 27, Termination-Action 29, Vendor-Specific 26), RFC 2868
§3 and RFC 3580 §3.31 (Tunnel-Type 13 VLAN, Tunnel-Medium-Type 6 IEEE-802, Tunnel-Private-Group-Id), RFC 4675 §2.4
(User-Priority-Table); Cisco-AVPair (9, 1) and Aruba-User-Role (14823, 1) of the vendors' dictionaries. Left out: rules
of filters in the answer (NAS-Filter-Rule), which belong to the exports.

Example:
    >>> from garde.model.zones.place import MAB, AccessRequest, placed
    >>> one = placed(AccessRequest(at=1, mac="00:09:fb:01:02:03", kind=MAB), zone="Z1", vlan=120)
    >>> encoded(attributes(one)[:3]).hex(" ")
    '40 06 00 00 00 0d 41 06 00 00 00 06 51 05 31 32 30'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from garde.model.zones.place import Placement

#: Class of traffic → priority of IEEE 802.1Q (domain note 04 §4).
PRIORITY: Final = {"M1": 5, "M2": 4, "M3": 3, "M4": 6, "M5": 2, "M6": 1, "NC": 6}
#: Name → number, and the vendor where the number is one of a vendor's.
NUMBERS: Final = {
    "Filter-Id": (11, 0),
    "Class": (25, 0),
    "Session-Timeout": (27, 0),
    "Termination-Action": (29, 0),
    "User-Priority-Table": (59, 0),
    "Tunnel-Type": (64, 0),
    "Tunnel-Medium-Type": (65, 0),
    "Tunnel-Private-Group-Id": (81, 0),
    "Cisco-AVPair": (1, 9),
    "Aruba-User-Role": (1, 14823),
}
#: Values that have names in the dictionaries of FreeRADIUS.
NAMED: Final = {
    ("Tunnel-Type", "VLAN"): 13,
    ("Tunnel-Medium-Type", "IEEE-802"): 6,
    ("Termination-Action", "RADIUS-Request"): 1,
}
_WHOLE: Final = ("Session-Timeout", "Termination-Action", "Tunnel-Type", "Tunnel-Medium-Type")
_OCTETS: Final = ("Class", "User-Priority-Table")


class Attribute(msgspec.Struct, frozen=True):
    """One attribute: its name and value as FreeRADIUS writes them (``0x…`` for octets)."""

    name: str
    value: str


def attributes(placement: Placement) -> tuple[Attribute, ...]:
    """What an Access-Accept carries; nothing for a refusal.

    A value of 0 and an empty one leave the switch's own setting. Class carries the placement's id, which the switch
    echoes in its accounting, so that what happened is tied to what was decided.
    """
    if not placement.accepted:
        return ()
    out: list[Attribute] = []
    if placement.vlan:
        out += (
            Attribute("Tunnel-Type", "VLAN"),
            Attribute("Tunnel-Medium-Type", "IEEE-802"),
            Attribute("Tunnel-Private-Group-Id", str(placement.vlan)),
        )
    if placement.acl:
        out.append(Attribute("Filter-Id", placement.acl))
    out += (Attribute("Cisco-AVPair", pair) for pair in placement.cisco)
    if placement.role:
        out.append(Attribute("Aruba-User-Role", placement.role))
    if placement.dscp:
        # Each of the eight priorities that a frame may come with becomes that of its class: nobody marks for himself.
        out.append(Attribute("User-Priority-Table", "0x" + f"{PRIORITY[placement.dscp]:02x}" * 8))
    if placement.seconds:
        # RADIUS-Request: the link stays while the switch asks again; Default would cut it (RFC 2865 §5.29).
        out.append(Attribute("Session-Timeout", str(placement.seconds)))
        out.append(Attribute("Termination-Action", "RADIUS-Request"))
    if placement.id:
        out.append(Attribute("Class", "0x" + placement.id.encode("ascii").hex()))
    return tuple(out)


def encoded(found: Iterable[Attribute]) -> bytes:
    """The octets of attributes, one behind the other, as they stand in the packet.

    Raises:
        ValueError: a value does not fit into an attribute (253 octets).
    """
    out = bytearray()
    for one in found:
        number, vendor = NUMBERS[one.name]
        value = _octets(one)
        if vendor:
            value = vendor.to_bytes(4, "big") + bytes((number, len(value) + 2)) + value
            number = 26
        if len(value) > 253:
            raise ValueError(f"{one.name} has {len(value)} octets, at most 253 fit")
        out += bytes((number, len(value) + 2)) + value
    return bytes(out)


def _octets(one: Attribute) -> bytes:
    if one.name in _WHOLE:
        return NAMED.get((one.name, one.value), 0 if not one.value.isdigit() else int(one.value)).to_bytes(4, "big")
    if one.name in _OCTETS:
        return bytes.fromhex(one.value.removeprefix("0x"))
    return one.value.encode("utf-8")
