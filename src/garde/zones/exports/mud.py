"""MUD: a model's rules of a policy as a file that any MUD manager reads.

Question: which file says what this policy allows a model, and does a file found somewhere still say it?
Reference: RFC 8520, RFC 8519; domain note 04 §5 (learnt files: my-controller, same-manufacturer, the controllers of DNS
and NTP). Each rule stands in both lists: TCP with who begins, UDP with its port on the side that is asked. Left out: an
address for the file, which is the site's; rules for single devices, kinds and zones, which are no model's.

Example:
    >>> rule = Rule(source="model:Acme|V1", target="kind:DNS", protocol="udp", low=53, high=53)
    >>> head = Head(maker="Acme", model="V1")
    >>> data = written([rule], "https://acme.example/v1.json", head, at=0, names={DNS: "kind:DNS"})
    >>> differs([rule], data, {DNS: "kind:DNS"})
    ((), ())
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from garde.errors import Malformed
from garde.model.zones.zone import Policy, Rule
from garde.zones.mud import ACLS, DNS, FLAGS, MUD, SAME_MAKER, VALIDITY, Head, read, rules

__all__ = ["DNS", "differs", "models", "written"]


def models(policy: Policy) -> dict[str, tuple[Rule, ...]]:
    """``model:MAKER|MODEL`` → the rules from it and to it; other rules are no model's."""
    found: dict[str, dict[Rule, None]] = defaultdict(dict)
    for conduit in policy.conduits:
        for rule in conduit.rules:
            for word in {rule.source, rule.target}:
                if word.startswith("model:"):
                    found[word][rule] = None
    return {word: tuple(held) for word, held in sorted(found.items())}


def differs(
    permitted: Iterable[Rule], data: bytes, names: Mapping[str, str]
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The permissions that only the file has, and those that only the policy has; marks and reasons aside.

    Raises:
        Malformed: it is no MUD file.
    """
    file = read(data)
    device = f"model:{file.head.maker}|{file.head.model}"
    wanted = list(permitted)
    # What a file cannot say of a rule is compared as the file would have it.
    again = written(wanted, file.url, file.head, at=file.at, names=names)
    has, wants = ({_bare(rule) for rule in rules(one, device, names)[0]} for one in (file, read(again)))
    order = msgspec.structs.astuple
    return tuple(sorted(has - wants, key=order)), tuple(sorted(wants - has, key=order))


def _bare(rule: Rule) -> Rule:
    return Rule(source=rule.source, target=rule.target, protocol=rule.protocol, low=rule.low, high=rule.high)


def written(
    permitted: Iterable[Rule], url: str, head: Head, *, at: int, names: Mapping[str, str], signature: str = ""
) -> bytes:
    """The file that says what these rules allow a model.

    Args:
        permitted: rules from or to ``model:MAKER|MODEL`` of the head.
        url: where the file will be, https.
        at: last-update, nanoseconds since 1970.
        names: peer → object of rules, as `rules` takes it; every other object becomes a controller of its own below
            the file's address.
        signature: address of the detached signature, when there is one.

    Raises:
        Malformed: the address is none.
        ValueError: a rule is neither from nor to the model (a programming mistake).
    """
    device = f"model:{head.maker}|{head.model}"
    if urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
        raise Malformed("mud.url", f"{url[:80]!r} is no https address")
    peers = {held: peer for peer, held in sorted(names.items(), reverse=True)}
    lists: dict[tuple[str, int], list[dict[str, Any]]] = {(way, six): [] for way in ("fr", "to") for six in (4, 6)}
    rows = sorted(set(permitted), key=lambda one: (one.source, one.target, one.protocol, one.low, one.high))
    for number, rule in enumerate(rows):
        if device not in (rule.source, rule.target):
            raise ValueError(f"{rule.source} to {rule.target} is no rule of {device}")
        asks = rule.source == device
        other = rule.target if asks else rule.source
        peer = peers.get(other) or _peer(other, device, url)
        for six in (4, 6):
            if peer.startswith("ip:") and ipaddress.ip_network(peer[3:]).version != six:
                continue
            for way in ("fr", "to"):
                lists[way, six].append(_line(f"{way}{number}", rule, peer, six, way, asks))
    names_of = {way: [f"{way}-v{six}" for six in (4, 6) if lists[way, six]] for way in ("fr", "to")}
    mud: dict[str, Any] = {
        "mud-version": 1,
        "mud-url": url,
        "last-update": dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC).isoformat(),
        **({"mud-signature": signature} if signature else {}),
        "cache-validity": VALIDITY,
        "is-supported": head.supported,
        "systeminfo": (head.about or f"{head.maker} {head.model}")[:60],
        "mfg-name": head.maker,
        "model-name": head.model,
        **({"firmware-rev": head.firmware} if head.firmware else {}),
    }
    for way, member in (("fr", "from-device-policy"), ("to", "to-device-policy")):
        mud[member] = {"access-lists": {"access-list": [{"name": name} for name in names_of[way]]}}
    acl = [
        {"name": f"{way}-v{six}", "type": f"ipv{six}-acl-type", "aces": {"ace": lines}}
        for (way, six), lines in lists.items()
        if lines
    ]
    return json.dumps({MUD: mud, ACLS: {"acl": acl}}, indent=2, ensure_ascii=False).encode() + b"\n"


def _line(name: str, rule: Rule, peer: str, six: int, way: str, asks: bool) -> dict[str, Any]:
    """One line of a list; ``asks`` when the device begins."""
    matches: dict[str, Any] = {}
    number = {"tcp": 6, "udp": 17, "icmp": 1 if six == 4 else 58}.get(rule.protocol) or int(rule.protocol)
    ip: dict[str, Any] = {"protocol": number}
    out = way == "fr"
    if peer.startswith("name:"):
        ip["ietf-acldns:dst-dnsname" if out else "ietf-acldns:src-dnsname"] = peer[5:]
    elif peer.startswith("ip:"):
        ip[f"{'destination' if out else 'source'}-ipv{six}-network"] = peer[3:]
    elif peer in FLAGS:
        matches[MUD] = {peer: [None]}
    elif peer != "any":
        kind, _, value = peer.rpartition(" ")
        matches[MUD] = {kind or "controller": value}
    matches[f"ipv{six}"] = ip
    transport: dict[str, Any] = {}
    if rule.protocol == "tcp":
        transport["ietf-mud:direction-initiated"] = "from-device" if asks else "to-device"
    if rule.high:
        one = rule.low == rule.high
        port = {"operator": "eq", "port": rule.low} if one else {"lower-port": rule.low, "upper-port": rule.high}
        transport["destination-port" if out == asks else "source-port"] = port
    if transport:
        matches[rule.protocol] = transport
    return {"name": name, "matches": matches, "actions": {"forwarding": "accept"}}


def _peer(other: str, device: str, url: str) -> str:
    """How a file names an object that the site's table does not have."""
    if other == "any" or other.startswith(("ip:", "name:")):
        return other
    maker = device.removeprefix("model:").partition("|")[0]
    if other.startswith(f"model:{maker}|"):
        return SAME_MAKER
    parts = urlsplit(url)
    return f"controller {parts.scheme}://{parts.netloc}/objects/{quote(other, safe='')}"
