"""Below IP."""

import struct

from garde.twin.talk import link


def test_an_arp_exchange_asks_everybody_and_answers_one(pair):
    (_, ask), (_, tell) = link.arp_exchange(*pair, at=0)
    assert ask[:6] == b"\xff" * 6
    assert tell[:6] == pair[0].mac
    assert tell[18:].find(pair[1].mac) > 0


def test_neighbour_discovery_tries_its_address_before_it_uses_it(pair):
    frames = [frame for _, frame in link.neighbour(pair[0], 0)]
    assert [frame[18 + 40] for frame in frames] == [135, 133, 136]
    assert frames[0][18 + 8 : 18 + 24] == bytes(16)


def test_an_lldpdu_begins_with_its_three_mandatory_tlvs_and_ends_with_nothing(pair):
    ((_, frame),) = link.lldp(pair[1], 0, port="Gi1", description="d" * 600, capabilities=4, med=[(8, "SN")])
    at, kinds = 14, []
    while True:
        head = struct.unpack_from("!H", frame, at)[0]
        kinds.append(head >> 9)
        at += 2 + (head & 0x1FF)
        if not head:
            break
    assert kinds[:3] == [1, 2, 3]
    assert kinds.count(127) == 2


def test_a_cdp_announcement_is_a_snap_frame_with_its_length(pair):
    ((_, frame),) = link.cdp(pair[1], 0, port="Gi1", platform="p", version="v", capabilities=1)
    assert struct.unpack_from("!H", frame, 12)[0] <= len(frame) - 14
    assert frame[14:22].hex() == "aaaa03" + "00000c2000"


def test_eapol_lengths_are_right(pair):
    for _, frame in link.dot1x(pair[0], pair[1].mac, "host/x", 0):
        length = struct.unpack_from("!H", frame, 16)[0]
        if length:
            assert struct.unpack_from("!H", frame, 20)[0] == length


def test_a_question_for_nobody_is_asked_three_times_and_a_temporary_address_is_tried(pair):
    assert len(list(link.arp_ask(pair[0], "10.20.4.99", 0))) == 3
    tried, told = (frame for _, frame in link.temporary(pair[0], bytes(range(8)), 0))
    own = bytes.fromhex("fd2026031000000a") + bytes(range(8))
    assert (tried[18 + 40], told[18 + 40]) == (135, 136)
    assert own in tried and told[18 + 8 : 18 + 24] == own


def test_a_port_announces_itself_from_its_own_address(pair):
    port = bytes(5) + b"\x19"
    ((_, one),) = link.lldp(pair[1], 0, port="Gi1", description="d", capabilities=4, source=port)
    ((_, two),) = link.cdp(pair[1], 0, port="Gi1", platform="p", version="v", capabilities=1, source=port)
    assert one[6:12] == two[6:12] == port
    assert pair[1].mac in one
