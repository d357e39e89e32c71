"""Supervision, logs and time."""

from garde.twin.talk import management


def test_ber_lengths_are_short_or_long():
    assert management.ber(4, bytes(127))[:2].hex() == "047f"
    assert management.ber(4, bytes(300))[:4].hex() == "0482012c"


def test_an_object_identifier_uses_seven_bits_an_octet():
    assert management.oid("1.3.6.1.4.1.8691.2.12").hex() == "06092b06010401c373020c"


def test_a_poll_is_answered_with_what_was_asked(pair, rng):
    frames = [
        f for _, f in management.snmp_poll(*pair, "NPort", "1.3.6.1.4.1.8691.2.12", 0, rng, serial="S9", model="M")
    ]
    assert len(frames) == 4
    assert b"NPort" in frames[1]
    assert b"S9" in frames[3]


def test_an_engine_tells_its_enterprise_and_address(pair, rng):
    _, (_, report) = management.snmp_discover(*pair, 9, 0, rng)
    assert bytes.fromhex("8000000903") + pair[1].mac in report


def test_a_log_line_names_its_host(pair):
    ((_, frame),) = management.syslog(*pair, "up", 0)
    assert b"<134>Jan 01 00:00:00 PC-1 up" in frame


def test_the_time_is_told_in_seconds_since_1900(pair, rng):
    (_, ask), (_, tell) = management.ntp(*pair, 0, rng)
    assert ask[46] == 0x23
    assert tell[46] == 0x24
    assert ask[46 + 40 : 46 + 44] == (2_208_988_800).to_bytes(4, "big")


def test_a_question_to_nobody_is_repeated(pair, rng):
    frames = list(management.snmp_unanswered(*pair, 0, rng))
    assert len(frames) == 2
    assert frames[1][0] - frames[0][0] == 5_000_000_000
