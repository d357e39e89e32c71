"""Paths: how somebody who stands somewhere may come to the patient record, the easiest way first.

Question: which ways lead from outside, from an office or from a taken device to a target, and what does closing one
conduit change?
Reference: issue 6 part 8. A way is as likely as all its steps together, so that the likeliest is the shortest by
``-log p``; the next ones are found as Yen (1971) does. A way ends at the first target and leaves the start for good.
Devices of one zone, kind and model from which the same can be reached alike are one node (`collapse`): the likeliest
way meets none of them twice, so that nothing is lost, and 20,000 devices become some hundreds. Left out: whether two
ways are likely together; the chances are ours (`garde.risk.ground`) and rank, they do not forecast.

Example:
    >>> nodes = tuple(Node(id=name, zone=name, members=(name,)) for name in "abc")
    >>> ground = Ground(nodes, (Edge("a", "b", 0.5, conduit=("a", "b")), Edge("b", "c", 0.2), Edge("a", "c", 0.05)))
    >>> before = paths(ground, ["a"], ["c"])
    >>> [(path.words, round(path.chance, 3)) for path in before]
    [('a > b > c', 0.1), ('a > c', 0.05)]
    >>> found = effect(before, paths(without(ground, ("a", "b")), ["a"], ["c"]))
    >>> [path.words for path in found.vanished], round(found.before, 3), round(found.after, 3)
    (['a > b > c'], 0.1, 0.05)
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec

#: Ways looked at for each way that is wanted: some differ only in the rule that lets them through.
_TRIES: Final = 8
#: Rounds of refining after which devices are left as they are.
_MOST_ROUNDS: Final = 60
#: Conduits that are tried; each takes a search of its own.
MOST_CLOSINGS: Final = 12
#: Messages named for one step.
_MOST_CAUSES: Final = 8


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Devices among which no way tells a difference, or a passage.

    Attributes:
        id: of the first device.
        zone, kind, model: of all of them.
        members: ids of all of them, sorted; empty for a passage.
    """

    id: str
    zone: str = ""
    kind: str = ""
    model: str = ""
    members: tuple[str, ...] = ()

    @property
    def passage(self) -> bool:
        """Whether it is a rule that many go through, and no device."""
        return not self.members


class Edge(msgspec.Struct, frozen=True):
    """Whoever holds the source may take the target.

    Attributes:
        source, target: ids of nodes.
        chance: that it succeeds, above 0 and at most 1.
        service, port: over what.
        conduit: zones of its ends, or of the rule.
        basis: ``observed`` or ``allowed``.
        because: ids of messages, or words of a rule.
    """

    source: str
    target: str
    chance: float
    service: str = ""
    port: int = 0
    conduit: tuple[str, str] = ("", "")
    basis: str = "observed"
    because: tuple[str, ...] = ()


class Ground(msgspec.Struct, frozen=True):
    """Nodes and edges; every end of an edge is a node."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Path(msgspec.Struct, frozen=True):
    """A way: its nodes from start to target, the steps between them, and how likely all of it is."""

    nodes: tuple[Node, ...]
    steps: tuple[Edge, ...]
    chance: float

    @property
    def words(self) -> str:
        """The ids, for a person and for comparing."""
        return " > ".join(node.id for node in self.nodes)


class Longer(NamedTuple):
    """The likeliest way to a target, before and after."""

    before: Path
    after: Path


class Closing(NamedTuple):
    """A conduit, how many of the ways go through it, and the chance of the likeliest way once it is closed."""

    conduit: tuple[str, str]
    vanished: int
    after: float


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of the ground does.

    Attributes:
        vanished: ways that are no more.
        kept: ways that stay.
        detours: ways that were not among the likeliest before, and are now.
        longer: targets whose likeliest way vanished and that another one, less likely, still leads to.
        lost: ids of targets that no way leads to any more.
        before, after: chance of the likeliest way to any target, 0 where there is none.
    """

    vanished: tuple[Path, ...]
    kept: tuple[Path, ...]
    detours: tuple[Path, ...]
    longer: tuple[Longer, ...]
    lost: tuple[str, ...]
    before: float
    after: float


