"""Leases."""

from garde.twin.models import systems
from garde.twin.talk import dhcp


def options(message):
    at, out = 240, []
    while message[at] != 255:
        out.append((message[at], message[at + 2 : at + 2 + message[at + 1]]))
        at += 2 + message[at + 1]
    return out


def test_a_lease_takes_four_messages_with_the_habits_of_the_system(pair, rng):
    client, server = pair
    messages = [options(frame[46:]) for _, frame in dhcp.lease(client, server, bytes(6), 0, rng)]
    assert [dict(message)[53][0] for message in messages] == [1, 2, 3, 5]
    assert dict(messages[0])[55] == bytes(systems()["win10"].dhcp)
    assert dict(messages[2])[12] == b"PC-1"


def test_a_release_names_the_address_and_who_gives_it_back(pair, rng):
    ((_, frame),) = dhcp.release(*pair, 0, rng)
    assert dict(options(frame[46:]))[53] == b"\x07"
    assert frame[46 + 12 : 46 + 16] == bytes((10, 20, 4, 10))


def test_a_solicit_goes_to_the_servers_and_carries_its_duid(pair, rng):
    ((_, frame),) = dhcp.solicit(pair[0], 0, rng, b"DUID")
    assert frame[:6].hex() == "333300010002"
    assert b"DUID" in frame


def test_a_relay_names_itself_and_the_station(pair, rng):
    relay = pair[1]
    (_, ask), (_, tell) = dhcp.relayed(pair[0], pair[1], relay, 0, rng)
    for frame in (ask, tell):
        assert frame[46 + 24 : 46 + 28] == bytes((10, 20, 4, 11))
        assert frame[46 + 28 : 46 + 34] == pair[0].mac
