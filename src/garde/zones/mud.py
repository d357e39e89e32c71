"""MUD: what a maker says that its device needs of the network.

Question: which traffic does a maker's file allow, as rules of a policy, and what of it can nobody here resolve?
Reference: RFC 8520 (MUD), RFC 8519 (access lists), RFC 7951 (YANG in JSON); domain note 04 §5. Names in a file become
objects of rules by a table that the site gives; what has no entry is told, not guessed. What a file has beyond the two
standards is kept. A line that drops is kept as unread: all that no line accepts is denied anyway. Left out: fetching
a file; its signature, which is `garde.zones.mudsign`; writing one, which is `garde.zones.exports.mud`.

Example::

    file = read(data)
    found, unknown = rules(file, "model:Acme|V1", {DNS: "kind:DNS", NTP: "kind:NTP", MY_CONTROLLER: "kind:GATE"})
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec

from garde.errors import Malformed
from garde.model.zones.zone import Rule

#: Octets of a file: those that makers publish have a few thousand.
MOST: Final = 256 << 10
#: Depth of JSON, lists of access, lines of all lists.
_DEPTH, _LISTS, _LINES = 24, 64, 2000
DNS: Final = "urn:ietf:params:mud:dns"
NTP: Final = "urn:ietf:params:mud:ntp"
MY_CONTROLLER: Final = "my-controller"
SAME_MAKER: Final = "same-manufacturer"
LOCAL: Final = "local-networks"
#: Hours for which a file holds, RFC 8520 §3.5.
VALIDITY: Final = 48
MUD: Final = "ietf-mud:mud"
ACLS: Final = "ietf-access-control-list:acls"
_NUMBERS: Final = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp"}
_PEERS: Final = ("manufacturer", "model", "controller")
FLAGS: Final = (MY_CONTROLLER, SAME_MAKER, LOCAL)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of the device.

    Attributes:
        maker, model, firmware: mfg-name, model-name, firmware-rev.
        about: systeminfo, at most 60 characters.
        supported: the maker still makes updates; False is the end of support.
    """

    maker: str = ""
    model: str = ""
    firmware: str = ""
    about: str = ""
    supported: bool = True


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line that accepts.

    Attributes:
        from_device: it is of the list for what the device sends.
        name: of the line.
        version: 4 or 6.
        peer: ``any``, ``ip:CIDR``, ``name:DNS-NAME``, ``my-controller``, ``same-manufacturer``, ``local-networks``,
            ``controller URI``, ``manufacturer NAME`` or ``model URI``.
        protocol: as rules write it; empty for any.
        low, high: ports of who is asked; 0 and 0 for any.
        source_low, source_high: ports of who sends.
        initiated: ``from-device`` or ``to-device`` when only one may begin; else empty.
    """

    from_device: bool
    name: str
    version: int
    peer: str
    protocol: str = ""
    low: int = 0
    high: int = 0
    source_low: int = 0
    source_high: int = 0
    initiated: str = ""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A MUD file.

    Attributes:
        url: its own address. signature: address of its detached signature, or empty.
        at: last-update, nanoseconds since 1970.
        hours: cache-validity, 1 to 168.
        head: what it says of the device.
        aces: the lines that accept.
        unread: names of lines that do not accept, or match by what a rule cannot say, with the reason.
        extensions: members that the two standards do not have, as JSON.
    """

    url: str
    signature: str
    at: int
    hours: int
    head: Head
    aces: tuple[Entry, ...]
    unread: tuple[str, ...] = ()
    extensions: Mapping[str, Any] = {}


def read(data: bytes) -> File:
    """A file, checked.

    Raises:
        Malformed: it is not RFC 8520; ``where`` is the path in the document.
    """
    tree = _tree(data)
    mud = _object(tree, MUD, "")
    if mud.get("mud-version") != 1:
        raise Malformed("mud.version", f"mud-version is {mud.get('mud-version')!r}, not 1", where=MUD)
    url = _text(mud, "mud-url", 2000)
    if urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
        raise Malformed("mud.url", f"{url[:80]!r} is no https address", where=f"{MUD}/mud-url")
    hours = mud.get("cache-validity", VALIDITY)
    if not _whole(hours, 1, 168):
        raise Malformed("mud.validity", f"{hours!r} is not 1 to 168 hours", where=f"{MUD}/cache-validity")
    supported = mud.get("is-supported")
    if not isinstance(supported, bool):
        raise Malformed("mud.supported", "is-supported is missing", where=f"{MUD}/is-supported")
    lists = _lists(tree)
    aces: list[Entry] = []
    unread: list[str] = []
    for member, from_device in (("from-device-policy", True), ("to-device-policy", False)):
        for name in _named(mud, member):
            if name not in lists:
                raise Malformed("mud.list", f"There is no access list {name!r}", where=f"{MUD}/{member}")
            for line in lists[name]:
                _entry(line, name, from_device, aces, unread)
    known = {
        *("mud-version", "mud-url", "last-update", "mud-signature", "cache-validity", "is-supported", "systeminfo"),
        *("mfg-name", "model-name", "firmware-rev", "software-rev", "documentation", "extensions"),
        *("from-device-policy", "to-device-policy"),
    }
    return File(
        url=url,
        signature=_text(mud, "mud-signature", 2000, needed=False),
        at=_moment(_text(mud, "last-update", 64)),
        hours=hours,
        head=Head(
            maker=_text(mud, "mfg-name", 120, needed=False),
            model=_text(mud, "model-name", 120, needed=False),
            firmware=_text(mud, "firmware-rev", 120, needed=False),
            about=_text(mud, "systeminfo", 200, needed=False),
            supported=supported,
        ),
        aces=tuple(aces),
        unread=tuple(unread),
        extensions={
            **{name: held for name, held in mud.items() if name not in known},
            **{name: held for name, held in tree.items() if name not in (MUD, ACLS)},
        },
    )