def paths(ground: Ground, start: Iterable[str], targets: Iterable[str], most: int = 5) -> tuple[Path, ...]:
    """The likeliest ways, at most ``most``, the likeliest first.

    Args:
        ground: as it is, or collapsed.
        start: ids of devices that somebody holds.
        targets: ids of devices that must not be reached; one that is held already has no way to it.
        most: 1 or more.
    """
    graph = _Graph(ground, frozenset(start), frozenset(targets))
    found: dict[tuple[str, ...], Path] = {}
    for tried, nodes in enumerate(graph.ways()):
        path = graph.path(nodes)
        found.setdefault(tuple(node.id for node in path.nodes), path)
        if len(found) >= most or tried >= most * _TRIES:
            break
    return tuple(found.values())


def without(ground: Ground, conduit: tuple[str, str]) -> Ground:
    """The ground when nothing passes from one zone to another any more, in that direction."""
    return Ground(ground.nodes, tuple(edge for edge in ground.edges if edge.conduit != conduit))


def effect(before: Sequence[Path], after: Sequence[Path]) -> Effect:
    """What changed between the ways of a ground and those of the ground without something.

    Both lists must have been asked for with the same ``most``; a way that survives is then among the second list.
    """
    stays, was = {path.words for path in after}, {path.words for path in before}
    first, second = _best(before), _best(after)
    return Effect(
        vanished=tuple(path for path in before if path.words not in stays),
        kept=tuple(path for path in before if path.words in stays),
        detours=tuple(path for path in after if path.words not in was),
        longer=tuple(
            Longer(path, second[target])
            for target, path in first.items()
            if target in second and second[target].chance < path.chance
        ),
        lost=tuple(target for target in first if target not in second),
        before=max((path.chance for path in before), default=0.0),
        after=max((path.chance for path in after), default=0.0),
    )


def closings(ground: Ground, start: Iterable[str], targets: Iterable[str], ways: Sequence[Path]) -> tuple[Closing, ...]:
    """What closing each conduit alone would do that the ways go through, at most ``MOST_CLOSINGS``, the best first.

    Args:
        ground, start, targets: those that the ways were found with.
        ways: as `paths` gave them.
    """
    begin, end = tuple(start), tuple(targets)
    crossed = dict.fromkeys(step.conduit for path in ways for step in path.steps)
    found = []
    for conduit in tuple(crossed)[:MOST_CLOSINGS]:
        left = paths(without(ground, conduit), begin, end, 1)
        cut = sum(1 for path in ways if any(step.conduit == conduit for step in path.steps))
        found.append(Closing(conduit, cut, left[0].chance if left else 0.0))
    return tuple(sorted(found, key=lambda one: (one.after, -one.vanished, one.conduit)))


def gathered(ground: Ground, ids: Iterable[str], name: str) -> Ground:
    """The ground with these devices as one node: whoever stands there may be at any of them.

    Args:
        ground: with single devices.
        ids: of the devices.
        name: id of the node; its zone, kind and model are empty, since those of its devices differ.
    """
    them = frozenset(ids)
    if not them:
        return ground
    nodes = [node for node in ground.nodes if node.id not in them]
    edges: dict[tuple[object, ...], Edge] = {}
    for edge in ground.edges:
        source = name if edge.source in them else edge.source
        target = name if edge.target in them else edge.target
        if source != target:
            key = (source, target, edge.chance, edge.service, edge.port, edge.conduit, edge.basis)
            edges.setdefault(key, msgspec.structs.replace(edge, source=source, target=target))
    return Ground((*nodes, Node(id=name, members=tuple(sorted(them)))), tuple(edges.values()))


