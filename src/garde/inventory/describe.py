"""Describe: the interfaces of one device become its record.

Question: under which id, keys, kind and claims is this device shown?
Reference: DESIGN §1 (Device, Claim); domain note 01 §10. The id is the digest of a key that is this device's alone: its
first universal MAC, else a randomised one, else what a gateway calls it, else its IP. Left out: which interfaces belong
together (`garde.inventory.resolve`).

Example:
    >>> device_id(Key("mac", "00:09:fb:01:02:03"))[:2]
    'd-'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from garde.inventory.claims import CONFLICT, Support, family, gather, judge
from garde.inventory.evidence import INITIAL_TTL
from garde.inventory.identify import conclude, judge_kind
from garde.inventory.joins import Node, normal
from garde.inventory.ownership import Ownership, is_link_local
from garde.model.catalogue import attributes
from garde.model.device import PROPOSED, Claim, Device
from garde.model.key import KINDS, Key, is_local_mac
from garde.model.message import digest

#: Most keys of one kind that a device shows.
MOST_KEYS: Final = 32


def device_id(key: Key) -> str:
    """The id of the device whose strongest key this is; for its other keys, an alias that leads to it."""
    return f"d-{digest(key.kind, key.value)}"


def aliases(device: Device) -> tuple[str, ...]:
    """Every id under which a device may have been shown: one per key, its own first."""
    return (device.id, *(name for name in dict.fromkeys(map(device_id, device.keys)) if name != device.id))


def describe(group: Sequence[Node], ownership: Ownership, words: Iterable[tuple[str, Support]] = ()) -> Device:
    """The record of one device.

    Args:
        group: its nodes, never empty.
        ownership: who holds which IP, so that an address that went to somebody else is no key any more.
        words: attribute and support of each person's or file's claim.
    """
    anchors = sorted((node.anchor for node in group), key=lambda key: _rank(key, group))
    spans = [node.span() for node in group]
    first = min((a for a, _ in spans if a), default=0)
    last = max(b for _, b in spans)
    supports = _supports(group)
    for attribute, support in words:
        supports.setdefault(attribute, []).append(support)
    _drop_models(supports)
    macs = [key.value for key in anchors if key.kind == "mac"]
    conclusions = conclude(supports, macs, _derived(group), (first, last))
    for attribute, support in conclusions.supports:
        supports.setdefault(attribute, []).append(support)
    claims: dict[str, Claim] = {}
    rivals: dict[str, tuple[Claim, ...]] = {}
    many: dict[str, tuple[Claim, ...]] = {}
    conflicts: list[str] = []
    table = attributes()
    for attribute in sorted(supports):
        if attribute == "kind" or attribute not in table:
            continue
        if table[attribute].many:
            many[attribute] = gather(attribute, supports[attribute], last)
            continue
        verdict = judge(attribute, supports[attribute], last)
        if attribute == "manufacturer" and verdict.conflict:
            # Who made the network card contradicts nobody.
            stated = [support for support in supports[attribute] if support.source.source != "oui"]
            verdict = verdict._replace(conflict=judge(attribute, stated, last).conflict if stated else 0.0)
        claims[attribute] = verdict.claims[0]
        if len(verdict.claims) > 1:
            rivals[attribute] = verdict.claims[1:]
        if verdict.conflict > CONFLICT and attribute in IDENTITY:
            conflicts.append(attribute)
    kind = judge_kind(supports.get("kind", ()), conclusions.kinds, last)
    if kind.claims:
        best = kind.claims[0]
        if best.confidence >= PROPOSED:
            claims["kind"] = best
        rest = kind.claims[1:] if "kind" in claims else kind.claims
        if rest:
            rivals["kind"] = rest
        if kind.conflict > CONFLICT:
            conflicts.append("kind")
    return Device(
        id=device_id(anchors[0]),
        keys=_keys(group, anchors, ownership, claims, many),
        kind=claims["kind"].value if "kind" in claims and "kind" not in conflicts else "unknown",
        first_at=first,
        last_at=last,
        claims=claims,
        rivals=rivals,
        many=many,
        conflicts=tuple(sorted(conflicts)),
        carrier=_carrier(group),
    )


#: Attributes on which one device cannot differ with itself; others change with a restart or a service.
IDENTITY: Final = frozenset(
    {"manufacturer", "model", "model_number", "serial", "udi", "udi_di", "asset_tag", "os", "intellivue.system_type"}
)
#: Addresses behind a MAC, none of them its own, from which on it is said to forward.
FORWARDS: Final = 2


def _derived(group: Sequence[Node]) -> dict[str, str]:
    """What the place of a device among others shows of it."""
    found: dict[str, str] = {}
    if any(node.behind >= FORWARDS for node in group):
        found["forwards"] = "many"
    if any(node.speaks > 1 for node in group):
        found["carries"] = "several"
    return found


def _rank(key: Key, group: Sequence[Node]) -> tuple[object, ...]:
    """Anchors from the one that names the device best; the earliest seen of its sort, so that ids stay."""
    node = next(node for node in group if node.anchor == key)
    sort = {"mac": 1 if key.kind == "mac" and is_local_mac(key.value) else 0, "ip": 3}.get(key.kind, 2)
    return sort, node.span()[0], key


def _supports(group: Sequence[Node]) -> dict[str, list[Support]]:
    out: dict[str, list[Support]] = {}
    for node in group:
        for line in node.lines:
            value = _initial(line.value) if line.attribute == "ttl" else line.value
            out.setdefault(line.attribute, []).append(Support(value, line.as_source(), family(line.source)))
    return out


def _drop_models(supports: dict[str, list[Support]]) -> None:
    """Where a message gives the model in the maker's place (OBX-18 is written both ways), it names no maker."""
    models = {
        normal("model", support.value) for name in ("model", "model_number") for support in supports.get(name, ())
    }
    said = supports.get("manufacturer")
    if said and models:
        kept = [support for support in said if support.source.by or normal("model", support.value) not in models]
        if kept:
            supports["manufacturer"] = kept
        else:
            del supports["manufacturer"]


