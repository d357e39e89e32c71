"""Pages and sessions."""

import struct

from garde.twin.talk import remote


def test_pages_are_as_long_as_they_say_and_have_a_title(rng):
    for turns in (remote.page("/", "h", "a", "s", "Dräger"), remote.fhir("h", "a", rng)):
        head, _, body = turns[1].data.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head


def test_ssh_packets_are_a_multiple_of_eight(rng):
    turns = remote.ssh("A", "B", rng)
    assert [turn.data for turn in turns[:2]] == [b"SSH-2.0-A\r\n", b"SSH-2.0-B\r\n"]
    for turn in turns[2:]:
        assert len(turn.data) % 8 == 0
        assert struct.unpack_from("!I", turn.data)[0] == len(turn.data) - 4
        assert turn.data[4] >= 4


def test_an_rdp_request_has_its_cookie_and_length():
    ask, tell = remote.rdp("bioserv")
    assert b"mstshash=bioserv\r\n" in ask.data
    assert all(struct.unpack_from("!H", turn.data, 2)[0] == len(turn.data) for turn in (ask, tell))


def test_vnc_telnet_and_ftp_begin_with_the_server(rng):
    for turns in (remote.vnc(rng, "syngo"), remote.telnet("NPort"), remote.ftp("ready", "UNIX")):
        assert not turns[0].client
    assert remote.vnc(rng, "syngo")[-1].data.endswith(b"\0\0\0\x05syngo")
