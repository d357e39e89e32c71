"""SSDP: which UPnP devices and services announce themselves.

Question: which UPnP device is this, which types does it offer, and which system answers for it?
Reference: UPnP Device Architecture 2.0 §1.2–1.3. The description that LOCATION leads to is read by the HTTP dissector.
Left out: eventing.

Example: ``NOTIFY`` with ``SERVER: Linux/2.6 UPnP/1.0 Belkin/1.0`` gives ``ssdp.server``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

_STARTS: Final = (b"NOTIFY * HTTP/1.", b"M-SEARCH * HTTP/1.", b"HTTP/1.1 200", b"HTTP/1.0 200")
_HEADER: Final = re.compile(rb"(?m)^([A-Za-z][\w.-]{0,40})[ \t]*:[ \t]*([^\r\n]{0,512})")
_TYPE: Final = re.compile(r"urn:[^:]+:(device|service):([^:]+):")
_MOST: Final = 40


def _facts(payload: Payload) -> Iterator[Fact]:
    data = payload.data
    if not data.startswith(_STARTS):
        raise Malformed("ssdp.start", "no start line of SSDP (UPnP DA §1.2)", where="offset 0")
    headers: dict[bytes, re.Match[bytes]] = {}
    for number, found in enumerate(_HEADER.finditer(data)):
        if number >= _MOST:
            break
        headers.setdefault(found[1].upper(), found)
    if data.startswith(b"M-SEARCH"):
        if b"ST" in headers:
            yield _fact("client", headers[b"ST"], prefix="ssdp:")
        if b"USER-AGENT" in headers:
            yield _fact("user_agent", headers[b"USER-AGENT"])
        return
    if b"USN" not in headers and b"SERVER" not in headers:
        raise Malformed("ssdp.announcement", "neither USN nor SERVER (UPnP DA §1.2.2)", where="offset 0")
    for name, attribute in ((b"SERVER", "ssdp.server"), (b"USN", "ssdp.usn")):
        if name in headers:
            yield _fact(attribute, headers[name])
    for name in (b"NT", b"ST"):
        if name in headers and _TYPE.match(headers[name][2].decode("utf-8", "replace")):
            yield _fact("ssdp.type", headers[name])


def _fact(attribute: str, found: re.Match[bytes], *, prefix: str = "") -> Fact:
    text = found[2].decode("utf-8", "replace").strip()
    return Fact(attribute, prefix + text, found.start(2), found.start(2) + len(found[2].rstrip()))


def _looks_like(data: bytes, hint: Hint) -> float:
    if data[:1] not in (b"N", b"M", b"H") or not data.startswith(_STARTS):
        return 0.0
    return 0.95 if 1900 in hint.ports or b"ssdp" in data or b"upnp:rootdevice" in data else 0.6


SSDP = Dissector(
    name="ssdp",
    layer=DATAGRAM,
    reference="UPnP Device Architecture 2.0 §1",
    emits=frozenset({"client", "ssdp.server", "ssdp.type", "ssdp.usn", "user_agent"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)
