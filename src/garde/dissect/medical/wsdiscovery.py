"""WS-Discovery: what devices announce of themselves, medical ones (SDC), printers and cameras alike.

Question: which endpoint is this, of which types, where does it stand, and at which address does it answer?
Reference: OASIS WS-Discovery 1.1 and its predecessor of April 2005; DPWS 1.1; IEEE 11073-20702 (MDPWS), 11073-20701 §9
(SDC scopes); ONVIF Core §7.3 (device scopes). UDP port 3702, multicast 239.255.255.250 and FF02::C. Left out: Probe and
Resolve contents beyond what is looked for, security headers, service metadata (they are read over HTTP).

Statements of a medical device carry the source ``sdc.discovery``, all others ``wsd``.

Example: the scope ``sdc.ctxt.loc:/sdc.ctxt.loc.detail/H%2FW%2FB?fac=H&poc=W&bed=B`` gives ``facility`` H, ``ward`` W
and ``bed`` B.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.dissect.xml10 import Node, qualified, read
from garde.errors import Malformed
from garde.wire.flow import Payload

_SPACES: Final = frozenset(
    {
        "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
        "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    }
)
#: Namespace of a type → the prefix it is shown with.
_PREFIXES: Final = {
    "http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01": "dpws",
    "http://schemas.xmlsoap.org/ws/2006/02/devprof": "dpws",
    "http://standards.ieee.org/downloads/11073/11073-20702-2016": "mdpws",
    "http://www.onvif.org/ver10/network/wsdl": "onvif",
    "http://www.onvif.org/ver10/device/wsdl": "onvif",
    "http://schemas.microsoft.com/windows/2006/08/wdp/print": "wprt",
    "http://schemas.microsoft.com/windows/2006/08/wdp/scan": "wscn",
    "http://schemas.microsoft.com/windows/pub/2005/07": "pub",
}
_SPEAKERS: Final = frozenset({"Hello", "Bye", "ProbeMatch", "ResolveMatch"})
_SEEKERS: Final = frozenset({"Probe", "Resolve"})
#: Parts of an SDC location (IEEE 11073-20701 §9.4): query key → attribute.
_LOCATION: Final = {"fac": "facility", "poc": "ward", "rm": "room", "bed": "bed"}
#: Scopes an ONVIF device announces of itself: path → attribute.
_ONVIF: Final = {"name": "friendly_name", "hardware": "model", "location": "location", "manufacturer": "manufacturer"}
_MOST_SCOPES: Final = 64


def _facts(payload: Payload) -> Iterator[Fact]:
    nodes = read(payload.data, "wsd.xml")
    if nodes[0].name != "Envelope":
        raise Malformed("wsd.envelope", "no SOAP envelope", where="offset 0")
    spoken = [node for node in nodes if node.space in _SPACES and node.name in _SPEAKERS | _SEEKERS]
    if not spoken:
        raise Malformed("wsd.message", "no message of WS-Discovery (OASIS WS-Discovery 1.1 §4-6)")
    medical = b"11073" in payload.data and any(
        name == "MedicalDevice" and "11073" in space
        for node in nodes
        if node.name == "Types"
        for space, name in qualified(node.text, node)
    )
    source = "sdc.discovery" if medical else "wsd"
    for fact in _said(nodes, payload):
        if fact.value:
            yield Fact(fact.attribute, fact.value, fact.start, fact.end, source=source)


def _said(nodes: list[Node], payload: Payload) -> Iterator[Fact]:
    for node in nodes:
        speaks = not _SPEAKERS.isdisjoint(node.path)
        if speaks and node.name == "Address" and node.path[-1] == "EndpointReference":
            yield Fact("wsd.endpoint", node.text, node.start, node.end)
        elif speaks and node.name == "Types":
            for space, name in qualified(node.text, node):
                prefix = _PREFIXES.get(space, "")
                yield Fact("wsd.type", f"{prefix}:{name}" if prefix else name, node.start, node.end)
        elif speaks and node.name == "Scopes":
            for scope in node.text.split()[:_MOST_SCOPES]:
                yield from _scope(scope, node, payload.data)
        elif speaks and node.name == "XAddrs":
            yield from _addresses(node)
        elif node.space in _SPACES and node.name in _SEEKERS:
            yield Fact("client", "wsd", node.start, node.end)


def _scope(scope: str, node: Node, data: bytes) -> Iterator[Fact]:
    raw = scope.replace("&", "&amp;").encode()
    at = data.find(raw, node.start)
    start, end = (at, at + len(raw)) if at >= 0 else (node.start, node.start)
    yield Fact("wsd.scope", scope, start, end)
    try:
        parts = urlsplit(scope)
        query = dict(parse_qsl(parts.query, max_num_fields=16))
    except ValueError:
        return
    if parts.scheme == "sdc.ctxt.loc":
        for key, attribute in _LOCATION.items():
            yield Fact(attribute, query.get(key, ""), start, end)
        shown = (query.get(key, "") for key in ("fac", "bldng", "flr", "poc", "rm", "bed"))
        yield Fact("location", "/".join(filter(None, shown)), start, end)
    elif parts.scheme == "sdc.cdc.type":
        # /{coding system}/{version}/{code}; an empty system is ISO/IEEE 11073-10101.
        # An empty system makes it begin with three strokes, which would be an authority to `urlsplit`.
        words = [unquote(word) for word in scope.partition(":")[2].partition("?")[0].split("/")]
        if len(words) >= 4 and words[3].isdigit() and words[1] in ("", "urn:oid:1.2.840.10004.1.1.1.0.0.1"):
            yield Fact("mdc.code", words[3], start, end)
    elif parts.scheme == "onvif":
        words = parts.path.strip("/").split("/", 1)
        if len(words) == 2 and words[0] in _ONVIF:
            yield Fact(_ONVIF[words[0]], unquote(words[1]), start, end)


def _addresses(node: Node) -> Iterator[Fact]:
    """XAddrs are transport addresses: their scheme says how the device is reached."""
    for word in node.text.split()[:8]:
        scheme = word.partition(":")[0].lower()
        if scheme in ("http", "https"):
            yield Fact("service", scheme, node.start, node.end)


def _looks_like(data: bytes, hint: Hint) -> float:
    if data[:1] not in (b"<", b"\xef", b" ", b"\r", b"\n"):
        return 0.0
    if b"/discovery" not in data or b"nvelope" not in data[:400]:
        return 0.0
    if any(space.encode() in data for space in _SPACES):
        return 0.95
    return 0.6 if 3702 in hint.ports else 0.0


WSDISCOVERY = Dissector(
    name="wsd",
    layer=DATAGRAM,
    reference="OASIS WS-Discovery 1.1, WS-Discovery 2005/04; IEEE 11073-20702 and 11073-20701; ONVIF Core",
    emits=frozenset(
        {
            "bed",
            "client",
            "facility",
            "friendly_name",
            "location",
            "manufacturer",
            "mdc.code",
            "model",
            "room",
            "service",
            "ward",
            "wsd.endpoint",
            "wsd.scope",
            "wsd.type",
        }
    ),
    looks_like=_looks_like,
    session=stateless(_facts),
)
