"""Acceptance 7: the product is killed while it notifies and its peers come and go; nobody misses anything.

The peers honour the id: ``taken`` is what they keep. Kills strike a real process, ``garde run --only stages,notify``.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from garde.app import open_store
from garde.bus.log import LogBus
from garde.model.finding import judgement
from garde.model.notice import Notice
from tests.peers import HOST, LogCollector, Peer, Receiver, Relay

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-c", "from garde.cli import main; main()", "run", "--only", "stages,notify"]


def channels(peers: dict[str, Peer]) -> str:
    kinds = {"mail": "smtp+plain", "webhook": "http", "syslog": "tcp"}
    text = ""
    for kind, peer in peers.items():
        text += f'[[notify.channel]]\nname = "{kind}"\nkind = "{kind}"\nroles = ["oncall"]\n'
        text += f'address = "{kinds[kind]}://{HOST}:{peer.port}"\n'
        if kind == "mail":
            text += 'sender = "garde@chu.example"\nrecipients = ["astreinte@chu.example"]\n'
    return text


def begin(config: Path, store: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [*RUN, "--config", str(config), "--store", store], stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stderr is not None
    while "run; Ctrl-C ends" not in (line := child.stderr.readline()):
        assert line, child.wait()
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.communicate()


def test_killed_while_it_notifies(tmp_path: Path) -> None:
    peers: dict[str, Peer] = {"mail": Relay(None), "webhook": Receiver(None), "syslog": LogCollector(None)}
    config, store = tmp_path / "garde.toml", f"sqlite:///{tmp_path / 'garde.db'}"
    config.write_text(channels(peers), "utf-8")
    kept, dice = open_store(store), random.Random(1)
    bus, count = LogBus(kept), 0
    for strike in range(5):
        child = begin(config, store)
        for _ in range(8):
            count += 1
            bus.publish([judgement("made.up", time.time_ns(), severity="critical", device=f"d-{count}")])
        name = dice.choice(list(peers))
        with peers[name].up():
            if strike:
                time.sleep(dice.uniform(0.0, 0.5))
            else:
                peers[name].wait(1)
            end(child)
    with kept.begin() as unit:
        # The waits that the dead process wrote down are over.
        waiting = [one for one in kept.all(Notice) if one.state == "waiting"]
        unit.put(msgspec.structs.replace(one, next_at=0) for one in waiting)
    child = begin(config, store)
    try:
        with peers["mail"].up(), peers["webhook"].up(), peers["syslog"].up():
            for peer in peers.values():
                peer.wait(count)
    finally:
        end(child)
    made = {kind: [one.id for one in kept.all(Notice) if one.channel == kind] for kind in peers}
    assert all(len(names) == count for names in made.values())
    for kind, peer in peers.items():
        assert sorted(peer.taken) == made[kind], kind
    kept.close()
