"""ARP: which MAC says it holds which IP.

Question: who holds this address?
Reference: RFC 826; RFC 5227 (a probe has no sender address and claims nothing). Left out: RARP, ATM and other hardware
types than Ethernet.

Example: a reply "10.0.0.7 is at 00:09:fb:01:02:03" gives ``ip`` 10.0.0.7 about that MAC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import FRAME, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key, is_group_mac, mac_text
from garde.wire.flow import Payload

ETHERTYPE: Final = 0x0806
#: Hardware Ethernet, protocol IPv4, lengths 6 and 4.
_HEAD: Final = bytes.fromhex("0001080006 04".replace(" ", ""))
_NOBODY: Final = bytes(4)


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    if data[:6] != _HEAD or len(data) < 28 or data[6] != 0 or data[7] not in (1, 2):
        raise Malformed("arp.message", "no ARP request or reply for Ethernet and IPv4 (RFC 826)", where="offset 0")
    mac, ip = mac_text(data[8:14]), data[14:18]
    if ip != _NOBODY and not is_group_mac(mac):
        yield Fact("ip", ".".join(map(str, ip)), 14, 18, about=Key("mac", mac))


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.95 if hint.protocol == ETHERTYPE and data[:6] == _HEAD else 0.0


ARP = Dissector(
    name="arp",
    layer=FRAME,
    reference="RFC 826, RFC 5227",
    emits=frozenset({"ip"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