def rules(file: File, device: str, names: Mapping[str, str]) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The file as rules, and the peers that the site has given no object for.

    A line for answers, whose port is that of the sender, is no rule of its own: answers are permitted with theirs.
    What has neither ports nor one who begins is permitted both ways, as the file has it.

    Args:
        device: object that stands for the devices of the file.
        names: peer (see `Entry.peer`; a controller by its URI) → object of rules.
    """
    found: dict[Rule, None] = {}
    unknown = set()
    for one in file.aces:
        asks = one.initiated == "from-device" if one.initiated else one.from_device
        if one.from_device != asks or (one.source_high and not one.high):
            continue
        peer = _object_of(one.peer, names)
        if not peer:
            unknown.add(one.peer)
            continue
        for protocol in (one.protocol,) if one.protocol else ("tcp", "udp", "icmp"):
            source, target = (device, peer) if asks else (peer, device)
            rule = Rule(
                source=source,
                target=target,
                protocol=protocol,
                low=one.low if protocol in ("tcp", "udp") else 0,
                high=one.high if protocol in ("tcp", "udp") else 0,
                basis="declared",
                because=(f"mud: {file.url}",),
            )
            found[rule] = None
    # The same line stands once for each version of IP.
    return tuple(found), tuple(sorted(unknown))


def _object_of(peer: str, names: Mapping[str, str]) -> str:
    word = peer.removeprefix("controller ")
    if word in names or peer in names:
        return names.get(peer, "") or names.get(word, "")
    if peer == "any" or peer.startswith(("ip:", "name:")):
        return peer
    own = re.fullmatch(r"controller https://[^/]+/objects/([^/]+)", peer)
    return unquote(own[1]) if own else ""


def _entry(line: dict[str, Any], acl: str, from_device: bool, aces: list[Entry], unread: list[str]) -> None:
    where = f"{acl}/{line['name']}"
    if line["forwarding"] != "accept":
        unread.append(f"{where}: {line['forwarding']}")
        return
    matches = line["matches"]
    peers, left = [], sorted(set(matches) - {MUD, "ipv4", "ipv6", "tcp", "udp", "icmp"})
    mud = _part(matches, MUD, where)
    for name, value in mud.items():
        if name in FLAGS:
            peers.append(name)
        elif name in _PEERS and isinstance(value, str) and 0 < len(value) <= 2000 and not re.search(r"\s", value):
            peers.append(f"{name} {value}")
        elif name != "direction-initiated":
            left.append(name)
    version = 6 if "ipv6" in matches else 4
    ip = _part(matches, f"ipv{version}", where)
    ends = ("dst", "destination") if from_device else ("src", "source")
    for name, value in ip.items():
        if (
            name == f"ietf-acldns:{ends[0]}-dnsname"
            and isinstance(value, str)
            and re.fullmatch(r"[\w.-]{1,253}", value)
        ):
            peers.append(f"name:{value.lower()}")
        elif name == f"{ends[1]}-ipv{version}-network":
            peers.append(f"ip:{_network(value, version, where)}")
        elif name != "protocol":
            left.append(name)
    protocol = ip.get("protocol", "")
    if protocol != "" and not _whole(protocol, 0, 255):
        raise Malformed("mud.protocol", f"{protocol!r} is no protocol", where=where)
    word = _NUMBERS.get(protocol, str(protocol))
    transports = [name for name in ("tcp", "udp") if name in matches]
    if len(transports) > 1 or (transports and word not in ("", *transports)):
        raise Malformed("mud.protocol", f"{' and '.join([*transports, word])} do not match together", where=where)
    transport = _part(matches, transports[0], where) if transports else {}
    initiated = transport.get("ietf-mud:direction-initiated", mud.get("direction-initiated", ""))
    if initiated not in ("", "from-device", "to-device"):
        raise Malformed("mud.direction", f"{initiated!r} is no direction", where=where)
    left += sorted(set(transport) - {"ietf-mud:direction-initiated", "destination-port", "source-port"})
    # A match that a rule cannot say would make the rule wider than the line.
    if left or len(peers) > 1:
        unread.append(f"{where}: {', '.join(left or peers)}")
        return
    low, high = _ports(transport.get("destination-port"), where)
    source_low, source_high = _ports(transport.get("source-port"), where)
    aces.append(
        Entry(
            from_device=from_device,
            name=line["name"],
            version=version,
            peer=peers[0] if peers else "any",
            protocol=transports[0] if transports else "icmp" if "icmp" in matches else word,
            low=low,
            high=high,
            source_low=source_low,
            source_high=source_high,
            initiated=initiated,
        )
    )


def _lists(tree: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Name → its lines."""
    held = _object(tree, ACLS, "").get("acl", [])
    if not isinstance(held, list) or len(held) > _LISTS:
        raise Malformed("mud.lists", f"acl is no list of at most {_LISTS}", where=ACLS)
    found: dict[str, list[dict[str, Any]]] = {}
    total = 0
    for acl in held:
        name = _text(acl, "name", 64) if isinstance(acl, dict) else ""
        if not name or name in found:
            raise Malformed("mud.lists", f"The access list {name!r} has no name or stands twice", where=ACLS)
        lines = _object(acl, "aces", f"{ACLS}/{name}").get("ace", [])
        total += len(lines) if isinstance(lines, list) else _LINES + 1
        if total > _LINES:
            raise Malformed("mud.lines", f"More than {_LINES} lines, or no list", where=f"{ACLS}/{name}")
        found[name] = [_checked(line, f"{ACLS}/{name}") for line in lines]
    return found


