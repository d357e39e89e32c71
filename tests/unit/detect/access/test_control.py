"""Remote control from outside, by a relay, or without a password."""

from __future__ import annotations

from garde.detect.access.control import CONTROL
from tests.lookouts import Scene, end


def test_who_comes_from_outside_is_reported_of_the_machine() -> None:
    scene = Scene(CONTROL)
    scene.tell("remote.session", end("62.122.184.123"), end("10.0.0.9", 3389), by="rdp", relay=0)
    assert [(one.rule, one.subject[-1].value) for one in scene.threats] == [("remote.from-outside", "10.0.0.9")]


def test_a_session_inside_is_left_to_other_rules() -> None:
    scene = Scene(CONTROL)
    scene.tell("remote.session", end("10.0.0.1"), end("10.0.0.9", 3389), by="rdp", relay=0)
    scene.tell("remote.session", end("10.0.0.1"), end("62.122.184.123", 3389), by="rdp", relay=0)
    assert scene.rules == []


def test_a_relay_and_an_open_screen() -> None:
    scene = Scene(CONTROL)
    scene.tell("remote.session", end("10.0.0.9"), end("162.220.222.1", 443), by="teamviewer", relay=1)
    scene.tell("remote.open", end("10.0.0.9", 5900), end("10.0.0.1"), by="vnc")
    assert scene.rules == ["remote.tool", "remote.unprotected"]
