"""ICMPv6 neighbour discovery: which MAC says it holds which IPv6 address, and who routes.

Question: who holds this address, and who is a router here?
Reference: RFC 4861 §4.1–4.4 (messages), §4.6.1 (link-layer address options), RFC 4862 §5.4 (a solicitation from ``::``
tests an address and claims nothing). Left out: redirects, SEND.

Example: an advertisement of fe80::1 with a target link-layer address gives ``ip`` fe80::1 about that MAC.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import FRAME, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key, is_group_mac, mac_text
from garde.wire.flow import Payload

PROTOCOL: Final = 58
#: Type → length of the fixed part (RFC 4861 §4.1–4.4).
_FIXED: Final = {133: 8, 134: 16, 135: 24, 136: 24}
_SOURCE, _TARGET = 1, 2
#: Options of one message that are looked at.
_MOST: Final = 32


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    fixed = _FIXED.get(data[0] if data else 0)
    if fixed is None or len(data) < fixed or data[1] != 0:
        raise Malformed("icmpv6.message", "no neighbour discovery message (RFC 4861 §4)", where="offset 0")
    if data[0] == 134:
        yield Fact("icmpv6.role", "router", 0, 1)
    elif data[0] == 136 and data[4] & 0x80:
        yield Fact("icmpv6.role", "router", 4, 5)
    for kind, start, end in _options(data, fixed):
        if end - start != 6:
            continue
        mac = mac_text(data[start:end])
        if is_group_mac(mac):
            continue
        if kind == _TARGET and data[0] == 136:
            address = ipaddress.IPv6Address(data[8:24])
            if not address.is_multicast and not address.is_unspecified:
                yield Fact("ip", str(address), 8, 24, about=Key("mac", mac))
        elif kind == _SOURCE and payload.sender.ip not in ("", "::"):
            yield Fact("ip", payload.sender.ip, start, end, about=Key("mac", mac))


def _options(data: bytes, pos: int) -> Iterator[tuple[int, int, int]]:
    for _ in range(_MOST):
        if pos + 2 > len(data):
            return
        size = data[pos + 1] * 8
        if size == 0 or pos + size > len(data):
            raise Malformed("icmpv6.option", "an option's length is wrong (RFC 4861 §4.6)", where=f"offset {pos}")
        yield data[pos], pos + 2, pos + size
        pos += size


def _looks_like(data: bytes, hint: Hint) -> float:
    if hint.protocol != PROTOCOL or not data:
        return 0.0
    fixed = _FIXED.get(data[0])
    return 0.9 if fixed is not None and len(data) >= fixed and data[1] == 0 else 0.0


ICMPV6 = Dissector(
    name="icmpv6",
    layer=FRAME,
    reference="RFC 4861 (neighbour discovery), RFC 4862",
    emits=frozenset({"ip", "icmpv6.role"}),
    looks_like=_looks_like,
    session=stateless(_facts),
    situated=True,
)
