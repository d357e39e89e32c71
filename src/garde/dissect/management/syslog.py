"""Syslog: under which name and by which program a station reports.

Question: what does this station call itself, and which programs run on it?
Reference: RFC 5424 §6 (structured form), RFC 3164 §4 (the older form as it is met). Left out: the message itself,
which may name anybody; structured data.

Example: ``<34>1 2026-11-24T10:00:00Z ct01 sshd 812 - - …`` gives ``hostname`` ct01 and ``syslog.program`` sshd.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.spec import DATAGRAM, SENDER, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key
from garde.wire.flow import Payload

_HEAD: Final = re.compile(rb"<(\d{1,3})>")
#: RFC 5424 §6: version, time, host name, program; each a dash where it is unknown.
_NEW: Final = re.compile(rb"1 (?:-|\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d)) ([!-~]{1,255}) ([!-~]{1,48}) ")
#: RFC 3164 §4.1.2, and the form without a host name that most senders use.
_OLD: Final = re.compile(
    rb"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? )"
    rb"(?:([A-Za-z0-9][\w.:-]{0,254}) )?([A-Za-z][\w./-]{0,47})(?:\[\d+\])?: ?"
)
_BARE: Final = re.compile(rb"([A-Za-z][\w./-]{0,47})\[\d+\]: ?")


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    head = _HEAD.match(data)
    if head is None or int(head[1]) > 191:
        raise Malformed("syslog.priority", "no priority from 0 to 191 (RFC 5424 §6.2.1)", where="offset 0")
    new = _NEW.match(data, head.end())
    if new is not None:
        yield from _named(new, 1, "hostname")
        yield from _named(new, 2, "syslog.program", _origin(new[1], payload))
        return
    old = _OLD.match(data, head.end()) or _BARE.match(data, head.end())
    if old is None:
        return
    if old.re is _OLD:
        if old[1] is not None:
            yield from _named(old, 1, "hostname")
        yield from _named(old, 2, "syslog.program", _origin(old[1] or b"", payload))
    else:
        yield from _named(old, 1, "syslog.program")


def _origin(host: bytes, payload: Payload) -> Literal["sender"] | Key:
    """Whose message it is: the sender's, unless the header names another address, for which the sender relays."""
    text = host.decode("ascii", "replace")
    if not _is_address(text) or ipaddress.ip_address(text) == _address(payload.sender.ip):
        return SENDER
    return Key.of("ip", text)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    return ipaddress.ip_address(text) if text else None


def _named(
    found: re.Match[bytes], group: int, attribute: str, about: Literal["sender"] | Key = SENDER
) -> Iterator[Fact]:
    text = found[group].decode("ascii", "replace")
    if text == "-" or (attribute == "hostname" and _is_address(text)):
        return
    yield Fact(attribute, text.lower() if attribute == "hostname" else text, *found.span(group), about=about)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _looks_like(data: bytes, hint: Hint) -> float:
    if data[:1] != b"<":
        return 0.0
    head = _HEAD.match(data)
    if head is None or int(head[1]) > 191:
        return 0.0
    if _NEW.match(data, head.end()) or _OLD.match(data, head.end()):
        return 0.9
    return 0.6 if 514 in hint.ports and data[head.end() :][:32].isascii() else 0.0


SYSLOG = Dissector(
    name="syslog",
    layer=DATAGRAM,
    reference="RFC 5424, RFC 3164",
    emits=frozenset({"hostname", "syslog.program"}),
    looks_like=_looks_like,
    session=stateless(_facts),
    situated=True,
)
