"""Link: who asks for whom by ARP, who says an address is theirs, and who hands out leases.

Question: does somebody sweep the segment, take another's address, or serve leases that are not theirs to serve?
Reference: RFC 826, RFC 5227 (probes, announcements); RFC 2131, RFC 2132 options 3, 6, 54, 252. Left out: DHCPv6, ND.

Example: a reply "192.0.2.1 is at 00:00:5e:00:53:01" gives ``arp.says`` with that address and MAC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.link.arp import ARP as DISSECTOR
from garde.dissect.listen.spec import Listener, Told, single
from garde.dissect.naming.dhcp import COOKIE
from garde.dissect.spec import DATAGRAM, FRAME, Hint
from garde.model.key import is_group_mac, mac_text
from garde.wire.flow import Payload

_NOBODY: Final = bytes(4)
_OFFER, _ACK = 2, 5
_KINDS: Final = {1: "discover", 2: "offer", 3: "request", 5: "ack", 6: "nak"}


def _arp(payload: Payload) -> Iterator[Told]:
    data = payload.data
    if len(data) < 28 or data[7] not in (1, 2):
        return
    mac, ip, target = mac_text(data[8:14]), data[14:18], data[24:28]
    if is_group_mac(mac):
        return
    values: dict[str, str | int | float] = {"mac": mac, "ip": _text(ip), "target": _text(target)}
    values["reply"] = int(data[7] == 2)
    if data[7] == 2 or ip == target:
        if ip != _NOBODY:
            yield Told("arp.says", values)
    elif ip != _NOBODY:
        # A request also says who holds the sender's address.
        yield Told("arp.asks", values)


def _dhcp(payload: Payload) -> Iterator[Told]:
    data = payload.data
    if len(data) < 241:
        return
    options = _options(data)
    kind = options.get(53, b"\0")[0] if options.get(53) else 0
    values: dict[str, str | int | float] = {"station": mac_text(data[28:34]), "kind": _KINDS.get(kind, "other")}
    if data[0] == 1:
        yield Told("dhcp.ask", values)
    elif kind in (_OFFER, _ACK):
        for code, name in ((54, "server"), (3, "router"), (6, "dns")):
            value = options.get(code, b"")
            values[name] = _text(value[:4]) if len(value) >= 4 else ""
        values |= {"relay": int(data[24:28] != _NOBODY), "proxy": int(252 in options), "boot": int(67 in options)}
        yield Told("dhcp.offer", values)


def _options(data: bytes) -> dict[int, bytes]:
    out: dict[int, bytes] = {}
    at = 240
    while at + 1 < len(data) and data[at] != 255 and len(out) < 128:
        if data[at] == 0:
            at += 1
            continue
        size = data[at + 1]
        out.setdefault(data[at], data[at + 2 : at + 2 + size])
        at += 2 + size
    return out


def _text(raw: bytes) -> str:
    return ".".join(map(str, raw))


def _icmp(payload: Payload) -> Iterator[Told]:
    if payload.data[:1] in (b"\x08", b"\x80"):
        yield Told("icmp.echo", {})


def _icmp_likely(data: bytes, hint: Hint) -> float:
    return 0.9 if hint.protocol in (1, 58) and data[:2] in (b"\x08\x00", b"\x80\x00") else 0.0


def _likely(data: bytes, hint: Hint) -> float:
    return 0.95 if len(data) > 240 and data[0] in (1, 2) and data[236:240] == COOKIE else 0.0


ARP: Final = Listener(
    name="arp",
    layer=FRAME,
    reference="RFC 826, RFC 5227",
    tells=frozenset({"arp.asks", "arp.says"}),
    looks_like=DISSECTOR.looks_like,
    ear=single(_arp),
)
ICMP: Final = Listener(
    name="icmp",
    layer=FRAME,
    reference="RFC 792, RFC 4443 §4.1",
    tells=frozenset({"icmp.echo"}),
    looks_like=_icmp_likely,
    ear=single(_icmp),
)
DHCP: Final = Listener(
    name="dhcp",
    layer=DATAGRAM,
    reference="RFC 2131, RFC 2132",
    tells=frozenset({"dhcp.ask", "dhcp.offer"}),
    looks_like=_likely,
    ear=single(_dhcp),
)