def collapse(ground: Ground, apart: Iterable[str] = ()) -> Ground:
    """The ground with one node for devices of one zone, kind and model from which the same can be reached alike.

    Args:
        ground: with single devices.
        apart: ids of devices that stay alone.
    """
    index = {node.id: number for number, node in enumerate(ground.nodes)}
    labels: dict[object, int] = {}
    outward: list[list[tuple[int, int]]] = [[] for _ in ground.nodes]
    for edge in ground.edges:
        label = (edge.chance, edge.service, edge.port, edge.conduit, edge.basis)
        outward[index[edge.source]].append((index[edge.target], labels.setdefault(label, len(labels))))
    alone = frozenset(apart)
    looks = [
        (node.zone, node.kind, node.model, node.id if node.passage or alone.intersection(node.members) else "")
        for node in ground.nodes
    ]
    colours = _numbered(looks)
    for _ in range(_MOST_ROUNDS):
        finer = _numbered(
            (colours[number], frozenset((colours[to], label) for to, label in ways))
            for number, ways in enumerate(outward)
        )
        if max(finer, default=0) == max(colours, default=0):
            return _merged(ground, index, colours)
        colours = finer
    return ground


def _numbered(values: Iterable[object]) -> list[int]:
    numbers: dict[object, int] = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


def _merged(ground: Ground, index: dict[str, int], colours: list[int]) -> Ground:
    groups: dict[int, list[Node]] = {}
    for node, colour in zip(ground.nodes, colours, strict=True):
        groups.setdefault(colour, []).append(node)
    name, nodes = {}, []
    for colour, group in groups.items():
        first = min(group, key=lambda node: node.id)
        members = tuple(sorted(member for node in group for member in node.members))
        name[colour] = first.id
        nodes.append(msgspec.structs.replace(first, members=members))
    edges: dict[tuple[object, ...], Edge] = {}
    for edge in ground.edges:
        source, target = name[colours[index[edge.source]]], name[colours[index[edge.target]]]
        key = (source, target, edge.chance, edge.service, edge.port, edge.conduit, edge.basis)
        held = edges.get(key)
        if held is None:
            edges[key] = msgspec.structs.replace(edge, source=source, target=target)
        elif len(held.because) < _MOST_CAUSES and edge.because:
            because = tuple(dict.fromkeys((*held.because, *edge.because)))[:_MOST_CAUSES]
            edges[key] = msgspec.structs.replace(held, because=because)
    return Ground(tuple(sorted(nodes, key=lambda node: node.id)), tuple(edges.values()))


def _best(found: Iterable[Path]) -> dict[str, Path]:
    best: dict[str, Path] = {}
    for path in found:
        target = path.nodes[-1].id
        if target not in best or path.chance > best[target].chance:
            best[target] = path
    return best


