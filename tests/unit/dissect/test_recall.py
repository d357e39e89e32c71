"""What was read once is not read again, and is told the same."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from garde.dissect import recall
from garde.dissect.engine import Engine
from garde.dissect.recall import Recall, Step
from garde.dissect.spec import STREAM, Dissector, Fact
from garde.errors import Malformed
from garde.registry import Registry
from garde.wire.flow import Endpoint, Flow, Payload


class _Counting:
    """Says how many octets it has heard, ends at a full stop, refuses an exclamation mark."""

    def __init__(self) -> None:
        self.done = False
        self.heard = 0

    def feed(self, payload: Payload) -> Iterable[Fact]:
        for octet in payload.data:
            self.heard += 1
            yield Fact("hostname", f"h{self.heard}", payload.offset, payload.offset + 1)
            if octet == ord("!"):
                raise Malformed("count.mark", "not this protocol")
            if octet == ord("."):
                self.done = True


def row(situated: bool) -> Dissector:
    return Dissector(
        name="dns",
        layer=STREAM,
        reference="none: made up for this test",
        emits=frozenset({"hostname"}),
        looks_like=lambda data, hint: 0.9 if data[:1] in b"ab" else 0.0,
        session=_Counting,
        situated=situated,
    )


def flow(number: int) -> Flow:
    return Flow(number, STREAM, 6, (Endpoint("", f"10.0.{number}.1", 50000 + number), Endpoint("", "10.1.0.1", 80)))


def talk(engine: Engine, number: int, words: list[bytes]) -> list[tuple[str, str, int]]:
    said, offset = [], 0
    for i, word in enumerate(words):
        seen = engine.feed([Payload(flow(number), 0, i, word, i + 1, 54, offset)])
        offset += len(word)
        said += [(one.attribute, one.value, one.place.offset if one.place else -1) for one in seen]
    return said


WORDS = st.lists(st.sampled_from([b"a", b"b", b"ab", b"x", b".", b"!", b"a!b"]), max_size=30)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_remembered_or_read_the_facts_are_the_same(conversations: list[list[bytes]]) -> None:
    """A row that says it looks at more than bytes is never recalled: it is the oracle of the one that is."""
    quick, plain = (Engine(Registry(row(situated)), sensor="s", file="f") for situated in (False, True))
    for number, words in enumerate(conversations):
        assert talk(quick, number, words) == talk(plain, number, words)
        assert quick.finished() == plain.finished()


def test_the_same_bytes_are_read_once() -> None:
    made = []

    def session() -> _Counting:
        made.append(1)
        return _Counting()

    engine = Engine(Registry(msgspec.structs.replace(row(False), session=session)), sensor="s", file="f")
    for number in range(5):
        assert talk(engine, number, [b"a", b"b"])
    assert len(made) == 1
    talk(engine, 9, [b"a", b"x", b"b"])
    assert len(made) == 2


def test_memory_is_bounded() -> None:
    memory = Recall()
    root = memory.begin((STREAM, 6, 80, 50000))
    assert memory.begin((STREAM, 6, 80, 60000)) is root
    for i in range(recall.OCTETS // 1000 + 2):
        memory.note(root, (0, 0, 0, bytes(1000) + i.to_bytes(4, "big")), Step(None, (), False))
    assert memory.age >= 1
    assert memory.begin((STREAM, 6, 80, 50000)) is not root
