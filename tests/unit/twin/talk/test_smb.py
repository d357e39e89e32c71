"""Windows sessions."""

import struct

from garde.twin.talk import smb

CLIENT, SERVER = smb.Host("PC-1", "10.0.19045", bytes(16)), smb.Host("SRV1", "10.0.20348", bytes(15) + b"\1")


def test_every_message_is_as_long_as_its_netbios_header_says(rng):
    for turn in smb.session(CLIENT, SERVER, "u", 0, rng):
        assert struct.unpack_from("!I", turn.data)[0] == len(turn.data) - 4
        assert turn.data[4:8] == b"\xfeSMB"


def test_the_challenge_tells_build_and_names_where_its_fields_point(rng):
    raw = smb.ntlm_challenge(SERVER, 0, rng)
    assert struct.unpack_from("<BBH", raw, 48) == (10, 0, 20348)
    size, offset = struct.unpack_from("<H2xI", raw, 40)
    assert "SRV1".encode("utf-16-le") in raw[offset : offset + size]


def test_the_client_tells_its_name(rng):
    raw = smb.ntlm_authenticate(CLIENT, "u", rng)
    size, offset = struct.unpack_from("<H2xI", raw, 44)
    assert raw[offset : offset + size].decode("utf-16-le") == "PC-1"


def test_an_old_server_tells_its_system_in_clear_at_an_even_offset(rng):
    *_, last = smb.session_smb1("FCR1", ("Windows 5.1", "LAN"), ("Unix", "Samba"), rng)
    at = last.data.index("Windows 5.1".encode("utf-16-le"))
    assert (at - 4) % 2 == 0
