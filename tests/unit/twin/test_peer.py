"""A peer answers on its ports in both versions of IP, calls others, and ends with its input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def peer() -> Iterator[subprocess.Popen[str]]:
    """One in a namespace with nothing but its loopback."""
    words = [
        "unshare",
        "-n",
        "sh",
        "-c",
        'ip link set lo up; exec "$0" -m garde.twin.peer tcp/104 udp/123',
        sys.executable,
    ]
    made = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert made.stdin is not None and made.stdout is not None
    assert made.stdout.readline() == "ready\n", "no network namespace can be made here"
    yield made
    made.stdin.close()
    made.wait(30)
    made.stdout.close()
    assert made.returncode == 0


def called(peer: subprocess.Popen[str], *calls: tuple[str, str, int]) -> list[bool]:
    assert peer.stdin is not None and peer.stdout is not None
    peer.stdin.write(json.dumps({"patience": 5, "calls": calls}) + "\n")
    peer.stdin.flush()
    answers: list[bool] = json.loads(peer.stdout.readline())
    return answers


def test_its_ports_answer_and_no_others(peer: subprocess.Popen[str]) -> None:
    for address in ("127.0.0.1", "::1"):
        calls = [("tcp", address, 104), ("udp", address, 123), ("tcp", address, 105), ("udp", address, 124)]
        assert called(peer, *calls) == [True, True, False, False]
    assert called(peer) == []


def test_where_no_way_leads_nobody_answers(peer: subprocess.Popen[str]) -> None:
    assert called(peer, ("tcp", "192.0.2.1", 104), ("udp", "2001:db8::1", 123)) == [False, False]
