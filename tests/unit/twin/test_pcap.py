"""The capture file."""

import io
import struct

import pytest

from garde.twin.pcap import Writer


@pytest.mark.parametrize(("nano", "magic", "fraction"), [(False, 0xA1B2C3D4, 1_234), (True, 0xA1B23C4D, 1_234_567)])
def test_the_head_says_the_unit_and_a_record_the_time(nano, magic, fraction):
    file = io.BytesIO()
    writer = Writer(file, nano=nano)
    writer.write(5_001_234_567, b"frame")
    raw = file.getvalue()
    assert struct.unpack_from("<I", raw)[0] == magic
    assert struct.unpack_from("<IIII", raw, 24) == (5, fraction, 5, 5)
    assert (writer.packets, writer.octets) == (1, len(raw))
