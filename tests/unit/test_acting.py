"""Actions from the command line: shown first, agreed to by people who prove who they are, suspended by anybody here."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from garde import accounts, acting
from garde.app import open_store, opened, runner_of
from garde.config import Config, parse
from garde.errors import Missing, Refused
from garde.evidence.verify import breaks
from garde.model.finding import judgement
from garde.model.zones.action import Action
from tests.response import device

LIMIT = "vert pomme neige lundi"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with a pump that somebody who is a gateway commands."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    address = f"sqlite:///{tmp_path / 'garde.db'}"
    with opened(Config(), address) as (store, bus):
        with store.begin() as unit:
            unit.put([device("d-pump", "10.0.0.5", "INF_SYR", ward="Réa A"), device("d-gate", "10.0.0.7", "GATE")])
        reasons = ("peer: 10.0.0.7", "confidence: 90")
        bus.publish(
            [
                judgement(
                    "threat.pump.command", time.time_ns(), severity="critical", device="d-pump", kind="threat",
                    reasons=reasons,
                )
            ]
        )  # fmt: skip
        runner_of(Config(), store, bus, only=("findings", "responding")).drain()
    return address


@pytest.fixture
def tokens(url: str) -> dict[str, str]:
    """A token of each person."""
    rights = ["actions.read", "actions.approve", "actions.undo", "actions.freeze"]
    for login, role in (("anna", "rssi"), ("bruno", "biomedical")):
        accounts.add(login, login, [role], "", LIMIT, store=url, config=None)
    return {login: accounts.token(login, "t", rights, 1, store=url, config=None) for login in ("anna", "bruno")}


def actions(url: str) -> list[dict[str, Any]]:
    record = json.loads(acting.listed("json", every=True, store=url))
    found: list[dict[str, Any]] = record["actions"]
    return found


def one(url: str, verb: str) -> dict[str, Any]:
    (found,) = (action for action in actions(url) if action["verb"] == verb)
    return found


def test_the_list_shows_what_waits_for_somebody_first(url: str) -> None:
    record = json.loads(acting.listed("json", store=url))
    assert record["frozen"] is False
    cut = record["actions"][0]
    assert (cut["verb"], cut["status"]) == ("cut", "waiting")
    assert (cut["needs"], cut["reach"]) == (["rssi", "biomedical"], ["device:d-gate"])
    assert cut["undo"][0]["undoes"] == cut["plan"][0]["id"]
    assert set(cut["degraded"]) == {"fr", "en"}
    text = acting.listed("text", store=url)
    assert (
        "waiting" in text and "Cut the path between d-gate and d-pump" in text.replace("…", "")[:2000]
    ) or "Cut" in text


def test_one_action_is_shown_whole(url: str) -> None:
    cut = one(url, "cut")
    text = acting.shown(cut["id"][:10], "text", store=url)
    for words in ("10.0.0.5", "remove the rule", "response: RP1", cut["shown"], "Go to the bed"):
        assert words in text
    assert json.loads(acting.shown(cut["id"], "json", store=url)) == cut
    with pytest.raises(Missing):
        acting.shown("a-none", "text", store=url)


def test_nobody_agrees_to_what_was_not_shown(url: str, tokens: dict[str, str]) -> None:
    cut = one(url, "cut")
    with pytest.raises(Refused) as caught:
        acting.say("approve", cut["id"], token=tokens["anna"], store=url)
    assert caught.value.hint == f"Add --shown {cut['shown']}" and "response: RP1" in caught.value.what


def test_two_people_agree_and_one_of_them_twice_does_not(url: str, tokens: dict[str, str]) -> None:
    cut = one(url, "cut")
    said = acting.say("approve", cut["id"], token=tokens["anna"], seen=cut["shown"], store=url)
    assert said.endswith("waiting; still needed: biomedical")
    with pytest.raises(Refused, match="same-person"):
        acting.say("approve", cut["id"], token=tokens["anna"], seen=cut["shown"], store=url)
    said = acting.say("approve", cut["id"], token=tokens["bruno"], seen=cut["shown"], store=url)
    assert said.endswith("is approved")
    store = open_store(url)
    with store.snapshot() as look:
        assert list(breaks(look)) == []
    assert store.get(Action, [cut["id"]])[cut["id"]].wants == "apply"
    store.close()


@pytest.mark.parametrize("token", ["", "gt_nobody"], ids=["none", "unknown"])
def test_whoever_is_nobody_agrees_to_nothing(url: str, token: str) -> None:
    cut = one(url, "cut")
    with pytest.raises((Refused, Missing)):
        acting.say("approve", cut["id"], token=token, seen=cut["shown"], store=url)
    assert one(url, "cut")["needs"] == ["rssi", "biomedical"]


def test_a_refusal_needs_a_reason_and_ends_it(url: str, tokens: dict[str, str]) -> None:
    cut = one(url, "cut")
    with pytest.raises(Refused, match="reason"):
        acting.say("refuse", cut["id"], token=tokens["anna"], store=url)
    said = acting.say("refuse", cut["id"], token=tokens["anna"], reason="a planned test", store=url)
    assert said.endswith("is refused")
    assert cut["id"] not in acting.listed("text", store=url)


def test_anybody_who_may_write_the_store_may_suspend_and_only_people_resume(url: str, tokens: dict[str, str]) -> None:
    assert "suspended" in acting.switch(True, store=url)
    assert "suspended by shell:" in acting.listed("text", store=url)
    assert one(url, "cut")["status"] == "frozen"
    with pytest.raises(Refused, match=r"access\.right"):
        acting.switch(False, reason="why", store=url)
    assert acting.switch(False, token=tokens["anna"], reason="checked", store=url) == "Actions go on"
    assert one(url, "cut")["status"] == "waiting"


def test_what_was_never_run_is_not_taken_back(url: str) -> None:
    with pytest.raises(Refused, match="never run"):
        acting.say("undo", one(url, "cut")["id"], reason="why", store=url)


def test_without_a_gateway_people_are_given_orders(url: str) -> None:
    assert acting.enforcers(Config()) == ()
    (gateway,) = acting.enforcers(parse('[respond]\ngateway = ["env"]'))
    assert gateway.verbs == {"cut", "block", "restrict"}
