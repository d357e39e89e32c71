"""Trying a channel, and what was given up: listed, sent again, or dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from garde import app, notices
from garde.errors import GardeError, Missing, Refused
from garde.model.notice import Notice
from tests.peers import HOST, Receiver, Relay


def settings(folder: Path, peer: Receiver) -> Path:
    place = folder / "garde.toml"
    channel = f'name = "siem"\nkind = "webhook"\naddress = "http://{HOST}:{peer.port}/"\n'
    place.write_text(f"[[notify.channel]]\n{channel}", "utf-8")
    return place


def test_a_trial_says_what_the_peer_took_or_why_not(tmp_path: Path) -> None:
    peer = Receiver(None)
    chosen = settings(tmp_path, peer)
    with peer.up():
        said = notices.trial("siem", config=chosen)
    assert said == f"siem: the peer took {peer.taken[0]}"
    assert peer.raw[0][1]["type"] == "finding.test"
    with pytest.raises(GardeError) as down:
        notices.trial("siem", config=chosen)
    assert down.value.code == "notify.unreachable"
    with pytest.raises(Missing, match="siem"):
        notices.trial("siam", config=chosen)
    with pytest.raises(Missing) as none:
        notices.trial("siem")
    assert none.value.code == "notify.none"


def test_a_channel_that_writes_to_people_is_tried_with_an_address(tmp_path: Path) -> None:
    relay, place = Relay(None), tmp_path / "garde.toml"
    channel = f'name = "m"\nkind = "mail"\naddress = "smtp+plain://{HOST}:{relay.port}"\nsender = "g@chu.example"\n'
    place.write_text(f"[[notify.channel]]\n{channel}", "utf-8")
    with relay.up():
        notices.trial("m", to="a@chu.example", config=place)
        with pytest.raises(Refused):
            notices.trial("m", config=place)
    assert relay.raw[0]["To"] == "a@chu.example" and "essai" in relay.raw[0]["Subject"]


def test_what_was_given_up_is_listed_in_three_forms_and_put_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    kept = app.open_store(url)
    with kept.begin() as unit:
        unit.put(
            Notice(id=f"n-{state}", channel="siem", origin="c", what="opened", at=5, state=state, error="\x1b[2Jno")
            for state in ("dead", "sent", "waiting")
        )
    (row,) = json.loads(notices.dead("json", store=url))
    assert (row["id"], row["at"]) == ("n-dead", "1970-01-01T00:00:00.000000Z")
    for form in ("table", "csv"):
        assert "n-dead" in notices.dead(form, store=url) and "n-sent" not in notices.dead(form, store=url)
    assert "\x1b" not in notices.dead("table", store=url)
    with pytest.raises(Missing):
        notices.again(["n-sent"], store=url)
    assert notices.again(["n-dead"], store=url) == 1
    assert kept.get(Notice, ["n-dead"])["n-dead"].state == "waiting"
    assert notices.again([], store=url) == 0
    kept.close()