def _initial(ttl: str) -> str:
    """The initial TTL that a seen one started from."""
    seen = int(ttl) if ttl.isascii() and ttl.isdigit() else 0
    return str(next((initial for initial in INITIAL_TTL if seen <= initial), 255))


@cache
def _key_attributes() -> dict[str, str]:
    return {name: row.key for name, row in attributes().items() if row.key and row.key not in ("mac", "ip")}


def _keys(
    group: Sequence[Node],
    anchors: Sequence[Key],
    ownership: Ownership,
    claims: dict[str, Claim],
    many: dict[str, tuple[Claim, ...]],
) -> tuple[Key, ...]:
    """Every key, strongest kind first; an IP only while nobody else holds it."""
    keys: dict[Key, None] = dict.fromkeys(key for key in anchors if key.kind != "ip")
    for node in group:
        keys.update(dict.fromkeys(Key("mac", mac) for mac in sorted(node.virtual)))
        keys.update(dict.fromkeys(sorted(node.also)))
    serial = claims.get("serial")
    if serial is not None and serial.confidence >= PROPOSED:
        maker, model = (claims[name].value if name in claims else "" for name in ("manufacturer", "model"))
        keys[Key("serial", f"{maker}|{model}|{serial.value}")] = None
    for attribute, kind in _key_attributes().items():
        found = many.get(attribute) or ((claims[attribute],) if attribute in claims else ())
        keys.update(
            dict.fromkeys(Key.of(kind, claim.value) for claim in found[:MOST_KEYS] if _spelled(kind, claim.value))
        )
    macs = {node.anchor.value for node in group if node.anchor.kind == "mac"}
    ips: list[tuple[int, str]] = [(-node.span()[1], node.anchor.value) for node in group if node.anchor.kind == "ip"]
    for node in group:
        for ip in node.ips:
            held = max(ownership.holders(ip), key=lambda pair: (pair.last, pair.asserted, pair.mac))
            if held.mac in macs:
                ips.append((-held.last, ip))
    # The address that people know it by comes first: routable before link-local, version 4 before 6, latest first.
    ips.sort(key=lambda held: (is_link_local(held[1]), ":" in held[1], held))
    keys.update(dict.fromkeys(Key("ip", ip) for _, ip in ips[:MOST_KEYS]))
    order = {key: number for number, key in enumerate(keys)}
    return tuple(sorted(keys, key=lambda key: (KINDS.index(key.kind), order[key])))


def _spelled(kind: str, value: str) -> bool:
    """Whether a device's own text may be a key: an EUI-64 must be one."""
    return bool(value) and (kind != "eui64" or len(value) == 23)


def _carrier(group: Sequence[Node]) -> str:
    """Who speaks for a device that has no address of its own."""
    if any(node.anchor.kind in ("mac", "ip") for node in group):
        return ""
    carriers = sorted(carrier for node in group for carrier in node.carriers)
    return device_id(carriers[0]) if carriers else ""