def _checked(line: object, where: str) -> dict[str, Any]:
    if not isinstance(line, dict):
        raise Malformed("mud.line", "A line is no object", where=where)
    name = _text(line, "name", 64)
    forwarding = _object(line, "actions", f"{where}/{name}").get("forwarding")
    forwarding = forwarding.removeprefix("ietf-access-control-list:") if isinstance(forwarding, str) else ""
    if forwarding not in ("accept", "drop", "reject"):
        raise Malformed("mud.forwarding", "A line neither accepts nor drops nor rejects", where=f"{where}/{name}")
    return {"name": name, "forwarding": forwarding, "matches": _object(line, "matches", f"{where}/{name}")}


def _named(mud: dict[str, Any], member: str) -> list[str]:
    if member not in mud:
        return []
    held = _object(_object(mud, member, MUD), "access-lists", f"{MUD}/{member}").get("access-list", [])
    if not isinstance(held, list) or len(held) > _LISTS or not all(isinstance(one, dict) for one in held):
        raise Malformed("mud.lists", "access-list is no list of names", where=f"{MUD}/{member}")
    return [_text(one, "name", 64) for one in held]


def _ports(held: object, where: str) -> tuple[int, int]:
    if held is None:
        return 0, 0
    if isinstance(held, dict):
        low, high = held.get("lower-port", held.get("port")), held.get("upper-port", held.get("port"))
        operator = held.get("operator", "eq")
        if operator == "lte" and "port" in held:
            low = 0
        elif operator == "gte" and "port" in held:
            high = 65535
        elif operator not in ("eq", "lte", "gte"):
            low = None
        if isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= 65535 and high:
            return int(low), int(high)
    raise Malformed("mud.port", "A port is none", where=where)


def _network(value: object, version: int, where: str) -> str:
    try:
        found = ipaddress.ip_network(value if isinstance(value, str) else "")
    except ValueError:
        found = None
    if found is None or found.version != version:
        raise Malformed("mud.network", f"{str(value)[:60]!r} is no network of IPv{version}", where=where)
    return str(found)


def _tree(data: bytes) -> dict[str, Any]:
    if len(data) > MOST:
        raise Malformed("mud.size", f"{len(data)} octets; at most {MOST} are read")
    depth = deepest = 0
    for octet in data:
        depth += (octet in b"[{") - (octet in b"]}")
        deepest = max(deepest, depth)
    if deepest > _DEPTH:
        raise Malformed("mud.depth", f"More than {_DEPTH} levels")
    try:
        tree = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed("mud.json", str(error)[:200]) from None
    if not isinstance(tree, dict):
        raise Malformed("mud.json", "A MUD file is one object")
    return tree


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A member that stands twice is read differently by different readers (RFC 7493 §2.3)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _object(tree: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    held = tree.get(name)
    if not isinstance(held, dict):
        raise Malformed("mud.member", f"{name} is missing or no object", where=f"{where}/{name}".lstrip("/"))
    return held


def _part(tree: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    return _object(tree, name, where) if name in tree else {}


def _text(tree: Mapping[str, Any], name: str, most: int, *, needed: bool = True) -> str:
    held = tree.get(name, None if needed else "")
    if not isinstance(held, str) or len(held) > most or (needed and not held) or re.search(r"[\x00-\x1f\x7f]", held):
        raise Malformed("mud.text", f"{name} is missing, too long or no text", where=name)
    return held


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _moment(text: str) -> int:
    try:
        when = dt.datetime.fromisoformat(text)
        return int(when.timestamp()) * 1_000_000_000 if when.tzinfo else int("")
    except (ValueError, OverflowError):
        raise Malformed("mud.time", f"{text!r} is no time with its zone", where=f"{MUD}/last-update") from None
