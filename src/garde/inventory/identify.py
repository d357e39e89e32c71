"""Identify: what the evidence implies of kind, maker, model and system.

Question: which kind of thing leaves these traces, and which packets say so?
Reference: domain note 01 §2 to §7, §9 and §10. Knowledge is data: `garde.inventory.rules`, `garde.inventory.makers`,
`garde.inventory.oui`. A conclusion is a source, ``identify`` or ``oui``, at the place of the sighting it rests
on, and its reason names the rule and the values. When rules disagree or say too little, the kind stays unknown.
Left out: weighing values against each other (`garde.inventory.claims`).

Example:
    >>> said = Support("WINDOWS 5.1", Source("smb", "s", 0.9, 1, 1), "ntlm")
    >>> [support.value for name, support in conclude({"smb.native_os": [said]}, ()).supports if name == "os"]
    ['Windows XP']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from garde.inventory import makers, oui, udi
from garde.inventory.claims import SUREST, Support, Verdict, belief, claim_of, combine, decayed, judge
from garde.inventory.kinds import kinds, of_label
from garde.inventory.rules import CONCLUDES, hits
from garde.model.catalogue import attribute as attribute_row
from garde.model.catalogue import trust
from garde.model.device import Source

#: Kinds shown beside the winning one.
RIVALS: Final = 4
#: A value that the evidence makes less likely than this is not worth a line.
WORTH: Final = 0.02
#: Trust in the holder of a block that the catalogue does not know as a maker of devices: below "proposed".
UNHEARD_OF: Final = 0.3


class Leaning(NamedTuple):
    """Evidence for a set of kinds: the device is one of them."""

    kinds: frozenset[str]
    source: Source
    family: str


class Conclusions(NamedTuple):
    """What follows from a device's evidence: supports of attributes, and leanings towards kinds."""

    supports: list[tuple[str, Support]]
    kinds: list[Leaning]


Facts = Mapping[str, Sequence[Support]]
Span = tuple[int, int]
_NOTHING: Final[Mapping[str, str]] = {}


def conclude(
    facts: Facts, macs: Sequence[str], derived: Mapping[str, str] = _NOTHING, span: Span = (0, 0)
) -> Conclusions:
    """Everything that follows from what was seen of one device.

    Args:
        facts: attribute → what was said of it.
        macs: its universal and local MAC addresses.
        derived: what its place among others shows: ``forwards`` (many addresses), ``carries`` (several things).
        span: first and last sighting, for conclusions that rest on no single value.
    """
    out = Conclusions([], [])
    values = {name: sorted({support.value for support in said}) for name, said in facts.items()}
    values.update((name, [value]) for name, value in derived.items())
    base = _latest(facts, span)
    blocks = list(_blocks(macs, base))
    out.supports.extend(("manufacturer", support) for support in blocks)
    values["oui"] = sorted({block.name for mac in macs if (block := oui.block(mac)) is not None})
    named = {found.name for name in (*values["oui"], *values.get("manufacturer", ())) if (found := makers.maker(name))}
    values["maker"] = sorted(named)
    if "model" not in facts:
        out.supports.extend(_model_number(facts.get("model_number", ())))
    for attribute, number in _NUMBERS.items():
        for support in facts.get(attribute, ()):
            out.supports.extend(number(attribute, support))
    for hit in hits(values):
        line, origin = _ground(hit.evidence, facts, blocks, base)
        reason = f"{hit.rule.name}: " + ", ".join(f"{name} = {value}" for name, value in hit.evidence)
        line = msgspec.structs.replace(line, source="identify", weight=hit.rule.weight, reason=reason, by="")
        if hit.rule.kinds:
            out.kinds.append(Leaning(hit.rule.kinds, line, origin))
        for attribute in CONCLUDES:
            if value := hit.conclusion(attribute):
                out.supports.append((attribute, Support(value, line, origin)))
    return out


def _model_number(said: Sequence[Support]) -> Iterator[tuple[str, Support]]:
    """Where no model is stated, the maker's model number is the best name of it."""
    for support in said:
        line = msgspec.structs.replace(
            support.source,
            source="identify",
            weight=0.8 * support.source.weight,
            reason=f"model-number: {support.value}",
        )
        yield "model", Support(support.value, line, support.family)


def _latest(facts: Facts, span: Span) -> Source:
    """The latest packet that shows the device: where its addresses can be seen."""
    lines = [support.source for said in facts.values() for support in said if support.source.place is not None]
    latest = max(lines, key=lambda line: (line.at, line.observation, line.source, line.sensor), default=None)
    first, last = span
    return latest if latest is not None else Source("oui", "", 0.0, first, last)


def _blocks(macs: Sequence[str], base: Source) -> Iterator[Support]:
    """The holder of each MAC's block."""
    for mac in macs:
        block = oui.block(mac)
        if block is not None:
            line = msgspec.structs.replace(
                base, source="oui", weight=_worth(block.name), reason=f"oui.{block.bits}: {mac}", by="", observation=""
            )
            found = makers.maker(block.name)
            yield Support(found.name if found else block.name, line, "mac")


@lru_cache(maxsize=1 << 12)
def _worth(holder: str) -> float:
    """How far the holder of a block is the maker: medical makers build their own cards, computer makers mostly."""
    found = makers.maker(holder)
    if found is None or found.parts:
        return UNHEARD_OF
    return trust("oui", "manufacturer") if found.medical else trust("oui", "*") + 0.1


