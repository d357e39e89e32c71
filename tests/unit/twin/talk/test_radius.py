"""Access requests."""

import struct

from garde.twin.talk import radius


def test_a_request_and_its_answer_share_their_number_and_tell_station_and_vlan(pair, rng):
    station = pair[0]
    (_, ask), (_, tell) = radius.bypass(pair[1], pair[0], station, 7, 30, 0, rng)
    request, answer = ask[46:], tell[46:]
    assert (request[0], answer[0]) == (1, 2)
    assert request[1] == answer[1]
    assert struct.unpack_from("!H", request, 2)[0] == len(request)
    assert station.mac.hex("-").upper().encode() in request
    assert radius.attribute(81, b"30") in answer
