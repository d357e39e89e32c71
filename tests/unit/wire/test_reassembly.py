from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from garde.wire.reassembly import OCTETS, SEGMENTS, Assembly, Run


def text(runs: list[Run]) -> list[tuple[int, bytes, int]]:
    return [(run.position, run.data, run.gap) for run in runs]


def test_a_hole_is_waited_for() -> None:
    a = Assembly(origin=10)
    assert text(a.add(10, b"ab")) == [(0, b"ab", 0)]
    assert a.add(14, b"ef") == []
    assert text(a.add(12, b"cd")) == [(2, b"cd", 0), (4, b"ef", 0)]


def test_retransmission_and_overlap_give_each_octet_once() -> None:
    a = Assembly(origin=0)
    a.add(0, b"abcd")
    assert a.add(0, b"abcd") == []
    runs = a.add(2, b"cdef", packet=9, start=50)
    assert runs == [Run(4, b"ef", 0, 0, 9, 52)]


def test_mid_stream_says_so_once() -> None:
    a = Assembly()
    assert text(a.add(5000, b"x")) == [(0, b"x", -1)]
    assert text(a.add(5001, b"y")) == [(1, b"y", 0)]


def test_a_segment_cut_by_the_capture_leaves_a_gap() -> None:
    a = Assembly(origin=0)
    a.add(0, b"ab", length=10)
    assert text(a.add(10, b"cd")) == [(10, b"cd", 8)]


def test_segments_passed_over_are_not_waited_for() -> None:
    a = Assembly(origin=0)
    a.add(0, b"ab")
    assert text(a.add(100, b"cd", passed=True)) == [(100, b"cd", 98)]


def test_an_acknowledged_hole_is_a_loss() -> None:
    a = Assembly(origin=0)
    a.add(0, b"ab")
    a.add(4, b"ef")
    out: list[Run] = []
    a.acknowledged(4, out)
    assert out == []
    a.acknowledged(6, out)
    assert text(out) == [(4, b"ef", 2)]


def test_sequence_numbers_wrap() -> None:
    a = Assembly(origin=0xFFFFFFFE)
    assert text(a.add(0xFFFFFFFE, b"abcd")) == [(0, b"abcd", 0)]
    assert text(a.add(2, b"ef")) == [(4, b"ef", 0)]


@given(st.integers(1, 300))
def test_what_waits_is_bounded(count: int) -> None:
    a = Assembly(origin=0)
    for i in range(count):
        a.add(10 + i * 3000, bytes(2000), packet=i)
        assert len(a) <= SEGMENTS
        assert a.octets <= OCTETS


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[bytes, int, list[tuple[int, int]]]:
    """A stream, its first sequence number, and pieces of it that cover it in some order, some twice or overlapping."""
    data = draw(st.binary(min_size=1, max_size=200))
    cuts = sorted(draw(st.sets(st.integers(1, len(data)), max_size=12)) | {0, len(data)})
    pieces = list(itertools.pairwise(cuts))
    extra = draw(st.lists(st.tuples(st.integers(0, len(data)), st.integers(0, len(data))), max_size=6))
    pieces += [(min(pair), max(pair)) for pair in extra if pair[0] != pair[1]]
    return data, draw(st.integers(0, 0xFFFFFFFF)), draw(st.permutations(pieces))


@given(deliveries())
def test_however_cut_reordered_and_repeated_the_stream_is_the_same(
    case: tuple[bytes, int, list[tuple[int, int]]],
) -> None:
    data, origin, pieces = case
    a = Assembly(origin)
    runs = [run for start, end in pieces for run in a.add((origin + start) & 0xFFFFFFFF, data[start:end])]
    assert b"".join(run.data for run in runs) == data
    assert all(run.gap == 0 for run in runs)
    assert [run.position for run in runs] == [sum(len(r.data) for r in runs[:i]) for i in range(len(runs))]
    assert a.octets == 0


@given(deliveries(), st.data())
def test_a_lost_piece_is_a_gap_and_positions_stay_true(
    case: tuple[bytes, int, list[tuple[int, int]]], draw: st.DataObject
) -> None:
    data, origin, pieces = case
    kept = draw.draw(st.lists(st.sampled_from(pieces), min_size=1))
    a = Assembly(origin)
    runs = [run for start, end in kept for run in a.add((origin + start) & 0xFFFFFFFF, data[start:end])]
    a.flush(runs)
    end = 0
    for run in runs:
        assert run.position == end + run.gap
        assert data[run.position : run.position + len(run.data)] == run.data
        end = run.position + len(run.data)
