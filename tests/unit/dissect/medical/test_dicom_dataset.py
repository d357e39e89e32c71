"""Elements, encodings, sequences and character sets."""

from __future__ import annotations

import pytest

from garde.dissect.medical.dicom_dataset import DEEPEST, LONGEST, DataSet, Element, Encoding, command, recognise, text
from garde.errors import Malformed
from tests.captures.dicom import messages
from tests.captures.dicom.messages import IMAGE, data_set

WANTED = {0x00080070: "maker", 0x00181000: "serial"}


@pytest.mark.parametrize(("explicit", "order"), [(True, "<"), (False, "<"), (True, ">")])
def test_an_encoding_is_recognised_by_content(explicit: bool, order: str) -> None:
    head = data_set(IMAGE, explicit=explicit, order=order)[:8]
    assert recognise(head) == Encoding(explicit, "little" if order == "<" else "big")


@pytest.mark.parametrize(
    "other", [b"\x78\x9c\xed\xbd\x07\x60\x1c\x49", b"\xff\xd8\xff\xe0\0\x10JF", bytes(8), b"short"]
)
def test_what_is_no_data_set_is_not_recognised(other: bytes) -> None:
    assert recognise(other) is None
    reader = DataSet(WANTED)
    reader.feed(other + bytes(8), 0)
    assert reader.broken and not reader.values


@pytest.mark.parametrize("step", [1, 3, 8, 1000])
def test_pieces_of_any_size_give_the_same(step: int) -> None:
    data = data_set(IMAGE)
    reader = DataSet(WANTED)
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step], 100 + at)
    assert {name: element.raw for name, element in reader.values.items()} == {"maker": b"ACME", "serial": b"SN-77 "}


def test_a_value_that_lies_in_two_pieces_has_no_run_of_bytes() -> None:
    data = data_set(IMAGE[3:4])
    reader = DataSet(WANTED)
    reader.feed(data[:10], 0)
    reader.feed(data[10:], 50)
    assert reader.values["maker"].start == reader.values["maker"].end


def test_reading_stops_at_the_last_wanted_tag_and_holds_nothing() -> None:
    reader = DataSet(WANTED, last=0x00181020)
    reader.feed(data_set(IMAGE), 0)
    assert reader.done and not reader.broken and not reader._held


def test_long_values_are_passed_over_without_being_held() -> None:
    reader = DataSet(WANTED)
    reader.feed(data_set([(0x0008, 0x0070, "UT", b"x" * (LONGEST + 2))])[:40], 0)
    assert not reader._held and not reader.values


def test_nesting_is_bounded() -> None:
    reader = DataSet(WANTED)
    reader.feed(b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" * (DEEPEST + 2), 0)
    assert reader.broken


@pytest.mark.parametrize(
    ("raw", "charset", "value"),
    [
        ("Hôpital".encode("latin-1"), "ISO_IR 100", "Hôpital"),
        ("Hôpital".encode(), "ISO_IR 192", "Hôpital"),
        ("Hôpital".encode(), "", "Hôpital"),
        ("Hôpital".encode("latin-1"), "", "Hôpital"),
        ("Больница".encode("iso8859-5"), "\\ISO_IR 144", "Больница"),
    ],
)
def test_character_sets(raw: bytes, charset: str, value: str) -> None:
    assert text(Element(raw, 0, len(raw)), charset) == value


def test_a_command_set_gives_what_is_not_about_an_instance() -> None:
    word = command(messages.command("1.2.3", 0x8001, status=0xA700), 10)
    assert (word.sop_class, word.field, word.data, word.status) == ("1.2.3", 0x8001, False, 0xA700)


def test_a_command_set_without_a_command_is_malformed() -> None:
    with pytest.raises(Malformed, match="Command Field"):
        command(b"\x00\x00\x02\x00\x02\x00\x00\x001 ", 0)