class _Graph:
    """The ground as numbers, with one node before all starts and one behind all targets."""

    def __init__(self, ground: Ground, start: frozenset[str], targets: frozenset[str]) -> None:
        self._nodes = sorted(ground.nodes, key=lambda node: node.id)
        index = {node.id: number for number, node in enumerate(self._nodes)}
        starts = {number for number, node in enumerate(self._nodes) if not start.isdisjoint((node.id, *node.members))}
        ends = {number for number, node in enumerate(self._nodes) if not targets.isdisjoint((node.id, *node.members))}
        ends -= starts
        self._first, self._last = len(self._nodes), len(self._nodes) + 1
        self._edges: dict[tuple[int, int], Edge] = {}
        for edge in ground.edges:
            pair = index[edge.source], index[edge.target]
            # Whoever holds the starts needs no way back to them, and at a target the way is over.
            if pair[0] in ends or pair[1] in starts or pair[0] == pair[1]:
                continue
            held = self._edges.get(pair)
            if held is None or _order(edge) < _order(held):
                self._edges[pair] = edge
        self._out: list[list[tuple[int, float]]] = [[] for _ in range(len(self._nodes) + 2)]
        into: list[list[tuple[int, float]]] = [[] for _ in range(len(self._nodes) + 2)]
        costs = {pair: -math.log(edge.chance) for pair, edge in sorted(self._edges.items())}
        costs |= {(self._first, number): 0.0 for number in sorted(starts)}
        costs |= {(number, self._last): 0.0 for number in sorted(ends)}
        for (source, target), cost in costs.items():
            self._out[source].append((target, cost))
            into[target].append((source, cost))
        self._costs = costs
        #: least cost from each node to a target: what a search is led by
        self._left = _least(into, self._last)

    def ways(self) -> Iterator[tuple[int, ...]]:
        """Every way, the likeliest first, with both outer nodes."""
        shortest = self._way((self._first,), frozenset())
        waiting = [shortest] if shortest else []
        known = {one[1] for one in waiting}
        done: list[tuple[int, ...]] = []
        while waiting:
            _, nodes = heapq.heappop(waiting)
            yield nodes
            done.append(nodes)
            for spur in range(len(nodes) - 1):
                root = nodes[: spur + 1]
                taken = frozenset(one[spur + 1] for one in done if one[: spur + 1] == root)
                other = self._way(root, taken)
                if other and other[1] not in known:
                    known.add(other[1])
                    heapq.heappush(waiting, other)

    def _way(self, root: tuple[int, ...], taken: frozenset[int]) -> tuple[float, tuple[int, ...]] | None:
        """The likeliest way that begins so, and does not go on to a node of ``taken``."""
        spent = sum(self._costs[pair] for pair in pairwise(root))
        closed = set(root[:-1])
        before: dict[int, int] = {}
        best = {root[-1]: spent}
        waiting = [(spent + self._left[root[-1]], root[-1])]
        while waiting:
            _, node = heapq.heappop(waiting)
            if node == self._last:
                return best[node], (*root[:-1], *_back(before, root[-1], node))
            if node in closed:
                continue
            closed.add(node)
            for target, cost in self._out[node]:
                if target in closed or self._left[target] == math.inf or (node == root[-1] and target in taken):
                    continue
                total = best[node] + cost
                if total < best.get(target, math.inf):
                    best[target], before[target] = total, node
                    heapq.heappush(waiting, (total + self._left[target], target))
        return None

    def path(self, nodes: tuple[int, ...]) -> Path:
        """The way without the outer nodes and without passages, whose two steps are one."""
        inner = nodes[1:-1]
        steps: list[Edge] = []
        chance = 1.0
        through: Edge | None = None
        for pair in pairwise(inner):
            edge = self._edges[pair]
            chance *= edge.chance
            if self._nodes[pair[1]].passage:
                through = edge
                continue
            steps.append(msgspec.structs.replace(edge, source=through.source) if through else edge)
            through = None
        return Path(tuple(self._nodes[one] for one in inner if not self._nodes[one].passage), tuple(steps), chance)


def _order(edge: Edge) -> tuple[float, str, int, str]:
    return -edge.chance, edge.service, edge.port, edge.basis


def _least(into: Sequence[Sequence[tuple[int, float]]], goal: int) -> list[float]:
    """Least cost of each node to the goal, infinite where nothing leads there (Dijkstra, 1959)."""
    left = [math.inf] * len(into)
    left[goal] = 0.0
    waiting = [(0.0, goal)]
    while waiting:
        cost, node = heapq.heappop(waiting)
        if cost > left[node]:
            continue
        for source, more in into[node]:
            if cost + more < left[source]:
                left[source] = cost + more
                heapq.heappush(waiting, (left[source], source))
    return left


def _back(before: dict[int, int], first: int, last: int) -> tuple[int, ...]:
    nodes = [last]
    while nodes[-1] != first:
        nodes.append(before[nodes[-1]])
    return tuple(reversed(nodes))
