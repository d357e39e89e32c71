"""A serial line."""

from garde.twin.talk import medibus


def test_the_vectors_of_the_domain_note():
    assert (medibus.command(b"Q"), medibus.response(b"Q")) == (b"\x1bQ6C\r", b"\x01Q52\r")


def test_a_machine_says_what_it_is_and_is_polled(rng):
    turns = medibus.line("8120", "EvitaXL", "07.01:01.01", rng, polls=2)
    assert b"R8120'EvitaXL'07.01:01.01" in turns[3].data
    assert [turn.client for turn in turns] == [True, False] * 4
    assert all(turn.data.endswith(b"\r") for turn in turns)
