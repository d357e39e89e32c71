"""A policy at a real gateway in a network namespace: tried, loaded, confirmed, found drifted, undone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from garde import enforcing, zoning
from garde.app import replay
from garde.errors import Conflict, Malformed, Missing, Refused, Unreachable
from garde.twin import make


class Place:
    """A store with a hospital, its configuration with one gateway, and a policy."""

    def __init__(self, folder: Path, pid: int) -> None:
        make(devices=40, seed=3, out=folder / "ward.pcap")
        self.store = f"sqlite:///{folder / 'garde.db'}"
        replay([folder / "ward.pcap"], store=self.store)
        self.command = ["nsenter", "-t", str(pid), "-n"]
        self.config = folder / "garde.toml"
        self.config.write_text(
            f'[[zones.gateway]]\nname = "gw-1"\ncommand = {json.dumps(self.command)}\n'
            f'run = "{folder}/run"\nkept = "{folder}/kept"\n',
            "utf-8",
        )
        self.policy = folder / "policy.json"
        self.policy.write_text(zoning.as_json(zoning.proposed(store=self.store, config=None)), "utf-8")

    def nft(self, *words: str) -> str:
        done = subprocess.run([*self.command, "nft", *words], capture_output=True, text=True, check=True)
        return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    keeper = subprocess.Popen(
        ["unshare", "-n", "sh", "-c", "echo ready; exec sleep 600"], stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None and keeper.stdout.readline() == "ready\n", "no network namespace can be made here"
    try:
        yield Place(tmp_path_factory.mktemp("gateway"), keeper.pid)
    finally:
        keeper.kill()
        keeper.wait()
        keeper.stdout.close()


def test_a_policy_is_tried_loaded_confirmed_and_undone(place: Place) -> None:
    told = {"store": place.store, "config": place.config}
    dry = enforcing.planned("gw-1", place.policy, "shadow", **told)
    assert dry.lines and not dry.token and place.nft("list", "tables") == ""
    made = enforcing.applied("gw-1", place.policy, "shadow", seconds=600, **told)
    assert made.lines == dry.lines and made.token and "garde" in place.nft("list", "tables")
    assert enforcing.drifted(**told) == {}, "nothing was confirmed yet"
    with pytest.raises(Conflict):
        enforcing.applied("gw-1", place.policy, "observe", seconds=600, **told)
    assert "is kept" in enforcing.confirmed("gw-1", **told)
    assert enforcing.drifted(**told) == {"gw-1": []}
    place.nft("flush", "table", "inet", "garde")
    assert enforcing.drifted(**told)["gw-1"]
    assert "holds again" in enforcing.undone("gw-1", **told)
    assert place.nft("list", "tables") == ""
    with pytest.raises(Missing, match="enforce.none"):
        enforcing.undone("gw-1", **told)


def test_what_was_confirmed_before_holds_again(place: Place) -> None:
    told = {"store": place.store, "config": place.config}
    enforcing.applied("gw-1", place.policy, "shadow", seconds=600, **told)
    enforcing.confirmed("gw-1", **told)
    enforcing.applied("gw-1", place.policy, "observe", seconds=600, **told)
    enforcing.undone("gw-1", **told)
    assert "mode=shadow" in place.nft("list", "tables", "inet") + place.nft("list", "table", "inet", "garde")
    assert enforcing.drifted(**told) == {"gw-1": []}
    place.nft("delete", "table", "inet", "garde")


def test_what_would_stop_traffic_waits_for_a_clean_trial(place: Place) -> None:
    with pytest.raises(Refused, match="enforce.locked") as caught:
        enforcing.applied("gw-1", place.policy, "enforce", store=place.store, config=place.config)
    assert "window" in caught.value.what and place.nft("list", "tables") == ""


def test_what_is_not_there_is_named(place: Place, tmp_path: Path) -> None:
    told = {"store": place.store, "config": place.config}
    with pytest.raises(Missing, match="enforce.gateway"):
        enforcing.planned("gw-9", place.policy, "shadow", **told)
    with pytest.raises(Unreachable, match="policy.file"):
        enforcing.planned("gw-1", tmp_path / "none.json", "shadow", **told)
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(Malformed):
        enforcing.planned("gw-1", tmp_path / "no.json", "shadow", **told)
