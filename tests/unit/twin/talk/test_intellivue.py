"""Monitors that export data."""

import struct

from garde.twin.talk import intellivue


def test_texts_are_even_in_length_and_end_in_zero():
    for text in (b"", b"a", b"ab"):
        raw = intellivue.variable(text)
        assert len(raw) % 2 == 0
        assert struct.unpack_from("!H", raw)[0] == len(raw) - 2
        assert raw.endswith(b"\0")


def test_an_export_associates_describes_and_is_polled(pair, rng):
    said = [frame[46:] for _, frame in intellivue.export(*pair, 0, rng, maker="Philips", model="MX750", serial="DE1",
                                                         software="P", system=0x1151, bed="3", polls=2)]  # fmt: skip
    assert said[0][0] == 0x0D
    assert said[0][1] == len(said[0]) - 2
    assert bytes.fromhex("2a8648ce14020100000001 01".replace(" ", "")) in said[0]
    assert said[1][0] == 0x0E
    assert b"MX750\0" in said[2]
    assert [message[:4].hex() for message in said[2:]] == ["e1000002"] * 5


def test_the_indication_tells_the_address_of_the_monitor(pair):
    ((_, frame),) = intellivue.indicate(pair[0], 0x1151, 0)
    assert pair[0].mac in frame[46:]
