"""Every verb of actions, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from garde import accounts
from garde.app import opened, runner_of
from garde.cli.verbs import app
from garde.config import Config
from garde.model.finding import judgement
from tests.makers import START
from tests.response import device

RUN = CliRunner()


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with a pump that a gateway commands, and two people who may agree."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("garde.app.SystemClock.now", lambda self: START + 60_000_000_000)
    address = f"sqlite:///{tmp_path / 'garde.db'}"
    with opened(Config(), address) as (store, bus):
        with store.begin() as unit:
            unit.put([device("d-pump", "10.0.0.5", "INF_SYR", ward="Réa A"), device("d-gate", "10.0.0.7", "GATE")])
        reasons = ("peer: 10.0.0.7", "confidence: 90")
        threat = judgement(
            "threat.pump.command", START, severity="critical", device="d-pump", kind="threat", reasons=reasons
        )
        bus.publish([threat])
        runner_of(Config(), store, bus, only=("findings", "responding")).drain()
    return address


def typed(url: str, *words: str, token: str = "") -> tuple[int, str, str]:
    more = ["--token-stdin"] if token else []
    result = RUN.invoke(app, ["actions", *words, *more, "--store", url], input=token)
    return result.exit_code, result.stdout, result.stderr


def test_two_people_agree_and_a_third_word_takes_it_back(url: str) -> None:
    code, out, _ = typed(url, "list", "--format", "json")
    cut = next(one for one in json.loads(out)["actions"] if one["verb"] == "cut")
    assert (code, cut["needs"]) == (0, ["rssi", "biomedical"])
    code, _, said = typed(url, "approve", cut["id"])
    assert code == 1 and f"--shown {cut['shown']}" in said
    for login, role in (("anna", "rssi"), ("bruno", "biomedical")):
        accounts.add(login, login, [role], "", "vert pomme neige lundi", store=url, config=None)
        token = accounts.token(login, "t", ["actions.read", "actions.approve"], 1, store=url, config=None)
        code, _, said = typed(url, "approve", cut["id"], "--shown", cut["shown"], token=token)
        assert code == 0, said
    assert said.strip().endswith("is approved")
    code, _, said = typed(url, "undo", cut["id"], "--reason", "why")
    assert code == 1 and "never run" in said


def test_everything_is_suspended_by_one_word(url: str) -> None:
    assert typed(url, "freeze")[0] == 0
    assert "suspended" in typed(url, "list")[1]
    code, _, said = typed(url, "thaw", "--reason", "checked")
    assert code == 1 and "access.right" in said


@pytest.mark.parametrize("verb", ["approve", "refuse", "override", "review", "undo"])
def test_an_action_that_is_not_there_is_named(url: str, verb: str) -> None:
    code, _, said = typed(url, verb, "a-none", "--reason", "why")
    assert code == 1 and "action.unknown" in said


def test_numbers_and_words_are_bounded(url: str) -> None:
    assert typed(url, "extend", "a-none", "--minutes", "9999")[0] == 2
    assert typed(url, "confirm", "a-none", "--what", "weather", "--value", "x")[0] == 2
    assert typed(url, "show", "a-none")[0] == 1
