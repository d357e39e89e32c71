"""The bytes of a packet: the field is marked, and what may speak of a patient is covered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.catalogue import sources
from garde.web.hexview import HEADERS, MOST, NEAR, WIDTH, is_open, rows

PACKET = bytes(range(54)) + b"PATIENT^NAME CT01 A7782198"


def shown(data: bytes, offset: int, length: int, covered: bool) -> str:
    return "".join(cell.char for row in rows(data, offset, length, covered=covered) for cell in row.cells)


def test_the_field_is_marked() -> None:
    marked = [cell.char for row in rows(PACKET, 67, 4, covered=False) for cell in row.cells if cell.mark]
    assert "".join(marked) == "CT01"


def test_other_bytes_of_a_covered_packet_are_not_shown() -> None:
    text = shown(PACKET, 67, 4, covered=True)
    assert "CT01" in text and "PATIENT" not in text and "A7782198" not in text
    assert "PATIENT" in shown(PACKET, 67, 4, covered=False)


def test_headers_are_never_covered() -> None:
    cells = [cell for row in rows(PACKET, 0, 0, covered=True) for cell in row.cells]
    assert [cell.text for cell in cells[:HEADERS]] == [f"{value:02x}" for value in range(HEADERS)]
    assert {cell.text for cell in cells[HEADERS:]} == {"··"}


def test_clinical_sources_and_conclusions_are_covered() -> None:
    clinical = ("dicom.dataset", "dicom.association", "hl7", "poct1a", "astm", "intellivue", "medibus", "sdc.mdib")
    for name in (*clinical, "http", "smb", "ftp", "identify"):
        assert not is_open(sources()[name].family), name


@given(st.binary(max_size=2000), st.integers(0, 3000), st.integers(0, 3000), st.booleans())
def test_any_place_in_any_packet(data: bytes, offset: int, length: int, covered: bool) -> None:
    found = rows(data, offset, length, covered=covered)
    assert all(len(row.cells) <= WIDTH and row.start % WIDTH == 0 for row in found)
    assert sum(len(row.cells) for row in found) <= max(MOST, NEAR + length) + WIDTH
    if covered:
        flat = [(row.start + at, cell) for row in found for at, cell in enumerate(row.cells)]
        assert all(cell.mark or at < HEADERS or cell.char == "·" for at, cell in flat)
