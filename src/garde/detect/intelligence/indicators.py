"""Indicators: addresses, names and digests of ill repute, from lists that others keep.

Question: does somebody on this network talk with what is on a list?
Reference: STIX 2.1 §4.7 (indicator) and §9 (patterns: only equality of one property is read), MISP core format
(attributes and objects of an event), CSV with the columns ``type,value``. Left out: patterns with operators that need
memory, and indicators that are over (``valid_until``, ``revoked``, MISP ``to_ids`` false).

Example:
    >>> read_csv("type,value\\nip,198.51.100.7\\n", "c2.csv")
    [('ip', '198.51.100.7', 'c2.csv')]
"""

from __future__ import annotations

import csv
import hashlib
import io
import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garde.detect.spec import Alarm, Deaf, Detector, Setting
from garde.errors import Malformed
from garde.wire.flow import Endpoint
from garde.wire.signal import ACCEPTED, OPENED, Happening, Signal

#: Kind (``ip``, ``domain``, ``url``, ``sha256``, ``md5``, ``sha1``), value in canonical form, list.
Indicator = tuple[str, str, str]
#: Most indicators of one list.
MOST: Final = 1 << 20

_PATTERN: Final = re.compile(r"\[\s*([a-z0-9-]+):([\w.'\- ]+?)\s*=\s*'((?:[^'\\]|\\.)*)'\s*\]")
_STIX: Final = {
    ("ipv4-addr", "value"): "ip",
    ("ipv6-addr", "value"): "ip",
    ("domain-name", "value"): "domain",
    ("url", "value"): "url",
    ("file", "hashes.'SHA-256'"): "sha256",
    ("file", "hashes.SHA-256"): "sha256",
    ("file", "hashes.MD5"): "md5",
    ("file", "hashes.'SHA-1'"): "sha1",
    ("network-traffic", "dst_ref.value"): "ip",
}
_MISP: Final = {
    "ip-dst": "ip",
    "ip-src": "ip",
    "domain": "domain",
    "hostname": "domain",
    "url": "url",
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
}
_CSV: Final = {"ip": "ip", "ipv4": "ip", "ipv6": "ip", "domain": "domain", "hostname": "domain", "url": "url"} | {
    name: name for name in ("md5", "sha1", "sha256")
}
_LENGTHS: Final = {"md5": 32, "sha1": 40, "sha256": 64}


def read(data: bytes, name: str) -> list[Indicator]:
    """The indicators of a list, whichever of the three forms it has.

    Raises:
        Malformed: it has none of them.
    """
    if data.lstrip()[:1] != b"{":
        try:
            return read_csv(data.decode("utf-8-sig"), name)
        except UnicodeDecodeError:
            raise Malformed("indicators.text", "The list is not UTF-8", where=name) from None
    try:
        tree = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise Malformed("indicators.json", f"The list is no JSON: {error}", where=name) from None
    if not isinstance(tree, dict):
        raise Malformed("indicators.form", "The list is no object", where=name)
    if tree.get("type") == "bundle":
        return list(_stix(tree, name))
    if "Event" in tree or "response" in tree:
        return list(_misp(tree, name))
    raise Malformed(
        "indicators.form",
        "Neither a STIX bundle nor a MISP event",
        where=name,
        hint='A bundle has "type": "bundle", an event has "Event"',
    )


def _stix(tree: Mapping[str, Any], name: str) -> Iterator[Indicator]:
    for one in _objects(tree.get("objects")):
        if one.get("type") != "indicator" or one.get("revoked") or one.get("pattern_type", "stix") != "stix":
            continue
        for kind, path, value in _PATTERN.findall(str(one.get("pattern", ""))):
            found = _STIX.get((kind, path.strip()))
            if found:
                yield from _indicator(found, value.replace("\\'", "'").replace("\\\\", "\\"), name)


def _misp(tree: Mapping[str, Any], name: str) -> Iterator[Indicator]:
    response = tree.get("response")
    events = [one.get("Event", one) for one in _objects(response)] if response else [tree.get("Event")]
    for event in _objects(events):
        attributes = _objects(event.get("Attribute"))
        for thing in _objects(event.get("Object")):
            attributes += _objects(thing.get("Attribute"))
        for one in attributes:
            if one.get("to_ids", True) in (False, "0"):
                continue
            kinds, values = str(one.get("type", "")).split("|"), str(one.get("value", "")).split("|")
            for kind, value in zip(kinds, values, strict=False):
                if kind in _MISP:
                    yield from _indicator(_MISP[kind], value, name)


