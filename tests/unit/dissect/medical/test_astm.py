"""ASTM: frames, checksums, records over several frames, records without frames."""

from __future__ import annotations

import pytest

from garde.dissect.medical.astm import ASTM, LARGEST
from garde.errors import Malformed
from tests.captures.astm.messages import RESULTS, frame
from tests.playbook import Playbook

#: The vector of domain note 01 §6.
HEADER = b"\x021H|\\^&|||cobas^1.0|||||host||P|1\r\x036D\r\n"
MODEL = {("astm.sender", "cobas^1.0^SN123"), ("model", "cobas"), ("software", "1.0"), ("serial", "SN123")}


def said(stream: bytes, step: int = 1_000_000, gap: int = 0) -> set[tuple[str, str]]:
    book = Playbook(ASTM)
    for at in range(0, len(stream), step):
        book.client(stream[at : at + step], gap=gap if not at else 0)
    return {(fact.attribute, fact.value) for fact in book.facts}


def test_the_vector_has_the_checksum_6d() -> None:
    assert frame(1, b"H|\\^&|||cobas^1.0|||||host||P|1\r") == HEADER
    assert said(HEADER) == {("astm.sender", "cobas^1.0")}
    assert Playbook(ASTM).likely(HEADER) > 0.9


@pytest.mark.parametrize("step", [1, 3, 50, 1_000_000])
def test_who_reports_results_is_the_analyser(step: int) -> None:
    assert said(RESULTS, step) == MODEL


def test_who_only_orders_is_not() -> None:
    host = frame(1, b"H|\\^&|||LIS^7.1\r") + frame(2, b"P|1||4711||DOE^JANE\r") + frame(3, b"O|1|S1||^^^GLU\r")
    assert said(host) == {("astm.sender", "LIS^7.1")}


def test_a_record_may_go_on_in_the_next_frame() -> None:
    split = frame(1, b"H|\\^&|||cob", last=False) + frame(2, b"as^1.0^SN123\rP|1\rO|1\rR|1|^^^GLU|5\r")
    assert said(split) == MODEL


def test_a_frame_with_a_wrong_checksum_is_dropped() -> None:
    assert said(HEADER.replace(b"6D", b"6E")) == set()


def test_records_without_frames() -> None:
    stream = b"H|\\^&|||cobas^1.0^SN123\rP|1||4711||DOE^JANE\rR|1|^^^GLU|5\rL|1\r"
    assert Playbook(ASTM).likely(stream) >= 0.9
    assert said(stream, 1) == said(stream) == MODEL


def test_other_delimiters() -> None:
    assert said(frame(1, b"H!~*$!!!XN*2.1\r")) == {("astm.sender", "XN*2.1")}


def test_what_is_no_version_is_no_software() -> None:
    stream = frame(1, b"H|\\^&|||XN^Sysmex^9\r") + frame(2, b"R|1|x|5\r")
    assert said(stream) == {("astm.sender", "XN^Sysmex^9"), ("model", "XN"), ("serial", "9")}


def test_values_stand_where_the_facts_say() -> None:
    for fact in Playbook(ASTM).client(RESULTS):
        assert RESULTS[fact.start : fact.end].decode() == fact.value


def test_joined_half_way_the_next_header_is_read() -> None:
    assert said(RESULTS[60:] + RESULTS, gap=-1) >= MODEL


def test_no_patient_leaves() -> None:
    assert not [value for _, value in said(RESULTS) if "DOE" in value or "4711" in value]


@pytest.mark.parametrize("other", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00", b"MSH|^~\\&|"])
def test_another_protocol_is_neither_chosen_nor_read(other: bytes) -> None:
    book = Playbook(ASTM)
    assert book.likely(other) < 0.5
    with pytest.raises(Malformed):
        book.client(other)


def test_cut_anywhere_the_facts_are_a_part_of_the_whole() -> None:
    whole = said(RESULTS)
    for cut in range(len(RESULTS)):
        assert said(RESULTS[:cut]) <= whole


def test_what_waits_is_bounded() -> None:
    book = Playbook(ASTM)
    for _ in range(20):
        book.client(b"\x021H|" + b"x" * 30_000)
    side = book.session._sides[0]  # type: ignore[attr-defined]
    assert len(side.buffer) + len(side.record) <= 2 * LARGEST
