"""HTTP: what web servers and their clients say of themselves.

Question: which program serves or asks here, what is the page or the realm called, and is it FHIR or DICOMweb?
Reference: RFC 9110 and RFC 9112 (HTTP/1.1), RFC 7617 and RFC 7235 (realms), HL7 FHIR R4 §3.1.0 (paths and media
types), DICOM PS3.18 (DICOMweb), UPnP Device Architecture 2.0 (device descriptions), MS-NLMP (NTLM in headers). No
path, query or body leaves this file; a title only from a page that stands near the root, since viewers put patients
into the titles of inner pages. Left out: HTTP/2; tunnels, whose far end is somebody else.

Example:
    >>> HTTP.looks_like(b"GET /index.html HTTP/1.1\\r\\n", Hint())
    0.95
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import ipaddress
import re
from collections import deque
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.it import ntlm, upnp
from garde.dissect.it.http_message import METHODS, Body, Event, Head, Messages, Text
from garde.dissect.medical import sdc
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.flow import Payload

Who = Literal["sender", "receiver"]

_TITLE: Final = re.compile(rb"(?is)<title[^>]{0,200}>(.{0,1024}?)</title")
_ENVELOPE_END: Final = re.compile(rb"</(?:[\w.-]{1,32}:)?Envelope\s*>")
_REALM: Final = re.compile(r'(?i)realm\s*=\s*(?:"((?:[^"\\]|\\.){0,256})"|([^\s,]{1,256}))')
_TOKEN: Final = re.compile(r"(?i)(?:NTLM|Negotiate)\s+([A-Za-z0-9+/=]{16,8192})")
#: A person's page: never its title.
_PERSONAL: Final = re.compile(r"(?i)patient|\d{5}")
_NEAR_ROOT: Final = 2

#: Path segments → the interface they tell.
_DICOMWEB: Final = ("wado", "wado-rs", "wado-uri", "qido-rs", "stow-rs", "dicom-web", "dicomweb", "studies")
_SEGMENTS: Final = {
    **dict.fromkeys(_DICOMWEB, "dicomweb"),
    **dict.fromkeys(("fhir", "metadata"), "fhir"),
    **{name: name for name in ("onvif", "ipp")},
}
#: FHIR R4 §2.2: resource types that stand in paths of servers in a hospital.
_RESOURCES: Final = frozenset(
    b"Patient Observation Device DeviceMetric DeviceUseStatement Encounter DiagnosticReport ServiceRequest "
    b"ImagingStudy Bundle MedicationRequest MedicationAdministration Practitioner Organization Location Condition "
    b"Procedure Subscription AllergyIntolerance Immunization DocumentReference CapabilityStatement Specimen".split()
)
_MEDIA: Final = (
    ("fhir+", "fhir"),
    ("application/dicom", "dicomweb"),
    ("application/ipp", "ipp"),
)


class _Session:
    """One connection."""

    def __init__(self) -> None:
        self.done = False
        asked: deque[Head] = deque()
        self._sides = (Messages(asked), Messages(asked))
        self._servers: set[str] = set()

    def feed(self, payload: Payload) -> Iterator[Fact]:
        for event in self._sides[payload.direction].feed(payload):
            if event.body is not None:
                yield from self._body(event)
            elif event.head.method:
                yield from self._request(event.head)
            else:
                yield from self._response(event)
            if self.done:
                return

    def _request(self, head: Head) -> Iterator[Fact]:
        if head.method == b"M-SEARCH":
            return
        line = head.start, head.start + len(head.method)
        yield Fact("client", head.protocol, *line, about=SENDER)
        yield from _said("user_agent", head.get(b"user-agent"), SENDER)
        host = head.get(b"host")
        name = host[0].rsplit(":", 1)[0] if not host[0].startswith("[") else ""
        if name and not _is_address(name):
            yield Fact("peer_name", name, host[1], host[1] + len(name), about=SENDER)
        told = _interface(head) or _media(head, b"accept") or _media(head, b"content-type")
        if told:
            yield Fact("http.api", told, *line, about=RECEIVER)
        yield from self._tokens(head, b"authorization")

    def _response(self, event: Event) -> Iterator[Fact]:
        head = event.head
        # Behind 101 and a CONNECT that was granted, other protocols and other hosts speak.
        granted = event.request is not None and event.request.method == b"CONNECT" and head.status < 300
        self.done = head.status == 101 or granted
        yield Fact("service", head.protocol, head.start, head.start + 8, about=SENDER)
        yield from _said("http.server", head.get(b"server"), SENDER)
        for name in (b"www-authenticate", b"proxy-authenticate"):
            for value, start, _ in head.all(name):
                match = _REALM.search(value)
                if match:
                    group = 1 if match[1] is not None else 2
                    text = match[group]
                    at = start + len(value[: match.start(group)].encode())
                    yield from _said("http.realm", (text, at, at + len(text.encode())), SENDER)
            yield from self._tokens(head, name)
        told = _media(head, b"content-type")
        if told:
            yield Fact("http.api", told, *head.get(b"content-type")[1:], about=SENDER)

    def _tokens(self, head: Head, name: bytes) -> Iterator[Fact]:
        """NTLM messages in a header (MS-NTHT §2.2.1); their place is the header, since they stand there in Base64."""
        for value, start, end in head.all(name):
            match = _TOKEN.search(value)
            if match is None:
                continue
            try:
                token = base64.b64decode(match[1], validate=True)
            except binascii.Error:
                continue
            for fact in ntlm.found(token, 0, self._servers):
                yield Fact(fact.attribute, fact.value, start, end, about=fact.about, source=fact.source)

    def _body(self, event: Event) -> Iterator[Fact]:
        body, kind = event.body, event.head.get(b"content-type")[0].lower()
        if body is None or body.searched:
            return
        if "xml" in kind and b"</root" in body.text:
            body.searched = True
            if upnp.SPACE.encode() in body.text:
                with contextlib.suppress(Malformed):  # a page that only looks like a description
                    yield from upnp.facts(bytes(body.text), body.start, placed=body.plain)
        elif "xml" in kind and _ENVELOPE_END.search(body.text):
            body.searched = True
            if any(mark in body.text for mark in sdc.MARKS):
                with contextlib.suppress(Malformed):
                    yield from sdc.facts(bytes(body.text), body.start if body.plain else None)
        elif (not kind or "html" in kind) and b"</title" in body.text.lower():
            body.searched = True
            yield from _title(bytes(body.text), event, body)


def _title(text: bytes, event: Event, body: Body) -> Iterator[Fact]:
    request = event.request
    if request is None or event.head.status >= 400 or b"?" in request.target or _interface(request):
        return
    if (
        len([segment for segment in request.target.split(b"/") if segment]) > _NEAR_ROOT
        and b"://" not in request.target
    ):
        return
    match = _TITLE.search(text)
    if match is None:
        return
    title = " ".join(html.unescape(match[1].decode("utf-8", "replace")).split())
    if not title or _PERSONAL.search(title):
        return
    raw = match[1].strip()
    at = match.start(1) + match[1].find(raw)
    # In an encoded page nothing stands where it is read: the page's beginning is shown.
    first, last = (body.start + at, body.start + at + len(raw)) if body.plain else (body.start, body.start)
    yield Fact("http.title", title, first, last, about=SENDER)


def _said(attribute: str, text: Text, about: Who) -> Iterator[Fact]:
    value, start, end = text
    if value:
        yield Fact(attribute, value, start, end, about=about)


def _interface(head: Head) -> str:
    """What the path tells: FHIR, DICOMweb, ONVIF or IPP; empty when nothing."""
    path = head.target.split(b"?", 1)[0]
    segments = [segment for segment in path.split(b"/") if segment][:8]
    for segment in segments:
        told = _SEGMENTS.get(segment.decode("ascii", "replace").lower(), "")
        # "metadata" alone, and only as the last segment, is FHIR's capability interaction (§3.1.0.7).
        if told and (segment != b"metadata" or segment is segments[-1]):
            return told
        if segment in _RESOURCES:
            return "fhir"
    return ""


def _media(head: Head, name: bytes) -> str:
    value = head.get(name)[0].lower()
    return next((told for part, told in _MEDIA if part in value), "")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def looks_like(data: bytes, hint: Hint) -> float:
    """A request line or a status line."""
    if data[:7] in (b"HTTP/1.", b"RTSP/1."):
        return 0.95
    word, space, rest = data[:2048].partition(b" ")
    if not space or word not in METHODS:
        return 0.0
    line, end, _ = rest.partition(b"\n")
    if end:
        return 0.95 if b" HTTP/1." in line or b" RTSP/1." in line else 0.0
    return 0.7 if rest[:1] in (b"/", b"*") or rest[:4] in (b"http", b"rtsp") else 0.0


HTTP: Final = Dissector(
    name="http",
    layer=STREAM,
    reference="RFC 9110, RFC 9112, RFC 2326 (RTSP), UPnP Device Architecture 2.0",
    emits=ntlm.EMITS
    | upnp.EMITS
    | sdc.EMITS
    | {"client", "service", "user_agent", "peer_name", "http.server", "http.realm", "http.title", "http.api"},
    looks_like=looks_like,
    session=_Session,
    keep=(Keep(0, b"HTTP/1.", payloads=16),),
)
