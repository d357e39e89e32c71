"""Names."""

import struct

from garde.twin.talk import naming


def test_a_lookup_is_answered_under_its_number(pair, rng):
    (_, ask), (_, tell) = naming.lookup(*pair, "pacs1.chu.fr", "10.0.0.1", 0, rng)
    assert ask[46:48] == tell[46:48]
    assert b"\x05pacs1\x03chu\x02fr\0" in tell


def test_an_instance_name_with_a_dot_is_one_label(pair):
    ((_, frame),) = naming.mdns_announce(pair[0], ["_ipp._tcp"], 0, label="HP M507 [v1.2]", text={"ty": "HP"})
    assert b"\x0eHP M507 [v1.2]\x04_ipp\x04_tcp\x05local\0" in frame
    assert b"\x05ty=HP" in frame


def test_an_mdns_question_and_an_llmnr_one_go_to_their_groups(pair, rng):
    ((_, frame),) = naming.mdns_browse(pair[0], ["_http._tcp"], 0)
    assert frame[:6].hex() == "01005e0000fb"
    assert [frame[:6].hex() for _, frame in naming.llmnr(pair[0], "wpad", 0, rng)] == ["333300010003", "01005e0000fc"]


def test_a_netbios_name_is_sixteen_characters_in_halves():
    assert naming.netbios("FRED", 0x20)[1:5] == b"EGFC"
    assert len(naming.netbios("A-NAME-THAT-IS-TOO-LONG", 0)) == 34


def test_a_registration_tells_station_server_and_domain(pair, rng):
    frames = [frame for _, frame in naming.nbns_register(pair[0], "CHUSE", 0, rng)]
    assert [struct.unpack_from("!H", frame, len(frame) - 6)[0] >> 15 for frame in frames] == [0, 0, 1]
