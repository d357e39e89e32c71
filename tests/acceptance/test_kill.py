"""Acceptance 8: the runner is killed in the middle of its work, over and over; nothing is lost or counted twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from garde.app import open_store
from garde.inventory.evidence import fold
from garde.inventory.resolve import resolve
from garde.model.codec import encode_many
from garde.model.device import Device
from garde.model.observation import Observation
from garde.pipeline.integrity import breaks
from tests import servers
from tests.contract.test_inventory import played

BATCH = 12
LONGEST = 60.0


def recorded(folder: Path, seen: list[Observation]) -> Path:
    """The observations as a victim reads them."""
    path = folder / "batches"
    with path.open("wb") as file:
        for start in range(0, len(seen), BATCH):
            data = encode_many(seen[start : start + BATCH])
            file.write(len(data).to_bytes(4, "big") + data)
    return path


def begin(store: str, bus: str, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.acceptance.victim", store, bus, str(file)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert child.stdout is not None and child.stdout.readline().strip() == "begun"
    return child


def torment(store: str, bus: str, file: Path, kills: int, seed: int) -> int:
    """Kill the runner ``kills`` times, then let it finish; returns how many kills struck before it was done."""
    dice, struck = random.Random(seed), 0
    for _ in range(kills):
        child = begin(store, bus, file)
        time.sleep(dice.uniform(0.0, 0.4))
        struck += child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.communicate()
    child = begin(store, bus, file)
    out, _ = child.communicate(timeout=LONGEST)
    assert out.strip() == "done"
    return struck


def check(store: str, seen: list[Observation]) -> None:
    kept = open_store(store)
    expected = {device.id: device for device in resolve(fold({}, seen).values())}
    assert {device.id: device for device in kept.all(Device)} == expected
    stored = {message.id for _, message in kept.log(0, (Observation,), 1_000_000)}
    assert stored == {one.id for one in seen}
    assert list(breaks(kept)) == []
    kept.close()


def test_killed_fifty_times_on_one_machine(tmp_path: Path) -> None:
    seen = played()
    store = f"sqlite:///{tmp_path / 'garde.db'}"
    assert torment(store, "log:", recorded(tmp_path, seen), 50, seed=1) >= 25
    check(store, seen)


@pytest.mark.parametrize("seed", [2])
def test_killed_on_several_machines(tmp_path: Path, seed: int) -> None:
    seen = played()
    with servers.postgres() as store, servers.nats() as bus:
        torment(store, bus, recorded(tmp_path, seen), 6, seed)
        check(store, seen)