def _ground(
    evidence: Sequence[tuple[str, str]], facts: Facts, blocks: Sequence[Support], base: Source
) -> tuple[Source, str]:
    """The sighting that a conclusion rests on, and the families of all of them."""
    found: list[Support] = []
    for attribute, value in evidence:
        said = [support for support in facts.get(attribute, ()) if support.value == value]
        if not said and attribute in ("oui", "maker"):
            said = list(blocks)
        if said:
            found.append(max(said, key=lambda s: (s.source.weight, s.source.at, s.source.observation, s.source.source)))
    if not found:
        return base, "place"
    return found[0].source, "+".join(sorted({support.family for support in found}))


# ------------------------------------------------------------------------------------------------ numbers of registries
def _by(
    find: Callable[[str], makers.Maker | None], weight: float, registry: str
) -> Callable[[str, Support], Iterator[tuple[str, Support]]]:
    """A maker named by a number that a registry gave it."""

    def read(attribute: str, support: Support) -> Iterator[tuple[str, Support]]:
        found = find(support.value)
        if found is not None:
            reason = f"{registry}: {attribute} = {support.value}"
            line = msgspec.structs.replace(support.source, source="identify", weight=weight, reason=reason)
            yield "manufacturer", Support(found.name, line, support.family)

    return read


#: The root of private enterprise numbers (RFC 1155, IANA).
_ENTERPRISES: Final = "1.3.6.1.4.1."
#: Enterprises whose software runs on everybody's devices, and so name no maker of any.
_EVERYWHERE: Final = frozenset({"Net-SNMP", "Microsoft", "Linux"})


def _object_id(oid: str) -> makers.Maker | None:
    number = oid.strip(".").removeprefix("iso.3.6.1.4.1.").removeprefix(_ENTERPRISES).partition(".")[0]
    found = (
        makers.by_enterprise(int(number))
        if oid.strip(".").startswith(_ENTERPRISES) and number.isdigit() and len(number) < 10
        else None
    )
    return None if found is None or found.name in _EVERYWHERE else found


def _engine_id(value: str) -> makers.Maker | None:
    """RFC 3411 §5: four octets of enterprise number, the highest bit set."""
    digits = value.replace(":", "").removeprefix("0x")[:8]
    try:
        found = makers.by_enterprise(int(digits, 16) & 0x7FFFFFFF) if len(digits) == 8 else None
    except ValueError:
        return None
    return None if found is None or found.name in _EVERYWHERE else found


def _decimal(find: Callable[[int], makers.Maker | None]) -> Callable[[str], makers.Maker | None]:
    def read(value: str) -> makers.Maker | None:
        return find(int(value)) if value.isascii() and value.isdigit() and len(value) < 10 else None

    return read


def _udi(_: str, support: Support) -> Iterator[tuple[str, Support]]:
    """The parts of a unique device identifier."""
    parts = udi.read(support.value)
    for attribute, value in parts.items():
        line = msgspec.structs.replace(support.source, source="identify", reason=f"udi: {support.value}")
        yield attribute, Support(value, line, support.family)


_NUMBERS: Final[Mapping[str, Callable[[str, Support], Iterator[tuple[str, Support]]]]] = {
    "dicom.implementation_uid": _by(makers.by_uid, 0.6, "dicom.uid-root"),
    "snmp.object_id": _by(_object_id, 0.85, "snmp.enterprise"),
    "snmp.engine_id": _by(_engine_id, 0.6, "snmp.engine"),
    "dhcpv6.enterprise": _by(_decimal(makers.by_enterprise), 0.3, "dhcpv6.enterprise"),
    "bacnet.vendor_id": _by(_decimal(makers.by_bacnet), 0.85, "bacnet.vendor"),
    "udi": _udi,
}


# ------------------------------------------------------------------------------------------------ the kind
def judge_kind(said: Sequence[Support], leanings: Sequence[Leaning], now: int) -> Verdict:
    """The kind: a person's word, else Dempster's rule over what was said and what the evidence leans to.

    Sightings of one family support one set of kinds once, by the strongest of them (domain note 01 §10).
    """
    named = [Support(kind, support.source, support.family) for support in said if (kind := _kind(support.value))]
    if any(support.source.by for support in named):
        return judge("kind", named, now)
    everything = [Leaning(frozenset({s.value}), s.source, s.family) for s in named] + list(leanings)
    life = attribute_row("kind").life
    masses: dict[tuple[str, tuple[str, ...]], float] = {}
    for leaning in everything:
        weight = min(decayed(leaning.source.weight, now - leaning.source.at, life), SUREST)
        where = (leaning.family, tuple(sorted(leaning.kinds)))
        masses[where] = max(masses.get(where, 0.0), round(weight, 6))
    ranked, conflict = _combined(tuple(sorted((focus, weight) for (_, focus), weight in masses.items())))
    claims = []
    for confidence, kind in ranked:
        support = [Support(kind, leaning.source, leaning.family) for leaning in everything if kind in leaning.kinds]
        if confidence >= WORTH:
            claims.append(claim_of("kind", support, confidence))
    return Verdict(tuple(claims), conflict)


def _kind(value: str) -> str:
    return value if value in kinds() else of_label(value)


@lru_cache(maxsize=1 << 12)
def _combined(masses: tuple[tuple[tuple[str, ...], float], ...]) -> tuple[tuple[tuple[float, str], ...], float]:
    """Dempster's rule: belief and kind, the best first, and the conflict.

    Devices of one model show the same evidence, so its result is remembered.
    """
    mass, conflict = combine([{frozenset(focus): weight} for focus, weight in masses[:64]])
    possible = {kind for focus in mass for kind in focus}
    ranked = sorted(((belief(mass, kind), kind) for kind in possible), key=lambda r: (-r[0], r[1]))
    return tuple(ranked[: RIVALS + 1]), conflict
