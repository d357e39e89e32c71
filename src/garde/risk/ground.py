"""Ground: from devices, their conversations and a policy to what may be taken from where.

Question: whom can somebody who holds this device attack, over what, and how likely does it succeed?
Reference: issue 6 part 8; domain note 03 §6 for a device's weaknesses; `garde.model.zones.zone` for rules. Chances by
service are data and ours: ``ground.toml``. A device is attacked over what it serves: who asks may attack who answers.
From the Internet somebody comes in over what is served to it, and back through what was opened to it, most easily
through a tool for remote work. A rule is a passage that all its sources share, so that a policy of wide rules stays
small. Left out: an attack by one who answers on one who asks within the site, and rights of people.

Example:
    >>> modality, store = Host(id="ct", zone="Z2", kind="CT"), Host(id="pacs", zone="Z5", kind="PACS")
    >>> rule = Rule(source="zone:Z2", target="kind:PACS", protocol="tcp", low=104, high=104)
    >>> from garde.model.zones.zone import Conduit, drafted
    >>> policy = drafted("p", 0, (), [Conduit(source="Z2", target="Z5", rules=(rule,))])
    >>> found = allowed([modality, store], policy, at=0)
    >>> [(edge.source, edge.target, edge.chance) for edge in found.edges if edge.chance < 1]
    [('p-Z2-Z5-0', 'pacs', 0.06)]
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from math import prod
from typing import Final, NamedTuple

import msgspec

from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.rows import read
from garde.model.zones.zone import Conduit, Policy, Rule
from garde.risk.exposure import public, remote, within
from garde.risk.paths import Edge, Ground, Node
from garde.risk.vulnerability.score import OUT_OF_REACH, Facts, risk_of

#: Id and zone of everybody who is no part of the site.
INTERNET: Final = "internet"
#: Nothing is certain to succeed; and nothing is certain to fail.
_MOST: Final = 0.95
_LEAST: Final = 0.001
_MOST_CAUSES: Final = 8


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Services, and the chance to take a device over one of them; the name ``*`` is any other."""

    names: tuple[str, ...]
    chance: float
    ports: tuple[int, ...] = ()


class Weak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was seen of a device, over which services it counts, and the chance."""

    seen: str
    chance: float
    services: tuple[str, ...] = ()


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way in through what was opened from within, and its chance."""

    name: str
    chance: float


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """A device as an attacker meets it.

    Attributes:
        id, kind: of the device. maker, model: as claimed.
        zone: where it stands: a zone of the policy, or a group of the site's own choice.
        keys: its addresses and names.
        chance: that its known weaknesses let somebody take it, 0 to 1.
        seen: weaknesses of configuration, words of the score.
    """

    id: str
    kind: str = ""
    maker: str = ""
    model: str = ""
    zone: str = ""
    keys: tuple[Key, ...] = ()
    chance: float = 0.0
    seen: frozenset[str] = frozenset()


class _Call(NamedTuple):
    """What conversations are told apart by here."""

    source: str
    target: str
    service: str
    port: int


def weakness(facts: Facts) -> float:
    """The chance that the known weaknesses of a device let somebody take it, 0 to 1, in steps of 0.05.

    The steps let devices that hardly differ be one; that a device is out of reach is for the ways to show, not for it.
    """
    whole = 1 - prod(1 - min(1.0, risk_of(one)) for one in facts.weaknesses)
    return round(whole * 20) / 20


def chance(host: Host, service: str, port: int = 0) -> float:
    """That who reaches the device over a service takes it, in steps of 0.001; 0 where that is no service to take."""
    name, base = _service(service, port)
    if not base:
        return 0.0
    weak = [row.chance for row in _rows()[1] if row.seen in host.seen and (not row.services or name in row.services)]
    # A weakness that is known may be of another service than the one that is reached.
    known = host.chance if name != "*" else host.chance * OUT_OF_REACH
    return round(min(_MOST, max(_LEAST, 1 - (1 - base) * (1 - known) * prod(1 - one for one in weak))), 3)


def observed(hosts: Sequence[Host], talks: Iterable[Conversation], networks: Sequence[str]) -> Ground:
    """What was seen to be used.

    Args:
        hosts: every device.
        talks: conversations of a time that the caller chooses; ends that are no device stand for themselves.
        networks: the site's own, as CIDR.
    """
    owner = {key: host for host in hosts for key in host.keys}
    found: dict[str, Host] = {host.id: host for host in hosts}
    site = tuple(networks)
    causes: dict[_Call, list[str]] = {}
    tools: set[_Call] = set()

    def end(key: Key) -> str:
        if key.kind == "ip" and public(key.value, site):
            return INTERNET
        host = owner.get(key)
        if host is None:
            host = found.setdefault(str(key), Host(id=str(key), keys=(key,)))
        return host.id

    for one in talks:
        call = _Call(end(one.source), end(one.target), one.service, one.port)
        if call.source == call.target or not _service(one.service, one.port)[1]:
            continue
        ids = causes.setdefault(call, [])
        if len(ids) < _MOST_CAUSES:
            ids.append(one.id)
        if remote(one):
            tools.add(call)
    edges = [_seen(call, tuple(ids), found, call in tools) for call, ids in causes.items()]
    return Ground(tuple(_nodes(found.values(), INTERNET in {end for call in causes for end in call[:2]})), tuple(edges))


