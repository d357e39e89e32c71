"""What rests on what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed, Refused
from garde.web.charts.ink import SEVERITIES
from garde.web.charts.tree import MOST_LEVELS, MOST_NODES, Node, Tree, tree
from tests.charts import EN, WORDS, cells, sound

LEAF = Node("Pump", "symptom")
ROOTS = (Node("Switch", "down", "critical", "/devices", (Node("Central", "", "high", children=(LEAF,)), LEAF)), LEAF)


def chain(deep: int) -> Node:
    node = Node("end")
    for _ in range(deep - 1):
        node = Node("link", children=(node,))
    return node


def test_the_table_has_the_level_of_each() -> None:
    assert cells(sound(tree(Tree("t", ROOTS, ("Thing", "Said")), EN))) == [
        ["Thing", "Level", "Said", "Severity"],
        ["Switch", "1", "down", "critical"],
        ["Central", "2", "", "high"],
        ["Pump", "3", "symptom", "normal"],
        ["Pump", "2", "symptom", "normal"],
        ["Pump", "1", "symptom", "normal"],
    ]


def test_each_child_hangs_on_its_parent() -> None:
    elbows = tree(Tree("t", ROOTS), EN).marks[0]
    assert elbows.ink == "line run"
    assert elbows.at == ' d="M6 20V36h12M26 44V60h12M6 36V84h12"'


@pytest.mark.parametrize(
    ("roots", "sentence"),
    [
        (ROOTS, "Entries: 5, levels: 3; gravest: Switch (critical)."),
        ((LEAF, LEAF), "Entries: 2, levels: 1."),
    ],
)
def test_the_conclusion(roots: tuple[Node, ...], sentence: str) -> None:
    assert tree(Tree("t", roots), EN).sentence == sentence


def test_nothing_to_show() -> None:
    assert tree(Tree("t", ()), EN).sentence == "Nothing to show."


def test_too_deep_too_many_and_unknown_are_refused() -> None:
    assert len(cells(sound(tree(Tree("t", (chain(MOST_LEVELS),)), EN)))) == MOST_LEVELS + 1
    with pytest.raises(Refused):
        tree(Tree("t", (chain(MOST_LEVELS + 1),)), EN)
    with pytest.raises(Refused):
        tree(Tree("t", (LEAF,) * (MOST_NODES + 1)), EN)
    with pytest.raises(Malformed):
        tree(Tree("t", (Node("x", severity="dire"),)), EN)


NODES = st.recursive(
    st.builds(Node, WORDS, WORDS, st.sampled_from(SEVERITIES)),
    lambda inner: st.builds(
        Node, WORDS, WORDS, st.sampled_from(SEVERITIES), st.just("/devices"), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


def count(node: Node) -> int:
    return 1 + sum(map(count, node.children))


@given(NODES, WORDS)
def test_any_words(root: Node, title: str) -> None:
    assert len(cells(sound(tree(Tree(title, (root,)), EN)))) == count(root) + 1
