"""Headers and checksums."""

import struct

import pytest

from garde.twin import frames


def test_a_checksum_over_a_message_with_its_checksum_is_zero():
    packet = frames.ipv4(bytes(4), b"\x0a\0\0\1", 17, b"x" * 11, ttl=64, number=9)
    assert frames.checksum(packet[:20]) == 0


def test_switches_mark_both_directions_of_both_families():
    ends = b"\x0a\0\0\1", b"\x0a\0\0\2"
    for ports in ((24105, 40000), (40000, 24105)):
        datagram = frames.udp(*ends, *ports, b"x")
        assert frames.ipv4(*ends, 17, datagram, ttl=64, number=1)[1] >> 2 == 46
        head = frames.ipv6(bytes(16), bytes(16), 17, datagram, ttl=64)
        assert int.from_bytes(head[:2], "big") >> 6 & 63 == 46
    assert frames.marking(17, frames.udp(*ends, 1, 2, b"")) == frames.marking(1, b"") == 0


@pytest.mark.parametrize("length", [0, 1, 7, 1460])
@pytest.mark.parametrize("width", [4, 16])
def test_transport_checksums_hold_for_any_length_and_family(length, width):
    source, target = b"\x0a" * width, b"\x0b" * width
    payload = bytes(range(256)) * 6
    datagram = frames.udp(source, target, 1, 2, payload[:length])
    segment = frames.tcp(source, target, (1, 2), 3, 4, frames.ACK, 5, payload[:length])
    for protocol, body in ((17, datagram), (6, segment)):
        if width == 4:
            pseudo = source + target + struct.pack("!BBH", 0, protocol, len(body))
        else:
            pseudo = source + target + struct.pack("!II", len(body), protocol)
        assert frames.checksum(pseudo + body) == 0


def test_short_frames_are_padded_and_tagged_ones_carry_their_vlan():
    frame = frames.ethernet(b"\xff" * 6, bytes(6), 0x0806, b"", vlan=30)
    assert len(frame) == 60
    assert frame[12:16] == b"\x81\x00\x00\x1e"


@pytest.mark.parametrize(("group", "mac"), [("224.0.0.251", "01005e0000fb"), ("239.255.255.250", "01005e7ffffa"),
                                            ("ff02::1:3", "333300010003")])  # fmt: skip
def test_groups_have_the_macs_of_their_standards(group, mac):
    assert frames.group_mac(group).hex() == mac
