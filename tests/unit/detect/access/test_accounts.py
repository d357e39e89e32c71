"""Accounts: guessed, default, readable."""

from __future__ import annotations

import pytest

from garde.detect.access.accounts import ACCOUNTS, CONNECTIONS, REFUSED
from tests.lookouts import Scene, end

CLIENT, SERVER = end("10.0.0.66"), end("10.0.0.9", 21)


@pytest.mark.parametrize("by", ["smb", "ftp", "http"])
def test_many_refused_sign_ins_are_guessing(by: str) -> None:
    scene = Scene(ACCOUNTS)
    for _ in range(REFUSED):
        scene.tell("login.refused", SERVER, CLIENT, by=by)
    assert scene.rules == ["access.brute-force"]
    assert scene.threats[0].subject[-1].value == "10.0.0.9"


def test_a_person_who_mistypes_is_not() -> None:
    scene = Scene(ACCOUNTS)
    for _ in range(REFUSED * 3):
        scene.tell("login.refused", SERVER, CLIENT, by="ftp")
        scene.wait(60)
    assert scene.rules == []


def test_a_default_account_is_told_and_told_again_when_it_opens() -> None:
    scene = Scene(ACCOUNTS)
    scene.tell("login.clear", CLIENT, SERVER, by="ftp", name="d", secret="s", default=1, open=0)
    scene.tell("login.accepted", SERVER, CLIENT, by="ftp")
    assert scene.rules == ["access.clear-text", "access.default", "access.default"]
    assert "accepted: yes" in scene.threats[-1].reasons


def test_an_account_of_ones_own_is_only_readable_and_an_open_one_is_nothing() -> None:
    scene = Scene(ACCOUNTS)
    scene.tell("login.clear", CLIENT, SERVER, by="ftp", name="d", secret="s", default=0, open=1)
    assert scene.rules == []
    scene.tell("login.clear", CLIENT, SERVER, by="ftp", name="d", secret="s", default=0, open=0)
    assert scene.rules == ["access.clear-text"]


def test_shells_opened_one_after_the_other_are_guessing() -> None:
    from garde.detect.engine import Detection
    from garde.registry import Registry
    from garde.wire.signal import Signal

    detection = Detection(Registry(ACCOUNTS), sensor="s", file="f")
    found = []
    for flow in range(CONNECTIONS):
        found += detection.feed([Signal("ssh.session", flow, flow, flow, CLIENT, SERVER, {"first": "client"})], [])
    assert [one.rule for one in found] == ["access.brute-force"]