def read_csv(text: str, name: str) -> list[Indicator]:
    """The indicators of a CSV list.

    Raises:
        Malformed: it has no columns ``type`` and ``value``.
    """
    rows = csv.DictReader(io.StringIO(text))
    if not rows.fieldnames or not {"type", "value"} <= {field.strip().lower() for field in rows.fieldnames if field}:
        raise Malformed("indicators.columns", "The list has no columns type and value", where=name)
    out: list[Indicator] = []
    try:
        for row in rows:
            line = {(key or "").strip().lower(): value for key, value in row.items() if isinstance(value, str)}
            kind = _CSV.get(line.get("type", "").strip().lower(), "")
            out += _indicator(kind, line.get("value", ""), name)
            if len(out) > MOST:
                raise Malformed("indicators.many", f"The list has more than {MOST} rows", where=name)
    except csv.Error as error:
        raise Malformed("indicators.csv", str(error), where=name) from None
    return out


def _indicator(kind: str, value: str, name: str) -> Iterator[Indicator]:
    value = value.strip()
    if kind == "ip":
        try:
            yield "ip", str(ipaddress.ip_address(value)), name
        except ValueError:
            return
    elif kind == "domain" and value:
        yield "domain", value.lower().rstrip("."), name
    elif kind == "url" and "://" in value:
        host, _, path = value.split("://", 1)[1].partition("/")
        host = host.lower().rsplit("@", 1)[-1].rsplit(":", 1)[0]
        # As the listener of HTTP tells addresses, which may name a patient.
        yield "url", hashlib.sha256(f"{host}/{path}".encode("utf-8", "replace")).hexdigest(), name
    elif kind in _LENGTHS and len(value) == _LENGTHS[kind]:
        yield kind, value.lower(), name


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._known: dict[str, dict[str, str]] = {}
        for kind, value, name in setting.indicators:
            self._known.setdefault(kind, {})[value] = name

    def happening(self, one: Happening) -> Iterator[Alarm]:
        known = self._known.get("ip")
        if not known or one.what not in (OPENED, ACCEPTED):
            return
        for subject, peer in ((one.client, one.server), (one.server, one.client)):
            name = known.get(peer.ip)
            if name:
                answered = "yes" if one.what == ACCEPTED else "not seen"
                reasons = (f"list: {name}", f"address: {peer.ip}", f"answered: {answered}")
                yield Alarm(
                    "indicator.address",
                    subject,
                    92 if one.what == ACCEPTED else 80,
                    (peer,),
                    reasons,
                    (one.packet,),
                    peer.ip,
                )

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if not self._known:
            return
        if one.kind in ("dns.ask", "tls.hello", "http.request"):
            text = one.text("host" if one.kind == "http.request" else "name")
            yield from self._named(one, text)
            url = self._known.get("url", {}).get(one.text("url"))
            if url:
                yield _found(one, "indicator.url", one.sender, one.receiver, (f"list: {url}",), one.text("url")[:16])
        elif one.kind == "file.seen":
            for kind in ("md5", "sha1", "sha256"):
                known = self._known.get(kind)
                if known:
                    digest = hashlib.new(kind, one.octets, usedforsecurity=False).hexdigest()
                    if digest in known:
                        reasons = (f"list: {known[digest]}", f"{kind}: {digest}", f"by: {one.text('by')}")
                        yield _found(one, "indicator.file", one.receiver, one.sender, reasons, digest[:16])

    def _named(self, one: Signal, text: str) -> Iterator[Alarm]:
        known = self._known.get("domain")
        labels = text.split(".")
        for at in range(len(labels) - 1 if known else 0):
            name = ".".join(labels[at:])
            if known and name in known:
                reasons = (f"list: {known[name]}", f"name: {name}")
                yield _found(one, "indicator.name", one.sender, one.receiver, reasons, name)
                return


def _found(
    one: Signal, rule: str, subject: Endpoint, peer: Endpoint, reasons: tuple[str, ...], identifier: str
) -> Alarm:
    return Alarm(rule, subject, 90, (peer,), reasons, (one.packet,), identifier)


INDICATORS: Final = Detector(
    name="indicators",
    rules=frozenset({"indicator.address", "indicator.file", "indicator.name", "indicator.url"}),
    sense=_Sense,
    signals=frozenset({"dns.ask", "file.seen", "http.request", "tls.hello"}),
    flows=True,
)
