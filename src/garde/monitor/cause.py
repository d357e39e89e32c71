"""Cause: the few things whose failure explains all the others, and what each takes with it.

Question: three hundred things fail at once: which one is it, and what of care does it take along?
Reference: domain note 08 §4. A thing fails with what it depends on when all of one redundancy group have failed.
A cause is taken when it explains more of what failed than any other, less a share for what it should have taken and did
not; again until nothing is left. Left out: where dependencies are learnt; they come in.

Example:
    >>> graph = [Depends("bed-1", "switch"), Depends("bed-2", "switch")]
    >>> [(one.cause, one.symptoms) for one in causes({"switch", "bed-1", "bed-2"}, graph, {"bed-1", "bed-2", "switch"})]
    [('switch', ('bed-1', 'bed-2'))]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

#: How much a thing that should have failed too and did not speaks against a cause.
_AGAINST: Final = 0.5
#: A cause explains at least this share of what hangs on it and is watched.
_LEAST: Final = 0.5


class Depends(NamedTuple):
    """One thing needs another; of those under one ``group`` word, any one is enough."""

    child: str
    parent: str
    group: str = ""


class Cause(NamedTuple):
    """A cause, the failed things that it explains in the order asked for, and how well it does, up to 1."""

    cause: str
    symptoms: tuple[str, ...]
    score: float


def causes(
    failed: Collection[str],
    depends: Iterable[Depends],
    watched: Collection[str],
    weight: Mapping[str, float] | None = None,
) -> tuple[Cause, ...]:
    """What failed, gathered under what caused it; the cause of most first, alone what nothing explains.

    Args:
        failed: what is down now.
        depends: who needs whom; a circle is bounded by looking at each thing once.
        watched: what one would know of if it failed; a parent that nobody watches may be a cause all the same.
        weight: of a thing for care; symptoms stand heaviest first.
    """
    down = frozenset(failed)
    needs: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for at, one in enumerate(depends):
        # Without a group a need stands alone: no other can stand in for it.
        needs[one.child][one.group or f"alone {at}"].append(one.parent)
    children: dict[str, set[str]] = defaultdict(set)
    for child, groups in needs.items():
        for parents in groups.values():
            for parent in parents:
                children[parent].add(child)
    known = frozenset(watched)
    taken = {name: _taken(name, needs, children) for name in _candidates(down, needs, known)}
    left, found = set(down), []
    while left:
        best = max(sorted(taken), key=lambda name: _score(name, taken[name], left, down, known), default=None)
        if best is None or _score(best, taken[best], left, down, known)[0] <= 0:
            break
        explained = (taken[best] & left) - {best}
        if not explained:
            break
        found.append(_cause(best, explained, taken[best], down, known, weight or {}))
        left -= explained | {best}
        del taken[best]
    alone = [Cause(name, (), 1.0) for name in sorted(left, key=lambda name: (-(weight or {}).get(name, 0.0), name))]
    return (*found, *alone)


def _candidates(
    down: Collection[str], needs: Mapping[str, Mapping[str, list[str]]], known: Collection[str]
) -> set[str]:
    """What failed, and what somebody needs and nobody watches."""
    parents = {parent for name in down for group in needs.get(name, {}).values() for parent in group}
    reached, wanted = set(down) | {one for one in parents if one not in known}, list(parents)
    while wanted:
        name = wanted.pop()
        for group in needs.get(name, {}).values():
            for parent in group:
                if parent not in known and parent not in reached:
                    reached.add(parent)
                    wanted.append(parent)
    return reached


def _taken(
    cause: str, needs: Mapping[str, Mapping[str, list[str]]], children: Mapping[str, set[str]]
) -> frozenset[str]:
    """All that fails when this fails, itself included: a group is exhausted when all its members have failed."""
    gone, wanted = {cause}, [cause]
    while wanted:
        for child in children.get(wanted.pop(), ()):
            if child not in gone and any(set(group) <= gone for group in needs[child].values()):
                gone.add(child)
                wanted.append(child)
    return frozenset(gone)


def _score(
    cause: str, taken: frozenset[str], left: Collection[str], down: frozenset[str], known: frozenset[str]
) -> tuple[float, int, bool]:
    below = (taken - {cause}) & known
    if not below:
        return (0.0, 0, False)
    share = len(below & down) / len(below)
    if share < _LEAST or (cause in known and cause not in down):
        return (0.0, 0, False)
    explained = len(taken & set(left)) - 1
    # Of two that explain the same, the one that was itself seen to fail.
    return (explained - _AGAINST * len(below - down), explained, cause in down)


def _cause(
    name: str,
    explained: Collection[str],
    taken: frozenset[str],
    down: frozenset[str],
    known: frozenset[str],
    weight: Mapping[str, float],
) -> Cause:
    below = (taken - {name}) & known
    ordered = tuple(sorted(explained, key=lambda one: (-weight.get(one, 0.0), one)))
    return Cause(name, ordered, len(below & down) / len(below))
