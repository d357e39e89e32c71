"""The likeliest ways are those that trying all of them finds, whole or collapsed, and closing cuts what it says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.risk.paths import Edge, Ground, Node, closings, collapse, effect, gathered, paths, without

NAMES = "abcdefg"
CHANCES = (0.9, 0.5, 0.3, 0.1, 0.02)


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    zones = {name: draw(st.sampled_from("xyz")) for name in names}
    nodes = tuple(Node(id=name, zone=zones[name], members=(name,)) for name in names)
    pairs = [(one, other) for one in names for other in names if one != other]
    chosen = draw(st.lists(st.tuples(st.sampled_from(pairs), st.sampled_from(CHANCES)), max_size=20))
    edges = tuple(Edge(a, b, chance, conduit=(zones[a], zones[b])) for (a, b), chance in chosen)
    return Ground(nodes, edges)


def every(ground: Ground, start: set[str], targets: set[str]) -> dict[str, float]:
    """All ways by trying all of them: words → chance."""
    best: dict[tuple[str, str], float] = {}
    for edge in ground.edges:
        best[edge.source, edge.target] = max(best.get((edge.source, edge.target), 0.0), edge.chance)
    found: dict[str, float] = {}

    def walk(way: tuple[str, ...], chance: float) -> None:
        for (source, target), one in best.items():
            if source != way[-1] or target in way or target in start:
                continue
            if target in targets:
                found[" > ".join((*way, target))] = chance * one
            else:
                walk((*way, target), chance * one)

    for name in start:
        walk((name,), 1.0)
    return found


@settings(max_examples=200)
@given(grounds(), st.integers(1, 6), st.booleans())
def test_all_ways_tried_give_the_same(ground: Ground, most: int, two: bool) -> None:
    names = [node.id for node in ground.nodes]
    start, targets = set(names[:1]), set(names[-2:] if two and len(names) > 2 else names[-1:])
    oracle = every(ground, start, targets)
    found = paths(ground, start, targets, most)
    assert [path.chance for path in found] == pytest.approx(sorted(oracle.values(), reverse=True)[:most])
    assert len({path.words for path in found}) == len(found)
    for path in found:
        assert path.chance == pytest.approx(oracle[path.words])
        assert [(step.source, step.target) for step in path.steps] == [
            (one.id, other.id) for one, other in zip(path.nodes, path.nodes[1:], strict=False)
        ]


@settings(max_examples=200)
@given(grounds(), st.sampled_from("xyz"), st.sampled_from("xyz"))
def test_collapsing_keeps_the_likeliest_way_also_after_closing(ground: Ground, source: str, target: str) -> None:
    last = ground.nodes[-1].id
    small = collapse(ground, apart=[last])
    assert sorted(member for node in small.nodes for member in node.members) == [node.id for node in ground.nodes]
    for whole, less in ((ground, small), (without(ground, (source, target)), without(small, (source, target)))):
        for start in (node.id for node in ground.nodes[:-1]):
            one, other = paths(whole, [start], [last], 1), paths(less, [start], [last], 1)
            assert [path.chance for path in one] == pytest.approx([path.chance for path in other])


@settings(max_examples=100)
@given(grounds(), st.sampled_from("xyz"), st.sampled_from("xyz"))
def test_the_effect_is_the_difference(ground: Ground, source: str, target: str) -> None:
    first, last = ground.nodes[0].id, ground.nodes[-1].id
    cut = without(ground, (source, target))
    before, after = paths(ground, [first], [last], 50), paths(cut, [first], [last], 50)
    found = effect(before, after)
    gone = set(every(ground, {first}, {last})) - set(every(cut, {first}, {last}))
    assert {path.words for path in found.vanished} == gone
    assert found.after <= found.before and not found.detours
    assert found.lost == ((last,) if before and not after else ())


@settings(max_examples=100)
@given(grounds(), st.integers(1, 4))
def test_gathering_the_starts_keeps_the_likeliest_way(ground: Ground, many: int) -> None:
    names = [node.id for node in ground.nodes]
    start, last = names[:-1][:many], names[-1]
    one, other = paths(ground, start, [last], 1), paths(gathered(ground, start, "*"), ["*"], [last], 1)
    assert [path.chance for path in one] == pytest.approx([path.chance for path in other])
    assert gathered(ground, (), "*") == ground


@settings(max_examples=100)
@given(grounds())
def test_each_closing_is_what_closing_it_does(ground: Ground) -> None:
    first, last = ground.nodes[0].id, ground.nodes[-1].id
    ways = paths(ground, [first], [last], 50)
    found = closings(ground, [first], [last], ways)
    assert {one.conduit for one in found} == {step.conduit for path in ways for step in path.steps}
    assert [one.after for one in found] == sorted(one.after for one in found)
    for one in found:
        told = effect(ways, paths(without(ground, one.conduit), [first], [last], 50))
        assert (one.after, one.vanished) == (told.after, len(told.vanished))


def test_alike_devices_are_one_and_others_are_not() -> None:
    nodes = tuple(Node(id=f"p{n}", zone="Z1", kind="PUMP", model="M", members=(f"p{n}",)) for n in range(5))
    server = Node(id="s", zone="Z5", kind="EHR", members=("s",))
    edges = [Edge(f"p{n}", "s", 0.1, because=(f"c{n}",)) for n in range(4)] + [Edge("p4", "s", 0.5)]
    small = collapse(Ground((*nodes, server), tuple(edges)))
    assert {node.members for node in small.nodes} == {("p0", "p1", "p2", "p3"), ("p4",), ("s",)}
    assert {edge.because for edge in small.edges} == {("c0", "c1", "c2", "c3"), ()}
    assert [path.words for path in paths(small, ["p2"], ["s"])] == ["p0 > s"]


def test_a_passage_is_no_step_and_two_of_them_are_one_way() -> None:
    nodes = (
        Node(id="a", members=("a",)), Node(id="b", members=("b",)), Node(id="r1"), Node(id="r2"),
    )  # fmt: skip
    edges = [edge for rule in ("r1", "r2") for edge in (Edge("a", rule, 1.0), Edge(rule, "b", 0.4, "smb"))]
    (found,) = paths(Ground(nodes, tuple(edges)), ["a"], ["b"])
    assert found.words == "a > b" and found.chance == pytest.approx(0.4)
    assert [(step.source, step.target, step.service) for step in found.steps] == [("a", "b", "smb")]


def test_a_detour_is_named() -> None:
    nodes = tuple(Node(id=name, zone=name, members=(name,)) for name in "abc")
    edges = (Edge("a", "c", 0.5, conduit=("a", "c")), Edge("a", "b", 0.2, conduit=("a", "b")), Edge("b", "c", 0.2))
    ground = Ground(nodes, edges)
    before, after = paths(ground, ["a"], ["c"], 1), paths(without(ground, ("a", "c")), ["a"], ["c"], 1)
    found = effect(before, after)
    assert [path.words for path in found.detours] == ["a > b > c"]
    assert [(one.before.words, one.after.words) for one in found.longer] == [("a > c", "a > b > c")]
    assert (found.before, found.after) == pytest.approx((0.5, 0.04)) and found.lost == ()


def test_nowhere_to_go() -> None:
    ground = Ground((Node(id="a", members=("a",)), Node(id="b", members=("b",))), ())
    assert paths(ground, ["a"], ["b"]) == paths(ground, ["a"], ["a"]) == paths(ground, [], ["b"]) == ()
    assert effect((), ()).before == 0.0
    assert collapse(Ground((), ())) == Ground((), ())
