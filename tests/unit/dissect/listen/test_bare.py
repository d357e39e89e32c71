"""Files on a connection of their own."""

from __future__ import annotations

from garde.detect.intelligence.files import EICAR
from garde.dissect.listen.bare import BARE
from tests.lookouts import Listening

PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(60)


def test_a_program_is_told_as_it_grows() -> None:
    play = Listening(BARE, 20)
    assert play.likely(PE) > 0.5 and play.likely(EICAR) > 0.5
    play.server(PE)
    play.server(bytes(8192))
    assert [len(one.octets) for one in play.told] == [len(PE), len(PE) + 8192]
    assert play.values("file.seen")[0] == {"by": "ftp"}


def test_other_streams_and_broken_ones_are_left() -> None:
    assert Listening(BARE, 80).likely(b"MZ is a greeting") == 0.0
    play = Listening(BARE, 50_000)
    play.server(PE)
    play.server(b"more", gap=5)
    assert play.ear.done and len(play.told) == 1
