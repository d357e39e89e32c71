"""One packet of a capture, by Wireshark's number."""

from __future__ import annotations

from pathlib import Path

import pytest

from garde.capture.packet import packet
from garde.capture.reader import open_capture
from garde.errors import Malformed, Missing, Unreachable
from garde.wire.block import CAPLEN

CAPTURE = Path(__file__).parents[2] / "captures" / "dicom" / "dicom.pcap"


def test_each_number_gives_the_bytes_of_the_block() -> None:
    number = 0
    for block in open_capture(CAPTURE):
        for row in block.records:
            number += 1
            assert len(packet(CAPTURE, number)) == row[CAPLEN]
    assert number > 5
    assert packet(CAPTURE, 1) != packet(CAPTURE, 2)


@pytest.mark.parametrize("number", [0, -1, 1_000_000])
def test_a_number_that_is_not_there_is_missing(number: int) -> None:
    with pytest.raises(Missing):
        packet(CAPTURE, number)


def test_no_file_and_no_capture(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello, this is no capture at all")
    with pytest.raises(Unreachable):
        packet(tmp_path / "absent.pcap", 1)
    with pytest.raises(Malformed):
        packet(tmp_path / "a.txt", 1)
