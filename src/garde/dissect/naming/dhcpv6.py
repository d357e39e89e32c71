"""DHCPv6: under which DUID and name a station asks, and which IPv6 address it is given.

Question: which station is this, and which system writes its requests this way?
Reference: RFC 8415 §8 (messages), §11 (DUID), §21 (options), §9 (relays); RFC 4704 (FQDN). Left out: prefixes,
authentication.

Example: a Solicit with a DUID-LLT of 00:09:fb:01:02:03 gives ``dhcpv6.duid`` and ``mac`` of the sender.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.naming.dns_message import read_name
from garde.dissect.spec import DATAGRAM, RECEIVER, SENDER, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key, is_group_mac, mac_text
from garde.wire.flow import Payload

PORTS: Final = frozenset({546, 547})
_FROM_CLIENT: Final = frozenset({1, 3, 4, 5, 6, 8, 9, 11})
_FROM_SERVER: Final = frozenset({2, 7, 10})
_RELAYS: Final = frozenset({12, 13})
#: Option codes (RFC 8415 §21, RFC 4704).
_CLIENT, _IA_NA, _IA_ADDRESS, _ORO, _RELAYED, _VENDOR, _FQDN = 1, 3, 5, 6, 9, 16, 39
_MOST: Final = 64
_DEPTH: Final = 8

#: Code, first and last position.
Option = tuple[int, int, int]


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    pos, end, relayed = 0, len(data), False
    for _ in range(_DEPTH):
        if end - pos < 4:
            raise Malformed("dhcpv6.message", "no DHCPv6 message (RFC 8415 §8)", where=f"offset {pos}")
        if data[pos] not in _RELAYS:
            break
        inner = [option for option in _options(data, pos + 34, end) if option[0] == _RELAYED]
        if not inner:
            return
        _, pos, end = inner[0]
        relayed = True
    kind = data[pos]
    options = list(_options(data, pos + 4, end))
    if kind in _FROM_CLIENT:
        yield from _asked(data, options, relayed)
    elif kind in _FROM_SERVER:
        yield from _given(data, options, kind, relayed)
    else:
        raise Malformed("dhcpv6.type", "no message type of RFC 8415 §7.3", where=f"offset {pos}")


def _asked(data: bytes, options: list[Option], relayed: bool) -> Iterator[Fact]:
    first = {code: (start, end) for code, start, end in reversed(options)}
    mac = _mac(data, first)
    # Behind a relay the sender is the relay: only a DUID that names a MAC says whose words these are.
    if relayed and mac is None:
        return
    about: Literal["sender", "receiver"] | Key = Key("mac", mac) if relayed and mac is not None else SENDER
    if _CLIENT in first:
        start, end = first[_CLIENT]
        yield Fact("dhcpv6.duid", data[start:end].hex(), start, end, about=about)
    if mac is not None:
        start, end = first[_CLIENT]
        yield Fact("mac", mac, end - 6, end, about=about)
    if _VENDOR in first and first[_VENDOR][1] - first[_VENDOR][0] >= 4:
        start = first[_VENDOR][0]
        number = int.from_bytes(data[start : start + 4], "big")
        yield Fact("dhcpv6.enterprise", str(number), start, start + 4, about=about)
    if _FQDN in first and first[_FQDN][1] - first[_FQDN][0] > 1:
        start, end = first[_FQDN]
        # A partial name ends without the empty label (RFC 4704 §4.2).
        name = read_name(data[:end] + b"\0", start + 1, "dhcpv6.name")[0]
        yield Fact("hostname", name, start + 1, end, about=about)
    if _ORO in first:
        start, end = first[_ORO]
        asked = ",".join(str(int.from_bytes(data[at : at + 2], "big")) for at in range(start, end - 1, 2))
        order = ",".join(str(code) for code, *_ in options)
        yield Fact("dhcpv6.fingerprint", f"{asked}|{order}", start, end, about=about)


def _mac(data: bytes, first: dict[int, tuple[int, int]]) -> str | None:
    """The MAC of a DUID-LLT or DUID-LL on Ethernet (RFC 8415 §11.2, §11.4)."""
    if _CLIENT not in first:
        return None
    start, end = first[_CLIENT]
    head = data[start : start + 4]
    if (head, end - start) in ((b"\x00\x01\x00\x01", 14), (b"\x00\x03\x00\x01", 10)):
        mac = mac_text(data[end - 6 : end])
        return None if is_group_mac(mac) else mac
    return None


def _given(data: bytes, options: list[Option], kind: int, relayed: bool) -> Iterator[Fact]:
    """What a server gives: to the receiver, or behind a relay to the station whose DUID names a MAC."""
    yield Fact("dhcp.role", "server")
    mac = _mac(data, {code: (start, end) for code, start, end in reversed(options)})
    if kind != 7 or (relayed and mac is None):
        return
    # The MAC in a DUID may be that of another interface (RFC 8415 §11): where the receiver is the station, it is named.
    about: Literal["sender", "receiver"] | Key = Key("mac", mac) if relayed and mac is not None else RECEIVER
    for code, start, end in options:
        if code == _IA_NA:
            for inner, at, stop in _options(data, start + 12, end):
                if inner == _IA_ADDRESS and stop - at >= 24:
                    address = str(ipaddress.IPv6Address(data[at : at + 16]))
                    yield Fact("ip", address, at, at + 16, about=about)


def _options(data: bytes, pos: int, end: int) -> Iterator[Option]:
    for _ in range(_MOST):
        if pos + 4 > end:
            return
        code, size = int.from_bytes(data[pos : pos + 2], "big"), int.from_bytes(data[pos + 2 : pos + 4], "big")
        if pos + 4 + size > end:
            raise Malformed(
                "dhcpv6.option", "an option is longer than its message (RFC 8415 §21.1)", where=f"offset {pos}"
            )
        yield code, pos + 4, pos + 4 + size
        pos += 4 + size


def _looks_like(data: bytes, hint: Hint) -> float:
    if PORTS.isdisjoint(hint.ports) or len(data) < 8 or not 1 <= data[0] <= 13:
        return 0.0
    pos = 34 if data[0] in _RELAYS else 4
    return 0.9 if len(data) >= pos + 4 and data[pos] == 0 and data[pos + 1] < 144 else 0.0


DHCPV6 = Dissector(
    name="dhcpv6",
    layer=DATAGRAM,
    reference="RFC 8415, RFC 4704",
    emits=frozenset({"dhcp.role", "dhcpv6.duid", "dhcpv6.enterprise", "dhcpv6.fingerprint", "hostname", "ip", "mac"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
