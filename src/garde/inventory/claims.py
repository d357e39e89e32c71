"""Claims: what to believe of one attribute when several sources speak.

Question: which value, how sure, which values lost, and do the sources disagree too much to choose silently?
Reference: domain note 01 §10: noisy-OR inside one hypothesis, the strongest of a family of dependent sources, decay
by half-life, Dempster's rule between hypotheses, K > 0.6 is a conflict. Simple support functions under Dempster's rule
are the noisy-OR, so that one formula serves both. Left out: what a value implies (`garde.inventory.identify`).

Example:
    >>> round(noisy_or([0.55, 0.30, 0.92]), 4)
    0.9748
    >>> round(log_odds(0.05, [12, 40, 3]), 3)
    0.987
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from garde.inventory.joins import normal
from garde.model.catalogue import attribute as attribute_row
from garde.model.catalogue import sources as source_rows
from garde.model.device import Claim, Source
from garde.model.finding import Judgement, judgement

DAY_NS: Final = 86_400 * 1_000_000_000
#: Domain note 01 §10: above this, sources must not be reconciled silently.
CONFLICT: Final = 0.6
#: No sum of sensors is certain; a person's word is.
SUREST: Final = 0.999
#: Values that replace one another in time: the latest of a source stands, the earlier are history.
_REPLACED_LIFE: Final = 30


class Support(NamedTuple):
    """One source line in favour of one value, with the family of dependent sources it belongs to."""

    value: str
    source: Source
    family: str


def noisy_or(reliabilities: Iterable[float]) -> float:
    """Probability that at least one of independent supports is right: ``1 - Π(1 - r)``."""
    return 1.0 - math.prod(1.0 - reliability for reliability in reliabilities)


def log_odds(prior: float, ratios: Iterable[float]) -> float:
    """Posterior of one class by naïve Bayes: ``logit(prior) + Σ ln LR``."""
    total = math.log(prior / (1.0 - prior)) + sum(math.log(ratio) for ratio in ratios)
    return 1.0 / (1.0 + math.exp(-total))


def decayed(reliability: float, age: int, life: int) -> float:
    """Reliability after ``age`` nanoseconds with a half-life of ``life`` days."""
    return reliability if age <= 0 else reliability * 2.0 ** (-age / (life * DAY_NS))


Mass = Mapping[frozenset[str], float]


def combine(masses: Sequence[Mass]) -> tuple[dict[frozenset[str], float], float]:
    """Dempster's rule over set-valued evidence; the rest of each mass lies on the whole frame, written ``frozenset()``.

    Returns:
        the combined mass, and the conflict K that was normalised away (0..1). With K = 1 the mass is empty.

    >>> m, k = combine([{frozenset({"mon"}): .6, frozenset({"mon", "pump"}): .2}, {frozenset({"mon"}): .7},
    ...                 {frozenset({"pump"}): .4}])
    >>> round(k, 3), round(belief(m, "mon"), 3), round(plausibility(m, "mon"), 3)
    (0.352, 0.815, 0.926)
    >>> round(pignistic(m, "mon", 3), 3)
    0.861
    """
    whole: frozenset[str] = frozenset()
    total: dict[frozenset[str], float] = {whole: 1.0}
    for mass in masses:
        rest = max(0.0, 1.0 - sum(mass.values()))
        following: dict[frozenset[str], float] = {}
        for left, m1 in total.items():
            if rest:
                following[left] = following.get(left, 0.0) + m1 * rest
            for right, m2 in mass.items():
                both = right if not left else left & right
                if both:
                    following[both] = following.get(both, 0.0) + m1 * m2
        total = following
    kept = sum(total.values())
    if kept <= 0.0:
        return {}, 1.0
    return {focus: value / kept for focus, value in total.items()}, 1.0 - kept


def belief(mass: Mass, value: str) -> float:
    """Mass that supports this value and no other."""
    return mass.get(frozenset({value}), 0.0)


def plausibility(mass: Mass, value: str) -> float:
    """Mass that does not exclude this value."""
    return sum(weight for focus, weight in mass.items() if not focus or value in focus)


def pignistic(mass: Mass, value: str, frame: int) -> float:
    """Each mass shared equally among the values it does not exclude; ``frame`` is how many values there are."""
    return sum(weight / (len(focus) or frame) for focus, weight in mass.items() if not focus or value in focus)


class Verdict(NamedTuple):
    """What was made of one attribute: all claims, the best first, and the conflict among them."""

    claims: tuple[Claim, ...]
    conflict: float


def family(source: str) -> str:
    """The family of dependent sources that a source belongs to; itself when the catalogue does not know it."""
    row = source_rows().get(source)
    return row.family if row else source


def judge(name: str, supports: Sequence[Support], now: int) -> Verdict:
    """Fuse everything said of one attribute that holds one value at a time.

    Args:
        name: the attribute.
        supports: every source line, in any order.
        now: nanoseconds; sightings decay by their age relative to it.
    """
    life = attribute_row(name).life
    groups: dict[str, list[Support]] = {}
    for support in supports:
        groups.setdefault(normal(name, support.value) or support.value, []).append(support)
    if len(groups) == 1:
        [group] = groups.values()
        return Verdict((claim_of(name, group, _alone(group, now, life)),), 0.0)
    if name in _REFINED:
        groups = _refine(name, groups)
    past = _replaced(groups) if life <= _REPLACED_LIFE else frozenset()
    strength: dict[str, float] = {}
    for value, group in groups.items():
        best: dict[str, float] = {}
        for support in group:
            weight = decayed(support.source.weight, now - support.source.at, life)
            if (value, support.family) in past:
                weight = 0.0
            best[support.family] = max(best.get(support.family, 0.0), weight)
        strength[value] = 1.0 if any(s.source.by for s in group) else min(noisy_or(best.values()), SUREST)
    return _rank(name, groups, strength)


def _alone(group: Sequence[Support], now: int, life: int) -> float:
    """Confidence of one value that nothing contradicts: noisy-OR over the strongest of each family."""
    best: dict[str, float] = {}
    for support in group:
        if support.source.by:
            return 1.0
        weight = decayed(support.source.weight, now - support.source.at, life)
        if weight > best.get(support.family, 0.0):
            best[support.family] = weight
    return min(noisy_or(best.values()), SUREST)


def _rank(name: str, groups: Mapping[str, Sequence[Support]], strength: Mapping[str, float]) -> Verdict:
    """Dempster's rule for simple supports of rival values; a person's word is beyond it."""
    said = {value for value, group in groups.items() if any(s.source.by for s in group)}
    doubt = math.prod(1.0 - strength[value] for value in groups if value not in said)
    mass = {
        value: 0.0 if strength[value] >= 1.0 else doubt * strength[value] / (1.0 - strength[value]) for value in groups
    }
    kept = doubt + sum(mass[value] for value in groups if value not in said)
    claims = []
    for value, group in groups.items():
        confidence = 1.0 if value in said else (mass[value] / kept if kept > 0 else 0.0)
        if said and value not in said:
            confidence = min(confidence, 0.5)
        latest = max(s.source.at for s in group)
        word = max((s.source.at for s in group if s.source.by), default=0)
        claims.append((word, confidence, latest, value, claim_of(name, group, confidence)))
    claims.sort(key=lambda c: (-c[0], -c[1], -c[2], c[3]))
    return Verdict(tuple(claim for *_, claim in claims), 1.0 - kept if len(groups) > 1 and not said else 0.0)


def gather(name: str, supports: Sequence[Support], now: int) -> tuple[Claim, ...]:
    """The values of an attribute that may hold many, the surest and latest first; none excludes another."""
    life = attribute_row(name).life
    groups: dict[str, list[Support]] = {}
    for support in supports:
        groups.setdefault(support.value, []).append(support)
    claims = []
    for group in groups.values():
        confidence = _alone(group, now, life)
        claims.append(claim_of(name, group, confidence))
    return tuple(sorted(claims, key=lambda claim: (-claim.confidence, claim.value)))


def claim_of(name: str, group: Sequence[Support], confidence: float) -> Claim:
    """A claim in the spelling of its best source: a person's, else the most trusted, else the latest."""
    order = sorted(group, key=_order) if len(group) > 1 else group
    lines: dict[Source, None] = dict.fromkeys(support.source for support in order)
    return Claim(attribute=name, value=order[0].value, confidence=confidence, sources=tuple(lines))


