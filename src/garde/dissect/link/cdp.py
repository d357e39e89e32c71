"""CDP: what Cisco equipment says of itself on its own cable.

Question: which Cisco device is at this end, which platform, which software?
Reference: Cisco Discovery Protocol versions 1 and 2 as published by the vendor; SNAP 00-00-0C, protocol 0x2000. Left
out: power, VTP and the other TLVs that tell nothing of the device itself.

Example: TLV 6 "cisco WS-C2950-12" gives ``cdp.platform``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import FRAME, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

PROTOCOL: Final = 0x2000
_TEXT: Final = {1: "hostname", 5: "cdp.version", 6: "cdp.platform"}
#: Bits of TLV 4.
_CAPABILITIES: Final = ("router", "bridge", "bridge", "bridge", "station", "igmp", "repeater", "telephone", "remote")
_MOST: Final = 64


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    if len(data) < 8 or data[0] not in (1, 2):
        raise Malformed("cdp.head", "no CDP version 1 or 2", where="offset 0")
    pos = 4
    for _ in range(_MOST):
        if pos + 4 > len(data):
            return
        kind, size = int.from_bytes(data[pos : pos + 2], "big"), int.from_bytes(data[pos + 2 : pos + 4], "big")
        if size < 4 or pos + size > len(data):
            raise Malformed("cdp.tlv", "a TLV's length is wrong", where=f"offset {pos}")
        yield from _tlv(kind, data[pos + 4 : pos + size], pos + 4)
        pos += size


def _tlv(kind: int, value: bytes, start: int) -> Iterator[Fact]:
    end = start + len(value)
    if kind in _TEXT:
        yield Fact(_TEXT[kind], value.decode("utf-8", "replace"), start, end)
    elif kind in (2, 22):
        yield from _addresses(value, start)
    elif kind == 4 and len(value) == 4:
        bits = int.from_bytes(value, "big")
        for name in sorted({name for bit, name in enumerate(_CAPABILITIES) if bits >> bit & 1}):
            yield Fact("capability", name, start, end)
    elif kind == 10 and len(value) == 2:
        yield Fact("vlan", str(int.from_bytes(value, "big")), start, end)


def _addresses(value: bytes, start: int) -> Iterator[Fact]:
    """Addresses: a count, then protocol type, protocol length, protocol, address length, address."""
    pos = 4
    for _ in range(min(int.from_bytes(value[:4], "big"), 8)):
        if pos + 2 > len(value):
            return
        protocol = value[pos + 2 : pos + 2 + value[pos + 1]]
        pos += 2 + value[pos + 1]
        size = int.from_bytes(value[pos : pos + 2], "big")
        raw = value[pos + 2 : pos + 2 + size]
        if protocol == b"\xcc" and len(raw) == 4 and raw != bytes(4):
            yield Fact("ip", ".".join(map(str, raw)), start + pos + 2, start + pos + 6)
        pos += 2 + size


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.9 if hint.protocol == PROTOCOL and len(data) >= 8 and data[0] in (1, 2) else 0.0


CDP = Dissector(
    name="cdp",
    layer=FRAME,
    reference="Cisco Discovery Protocol, versions 1 and 2",
    emits=frozenset({"capability", "cdp.platform", "cdp.version", "hostname", "ip", "vlan"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