def allowed(hosts: Sequence[Host], policy: Policy, *, at: int) -> Ground:
    """What a policy lets through.

    Args:
        hosts: every device, in the zones of this policy.
        policy: rules whose time is over at ``at`` let nothing through.
    """
    words: dict[str, list[Host]] = {}
    for host in hosts:
        for word in _words(host):
            words.setdefault(word, []).append(host)
    zones = {zone.name for zone in policy.zones}
    passages: list[Node] = []
    edges: list[Edge] = []
    outside = False
    for conduit in policy.conduits:
        for number, rule in enumerate(conduit.rules):
            if rule.until and rule.until < at:
                continue
            name = f"p-{conduit.source}-{conduit.target}-{number}"
            pair = (conduit.source, conduit.target)
            here = [host.id for host in _meant(rule.source, conduit.source, words, hosts)]
            there = _meant(rule.target, conduit.target, words, hosts)
            because = (f"{rule.source} > {rule.target} {rule.protocol}/{rule.ports}", *rule.because)[:_MOST_CAUSES]
            ends = [
                Edge(
                    name,
                    host.id,
                    chance(host, rule.service, rule.low),
                    rule.service,
                    rule.low,
                    pair,
                    "allowed",
                    because,
                )
                for host in there
                if _service(rule.service, rule.low)[1]
            ]
            if _abroad(rule.source, conduit.source, zones):
                here.append(INTERNET)
            if _abroad(rule.target, conduit.target, zones):
                outside = True
                edges += (_back_in(one, rule, conduit, because) for one in here if one != INTERNET)
            if here and ends:
                passages.append(Node(id=name, zone="", kind="passage"))
                outside = outside or INTERNET in here
                edges += (Edge(one, name, 1.0, rule.service, rule.low, pair, "allowed", because) for one in here)
                edges += ends
    return Ground((*_nodes(hosts, outside), *passages), tuple(edges))


def both(one: Ground, other: Ground) -> Ground:
    """All that is used or let through."""
    nodes = {node.id: node for node in (*one.nodes, *other.nodes)}
    return Ground(tuple(nodes.values()), (*one.edges, *other.edges))


def _seen(call: _Call, ids: tuple[str, ...], hosts: Mapping[str, Host], tool: bool) -> Edge:
    if call.target == INTERNET:
        # What was opened from within is a way for whoever answers.
        host = hosts[call.source]
        likely = _ways()["remote" if tool else "answer"]
        return Edge(INTERNET, host.id, likely, call.service, call.port, (host.zone, INTERNET), "observed", ids)
    host = hosts[call.target]
    zone = INTERNET if call.source == INTERNET else hosts[call.source].zone
    likely = max(chance(host, call.service, call.port), _ways()["remote"] if tool and zone == INTERNET else 0.0)
    return Edge(call.source, host.id, likely, call.service, call.port, (zone, host.zone), "observed", ids)


def _back_in(source: str, rule: Rule, conduit: Conduit, because: tuple[str, ...]) -> Edge:
    pair = (conduit.source, conduit.target)
    return Edge(INTERNET, source, _ways()["answer"], rule.service, rule.low, pair, "allowed", because)


def _nodes(hosts: Iterable[Host], outside: bool) -> Iterator[Node]:
    for host in hosts:
        model = f"{host.maker}|{host.model}" if host.maker and host.model else ""
        yield Node(id=host.id, zone=host.zone, kind=host.kind, model=model, members=(host.id,))
    if outside:
        yield Node(id=INTERNET, zone=INTERNET, members=(INTERNET,))


def _words(host: Host) -> Iterator[str]:
    yield "any"
    yield f"device:{host.id}"
    if host.kind:
        yield f"kind:{host.kind}"
    if host.zone:
        yield f"zone:{host.zone}"
    if host.maker and host.model:
        yield f"model:{host.maker}|{host.model}"
    for key in host.keys:
        if key.kind == "hostname":
            yield f"name:{key.value}"


def _meant(word: str, zone: str, words: Mapping[str, list[Host]], hosts: Sequence[Host]) -> list[Host]:
    """The devices that an object of a rule means, within the zone of its conduit."""
    if word.startswith("ip:"):
        net = (word.removeprefix("ip:"),)
        found = [host for host in hosts if any(key.kind == "ip" and within(key.value, net) for key in host.keys)]
    else:
        found = words.get(word, [])
    return [host for host in found if host.zone == zone]


@lru_cache(1 << 12)
def _global(word: str) -> bool:
    try:
        net = ipaddress.ip_network(word.removeprefix("ip:"))
    except ValueError:
        return False
    return net.prefixlen == 0 or (net.is_global and not net.is_multicast)


def _abroad(word: str, zone: str, zones: set[str]) -> bool:
    """Whether an object means somebody on the Internet: a global network, or any who is in none of the zones."""
    return (word.startswith("ip:") and _global(word)) or (zone not in zones and (word == "any" or "name:" in word))


@lru_cache(1 << 12)
def _service(service: str, port: int) -> tuple[str, float]:
    """The row of a service: its first name, ``*`` for any other, and its chance."""
    rows = _rows()[0]
    for row in rows:
        if service in row.names if service else port in row.ports:
            return (service or row.names[0]), row.chance
    return "*", next(row.chance for row in rows if row.names == ("*",))


def _ways() -> dict[str, float]:
    return _rows()[2]


@cache
def _rows() -> tuple[tuple[Service, ...], tuple[Weak, ...], dict[str, float]]:
    text = (resources.files("garde.risk") / "ground.toml").read_text("utf-8")
    found = read(text, "ground.toml", {"service": Service, "weak": Weak, "way": Way}, "ground")
    return found["service"], found["weak"], {row.name: row.chance for row in found["way"]}