def _order(support: Support) -> tuple[object, ...]:
    line = support.source
    return not line.by, -line.weight, -line.at, support.value, line.source, line.sensor, line.reason


#: Attributes where a general word ("Windows") and a finer one ("Windows 10") do not contradict.
_REFINED: Final = frozenset({"os", "manufacturer", "model"})


def _finer(name: str, value: str, other: str) -> bool:
    """Whether one value says the same as another and more: "LaserJet M507" in "HP LaserJet M507"."""
    return other.startswith(value) or (name == "model" and len(value) >= _TELLS and value in other)


#: A shorter model is too short to be recognised inside another.
_TELLS: Final = 4


def _refine(name: str, groups: dict[str, list[Support]]) -> dict[str, list[Support]]:
    """Let a value that is part of exactly one longer value support that one; with several it supports none of them."""
    out = dict(groups)
    for value in sorted(groups, key=lambda v: (len(v), v)):
        longer = [other for other in out if other != value and _finer(name, value, other)]
        roots = [other for other in longer if not any(o != other and _finer(name, o, other) for o in longer)]
        if len(roots) == 1:
            fine = next(support.value for support in out[roots[0]])
            out[roots[0]] = out[roots[0]] + [Support(fine, s.source, s.family) for s in out.pop(value)]
    return out


def _replaced(groups: Mapping[str, Sequence[Support]]) -> frozenset[tuple[str, str]]:
    """Value and family whose last sighting is before the same family first saw another value."""
    spans: dict[str, list[tuple[int, int, str]]] = {}
    for value, group in groups.items():
        by_family: dict[str, list[Source]] = {}
        for support in group:
            by_family.setdefault(support.family, []).append(support.source)
        for name, lines in by_family.items():
            spans.setdefault(name, []).append(
                (min(line.first_at for line in lines), max(line.at for line in lines), value)
            )
    return frozenset(
        (value, name)
        for name, rows in spans.items()
        for _, last, value in rows
        if any(first > last for first, _, other in rows if other != value)
    )


def conflict(device: str, name: str, claims: Sequence[Claim], at: int) -> Judgement:
    """The judgement ``identity.conflict``: several values of one attribute, each well supported."""
    causes = sorted({line.observation for claim in claims for line in claim.sources if line.observation})
    return judgement(
        "identity.conflict",
        at,
        severity="medium",
        device=device,
        identifier=name,
        reasons=tuple(f"{name}: {claim.value}" for claim in claims[:4]),
        cause=tuple(causes[:16]),
    )
