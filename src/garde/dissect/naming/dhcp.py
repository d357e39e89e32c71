"""DHCP: what a station asks for, under which name, and which address it is given.

Question: which station is this, which system writes its requests this way, and which address is it leased?
Reference: RFC 2131 and 2132; options 12, 43, 50, 52, 53, 54, 55, 57, 60, 61, 77, 81 (RFC 3004, RFC 4702). The
fingerprint is the ordered parameter request list, the vendor class and the order of the options: ``55|60|options``.
Left out: authentication, relay information.

Statements are about the station named in ``chaddr``, also when a relay carries them; the server is the one that option
54 names, for the sender of an answer may be a relay (RFC 2131 §4.1).

Example: a DISCOVER with options 53, 55 (1,3,6) and 60 "MSFT 5.0" gives ``dhcp.fingerprint`` ``1,3,6|MSFT
5.0|53,55,60``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key, is_group_mac, mac_text
from garde.wire.flow import Endpoint, Payload

COOKIE: Final = b"\x63\x82\x53\x63"
_FIXED: Final = 240
#: Option 53 (RFC 2132 §9.6).
_FROM_CLIENT: Final = {1: "discover", 3: "request", 4: "decline", 7: "release", 8: "inform"}
_OFFER, _ACK = 2, 5
_NOBODY: Final = bytes(4)
_MOST: Final = 256

#: Code, first and last position of the value, the value.
Option = tuple[int, int, int, bytes]


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    if len(data) < _FIXED or data[0] not in (1, 2) or data[236:240] != COOKIE:
        raise Malformed("dhcp.message", "no DHCP message (RFC 2131 §2)", where="offset 0")
    if data[1] != 1 or data[2] != 6:
        return
    mac = mac_text(data[28:34])
    if is_group_mac(mac) or data[28:34] == bytes(6):
        return
    station = Key("mac", mac)
    options = list(_options(data))
    kind = next((value[0] for code, _, _, value in options if code == 53 and len(value) == 1), 0)
    if data[0] == 1:
        if data[24:28] != _NOBODY:
            yield Fact("dhcp.role", "relay", 24, 28)
        yield from _asked(options, kind, station)
        if data[12:16] != _NOBODY and kind in (3, 8):
            yield Fact("ip", ".".join(map(str, data[12:16])), 12, 16, about=station)
    else:
        if kind in (_OFFER, _ACK):
            yield _served(options, payload.sender) if data[24:28] != _NOBODY else Fact("dhcp.role", "server")
        if kind == _ACK and data[16:20] != _NOBODY:
            yield Fact("ip", ".".join(map(str, data[16:20])), 16, 20, about=station)


def _served(options: list[Option], sender: Endpoint) -> Fact:
    """Who serves behind a relay: whom option 54 names; when that is not the sender, the sender only carries it."""
    for code, start, end, value in options:
        if code == 54 and len(value) == 4 and value != _NOBODY:
            server = ".".join(map(str, value))
            if sender.ip and server != sender.ip:
                return Fact("dhcp.role", "server", start, end, about=Key("ip", server))
            return Fact("dhcp.role", "server", start, end)
    return Fact("dhcp.role", "server")


def _asked(options: list[Option], kind: int, station: Key) -> Iterator[Fact]:
    """What the station says of itself."""
    first = {code: (start, end, value) for code, start, end, value in reversed(options)}
    for code, attribute in ((12, "hostname"), (60, "dhcp.vendor_class")):
        if code in first:
            start, end, value = first[code]
            yield Fact(attribute, _text(value), start, end, about=station)
    if 81 in first and len(first[81][2]) > 3:
        start, end, value = first[81]
        yield Fact("hostname", _domain_name(value), start + 3, end, about=station)
    if 61 in first:
        start, end, value = first[61]
        yield Fact("dhcp.client_id", _client(value), start, end, about=station)
    if 77 in first:
        start, end, value = first[77]
        yield Fact("dhcp.user_class", _user_class(value), start, end, about=station)
    if kind in (1, 3, 8) and 55 in first:
        start, end, value = first[55]
        asked = ",".join(map(str, value))
        order = ",".join(str(code) for code, *_ in options)
        vendor = _text(first[60][2]) if 60 in first else ""
        yield Fact("dhcp.fingerprint", f"{asked}|{vendor}|{order}", start, end, about=station)


def _options(data: bytes) -> Iterator[Option]:
    """The options, and those that overflow into ``file`` and ``sname`` (RFC 2132 §9.3)."""
    overload = 0
    for code, start, end, value in _area(data, _FIXED, len(data)):
        if code == 52 and len(value) == 1:
            overload = value[0]
        yield code, start, end, value
    if overload & 1:
        yield from _area(data, 108, 236)
    if overload & 2:
        yield from _area(data, 44, 108)


def _area(data: bytes, pos: int, end: int) -> Iterator[Option]:
    for _ in range(_MOST):
        if pos >= end or data[pos] == 255:
            return
        if data[pos] == 0:
            pos += 1
            continue
        if pos + 2 > end or pos + 2 + data[pos + 1] > end:
            raise Malformed("dhcp.option", "an option is longer than its field (RFC 2132 §2)", where=f"offset {pos}")
        stop = pos + 2 + data[pos + 1]
        yield data[pos], pos + 2, stop, data[pos + 2 : stop]
        pos = stop


def _text(value: bytes) -> str:
    return value.rstrip(b"\x00").decode("utf-8", "replace")


def _client(value: bytes) -> str:
    """Hardware type and address as a MAC (RFC 2132 §9.14), RFC 4361 identifiers and others in hexadecimal."""
    if len(value) == 7 and value[0] == 1:
        return mac_text(value[1:])
    return (
        _text(value[1:])
        if value[:1] == b"\x00" and value[1:].isascii() and value[1:].decode().isprintable()
        else value.hex()
    )


def _domain_name(value: bytes) -> str:
    """Option 81: flags and two obsolete octets, then a name as text or, with the E bit, in DNS form (RFC 4702 §2)."""
    if not value[0] & 4:
        return _text(value[3:])
    labels, pos = [], 3
    while pos < len(value) and 0 < value[pos] < 64:
        labels.append(_text(value[pos + 1 : pos + 1 + value[pos]]))
        pos += 1 + value[pos]
    return ".".join(labels)


def _user_class(value: bytes) -> str:
    """Option 77: counted strings (RFC 3004 §4), or plain text as many clients send it."""
    if value and value[0] == len(value) - 1:
        return _text(value[1:])
    return _text(value)


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.95 if len(data) >= _FIXED and data[0] in (1, 2) and data[236:240] == COOKIE else 0.0


DHCP = Dissector(
    name="dhcp",
    layer=DATAGRAM,
    reference="RFC 2131, RFC 2132, RFC 3004, RFC 4702",
    emits=frozenset(
        {"dhcp.client_id", "dhcp.fingerprint", "dhcp.role", "dhcp.user_class", "dhcp.vendor_class", "hostname", "ip"}
    ),
    looks_like=_looks_like,
    session=stateless(_facts),
    situated=True,
)
