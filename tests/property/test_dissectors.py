"""Every dissector, whatever it is fed: facts or Malformed, the same facts however a stream is cut, bounded memory."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garde.dissect.spec import STREAM, Dissector, Fact, Hint
from garde.dissect.table import DISSECTORS
from garde.errors import Malformed
from garde.wire.flow import Endpoint, Flow, Payload
from tests.captures.seeds import AT, ENDS, Conversation, Player, check, conversations, play, weight

ROWS = pytest.mark.parametrize("row", list(DISSECTORS), ids=lambda row: row.name)
SEEDED = [row for row in DISSECTORS if conversations().get(row.name)]
DAMAGED = pytest.mark.parametrize("row", SEEDED, ids=lambda row: row.name)
STREAMS = pytest.mark.parametrize("row", [row for row in SEEDED if row.layer == STREAM], ids=lambda row: row.name)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
#: What one session may hold, in octets.
HEAVIEST = 4 << 20


def pieces(longest: int = 400) -> st.SearchStrategy[Conversation]:
    return st.lists(st.tuples(st.integers(0, 1), st.binary(min_size=1, max_size=longest)), max_size=6)


def seeds(row: Dissector) -> list[Conversation]:
    return conversations().get(row.name, [])


@st.composite
def mutated(draw: st.DrawFn, talks: list[Conversation]) -> Conversation:
    """A conversation with some octets changed, cut out, doubled or put in."""
    talk = [(way, bytearray(data[:4096])) for way, data in draw(st.sampled_from(talks))]
    for _ in range(draw(st.integers(1, 4))):
        _, data = talk[draw(st.integers(0, len(talk) - 1))]
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        many = draw(st.integers(1, 16))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data[at : at + many] = draw(st.binary(min_size=1, max_size=many))
        elif kind == 1:
            del data[at : at + many]
        elif kind == 2:
            data[at:at] = data[at : at + many]
        else:
            del data[at:]
    return [(way, bytes(data)) for way, data in talk if data]


@ROWS
@quick
@given(talk=pieces(), gap=st.sampled_from([0, -1]))
def test_any_octets_give_facts_or_malformed(row: Dissector, talk: Conversation, gap: int) -> None:
    check(row, play(row, talk, gap=gap))


@ROWS
@quick
@given(data=st.binary(max_size=300), ports=st.tuples(st.integers(0, 65535), st.integers(0, 65535)))
def test_any_octets_can_be_looked_at(row: Dissector, data: bytes, ports: tuple[int, int]) -> None:
    assert 0.0 <= row.looks_like(data, Hint(ports, 6)) <= 1.0


def test_every_row_has_a_golden_capture_to_start_from() -> None:
    assert [row.name for row in DISSECTORS if row not in SEEDED] == []


@DAMAGED
@quick
@given(st.data())
def test_a_damaged_conversation_gives_facts_or_malformed(row: Dissector, data: st.DataObject) -> None:
    talk = data.draw(mutated(seeds(row)))
    check(row, play(row, talk, gap=data.draw(st.sampled_from([0, -1]))))
    for _, part in talk:
        assert 0.0 <= row.looks_like(part, Hint((104, 104), 6)) <= 1.0


@STREAMS
@quick
@given(st.data())
def test_however_a_stream_is_cut_the_facts_are_the_same(row: Dissector, data: st.DataObject) -> None:
    talk = data.draw(st.sampled_from(seeds(row)))
    if data.draw(st.booleans()):
        talk = data.draw(mutated(seeds(row)))
    joined: Conversation = []
    for way, part in talk:
        if joined and joined[-1][0] == way:
            joined[-1] = (way, joined[-1][1] + part)
        else:
            joined.append((way, part))
    cut: Conversation = []
    for way, part in joined:
        marks = sorted(data.draw(st.sets(st.integers(0, len(part)), max_size=12)) | {0, len(part)})
        cut += [(way, part[one:two]) for one, two in itertools.pairwise(marks) if two > one]

    def said(what: Conversation) -> set[tuple[object, ...]]:
        return {(fact.attribute, fact.value, fact.about, fact.source) for fact in play(row, what) if fact.value}

    # The bytes before a breach may have been read already in one way of cutting, not in the other: both are right.
    one, two = said(joined), said(cut)
    assert one == two or (broken(row, joined) and one <= two)


def broken(row: Dissector, talk: Conversation) -> bool:
    """Whether the session calls the conversation malformed."""
    player = Player(row)
    try:
        for way, data in talk:
            player.feed(way, data)
    except Malformed:
        return True
    return False


@ROWS
def test_what_a_session_holds_is_bounded(row: Dissector) -> None:
    for talk in [*seeds(row)[:2], [(0, bytes(range(256)) * 4)]]:
        player = Player(row, gap=-1)
        before = weight(player.session)
        for number in range(400):
            way, data = talk[number % len(talk)]
            # Cut short, so that more and more would wait for its end.
            part = data[: max(1, len(data) * (number % 7 + 3) // 10)] + number.to_bytes(2, "big") * 4
            if player.session.done:
                break
            try:
                player.feed(way, part)
            except Malformed:
                break
        assert weight(player.session) < before + HEAVIEST


@DAMAGED
def test_a_row_looks_at_bytes_alone_or_says_so(row: Dissector) -> None:
    """`garde.dissect.recall` trusts it: the same bytes between others, at another time, tell the same."""

    def said(ends: tuple[Endpoint, Endpoint], later: int) -> list[list[Fact]]:
        out = []
        for talk in seeds(row):
            session, sent = row.session(), [0, 0]
            flow = Flow(0, row.layer, 17, ends)
            for number, (way, data) in enumerate(talk):
                at = AT + number * later
                offset = sent[way] if row.layer == STREAM else 0
                sent[way] += len(data)
                with contextlib.suppress(Malformed):
                    out.append(list(session.feed(Payload(flow, way, at, data, 1, 54, offset))))
        return out

    told = [said(ENDS, 10**6), said(ENDS, 10**9)]
    # Addresses that messages of the golden captures speak of.
    for ip in ("192.0.2.41", "192.0.2.99", "203.0.113.5"):
        one, two = Endpoint("00:00:5e:00:53:91", ip, 40000), Endpoint("00:00:5e:00:53:92", ip, 104)
        told.append(said((one, two), 10**6))
    assert any(one != told[0] for one in told) == row.situated, row.name
