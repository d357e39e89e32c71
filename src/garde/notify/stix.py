"""STIX: findings as a bundle that a CERT or a threat platform reads.

Question: how is a finding said in the words of threat intelligence?
Reference: STIX 2.1 (OASIS Standard): identity §4.5, indicator §4.7, infrastructure §4.8, note §4.11, observed-data
§4.12, vulnerability §4.18, relationship §5.1, sighting §5.2; ids §2.9. An observable's id is the UUIDv5 of its
contributing properties in the namespace that the standard gives; every other id is a UUIDv5 in Garde's own namespace,
so that the same finding exported again is the same object. Left out: TAXII, marking definitions, attack
patterns.

Example:
    >>> ipv4 = observable("ip", "198.51.100.3")
    >>> ipv4["id"]
    'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4'
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from garde.model.device import Device
from garde.model.finding import Finding
from garde.notify.letter import sayable, visible

#: STIX 2.1 §2.9: the namespace of observables. All other objects must not use it.
OBSERVABLES: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
GARDE: Final = uuid.UUID("5b0f6a52-9d0c-4c0e-8a6a-3f1f1f6f7a11")
_TYPES: Final = {"ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "mac": "mac-addr"}
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}")

Object = dict[str, Any]
#: Rule → its sentence and what to do next.
Speak = Callable[[str], tuple[str, str]]


def bundle(
    findings: Iterable[Finding], devices: Mapping[str, Device], speak: Speak, *, site: str, link: str = ""
) -> Object:
    """A bundle of all that is said of the findings.

    Args:
        findings: in any order.
        devices: by id; a device that is not there is not described.
        speak: the words of a rule.
        site: name of the hospital.
        link: address of the pages, without a slash at the end; empty gives no links.
    """
    parts: dict[str, Object] = {}
    author = _object("identity", site, 0, 0, name=visible(site) or "Garde", identity_class="organization")
    author["sectors"] = ["healthcare"]
    _add(parts, author)
    for finding in findings:
        for one in _of(finding, devices.get(finding.device), speak, str(author["id"]), link):
            _add(parts, one)
    for one in parts.values():
        if one["type"] not in _TYPES.values() and one is not author:
            one["created_by_ref"] = author["id"]
    name = uuid.uuid5(GARDE, json.dumps(sorted((one["id"], one.get("modified", "")) for one in parts.values())))
    return {"type": "bundle", "id": f"bundle--{name}", "objects": [parts[key] for key in sorted(parts)]}


def observable(kind: str, value: str) -> Object | None:
    """The observable of an address, or None when it is no address.

    >>> observable("mac", "nonsense") is None
    True
    """
    try:
        if kind == "ip":
            address = ipaddress.ip_address(value)
            kind, value = f"ipv{address.version}", str(address).partition("%")[0]
        elif kind == "mac":
            octets = bytes.fromhex(value.replace(":", ""))
            value = octets.hex(":")
            if len(octets) != 6:
                return None
        else:
            return None
    except ValueError:
        return None
    # RFC 8785: one property with an ASCII value needs no more than compact JSON.
    name = uuid.uuid5(OBSERVABLES, json.dumps({"value": value}, separators=(",", ":")))
    return {"type": _TYPES[kind], "spec_version": "2.1", "id": f"{_TYPES[kind]}--{name}", "value": value}


def _of(finding: Finding, device: Device | None, speak: Speak, author: str, link: str) -> Iterable[Object]:
    sentence, advice = speak(finding.rule)
    seen = [one for key in (device.keys if device else ()) if (one := observable(key.kind, key.value))]
    yield from seen
    about: list[str] = []
    begin = finding.first_at
    end = max(begin, finding.last_at, finding.decided[0], finding.closed_at)
    if device:
        label = visible(device.value("ward"))
        words = [device.kind, label, device.id]
        thing = _object("infrastructure", device.id, device.first_at, max(device.last_at, device.first_at))
        thing |= {"name": ", ".join(filter(None, words)), "infrastructure_types": ["unknown"]}
        yield thing
        about.append(thing["id"])
        for one in seen:
            yield _relation(thing["id"], "consists-of", one["id"], device.first_at)
    facts: list[str] = []
    if seen:
        data = _object("observed-data", finding.id, begin, end, first_observed=_time(begin), last_observed=_time(end))
        data |= {"number_observed": finding.count, "object_refs": [one["id"] for one in seen]}
        yield data
        facts = [data["id"]]
    subject = _subject(finding, sentence, seen, begin, end)
    if subject:
        yield subject
        about.append(subject["id"])
        sighting = _object("sighting", finding.id, begin, end, first_seen=_time(begin), last_seen=_time(end))
        sighting |= {"count": finding.count, "sighting_of_ref": subject["id"], "where_sighted_refs": [author]}
        if facts:
            sighting["observed_data_refs"] = facts
        yield sighting
        if device and subject["type"] == "vulnerability":
            yield _relation(about[0], "has", subject["id"], begin)
    reasons = [f"{code}: {value}" for code, value in sayable(finding.reasons)]
    lines = [f"{sentence}.", f"{finding.kind}, {finding.severity}, {finding.status}", *reasons, advice]
    note = _object("note", finding.id, begin, end, abstract=sentence, content="\n".join(filter(None, lines)))
    note["object_refs"] = about + facts or [author]
    note["labels"] = [finding.kind, f"severity-{finding.severity}", f"status-{finding.status}"]
    source = {"source_name": "garde", "external_id": finding.id}
    note["external_references"] = [source | ({"url": f"{link}/findings/{finding.id}"} if link else {})]
    yield note


def _subject(finding: Finding, sentence: str, seen: list[Object], begin: int, end: int) -> Object | None:
    """What was sighted: a vulnerability, or for a threat whatever may be matched on the wire."""
    name = visible(finding.identifier) or finding.rule
    if finding.kind == "vulnerability":
        known = _CVE.fullmatch(finding.identifier)
        # Two devices with the same CVE have one vulnerability, whose dates must not depend on who was seen first.
        one = _object("vulnerability", f"{finding.rule} {finding.identifier}", 0, 0, name=name, description=sentence)
        if known:
            one["external_references"] = [{"source_name": "cve", "external_id": finding.identifier}]
        return one
    if finding.kind == "threat" and seen:
        pattern = " OR ".join(f"{one['type']}:value = '{one['value']}'" for one in seen)
        one = _object("indicator", finding.id, begin, end, name=sentence, pattern=f"[{pattern}]", pattern_type="stix")
        return one | {"valid_from": _time(begin), "indicator_types": ["anomalous-activity"]}
    return None


def _object(kind: str, key: str, created: int, modified: int, **fields: Any) -> Object:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{_named(kind, key)}",
        "created": _time(created),
        "modified": _time(modified),
        **fields,
    }


def _named(*words: str) -> uuid.UUID:
    """Garde's own UUIDv5; half of a surrogate pair cannot be hashed as UTF-8 and is escaped."""
    return uuid.uuid5(GARDE, json.dumps(words))


def _relation(source: str, kind: str, target: str, at: int) -> Object:
    ends = {"relationship_type": kind, "source_ref": source, "target_ref": target}
    return _object("relationship", f"{source} {kind} {target}", at, at, **ends)


def _add(parts: dict[str, Object], one: Object) -> None:
    """The later version of an object stands."""
    if one["id"] not in parts or one.get("modified", "") > parts[one["id"]].get("modified", ""):
        parts[one["id"]] = one


def _time(at: int) -> str:
    """STIX 2.1 §3.2: UTC with milliseconds, which every consumer keeps."""
    try:
        when = dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        when, at = dt.datetime.fromtimestamp(0, dt.UTC), 0
    return f"{when:%Y-%m-%dT%H:%M:%S}.{at // 1_000_000 % 1000:03d}Z"
