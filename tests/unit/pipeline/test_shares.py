from __future__ import annotations

import os
from pathlib import Path

import pytest

from garde import app
from garde.model.key import Key
from garde.model.observation import Observation, Place, observe
from garde.pipeline import shares

CAPTURES = sorted((Path(__file__).resolve().parents[2] / "captures").glob("*/*.pcap"))
DAY = shares.DAY


def said(value: str, at: int, packet: int) -> Observation:
    subject = (Key("ip", "10.0.0.1"),)
    place = Place("ct.pcap", packet)
    return observe(
        sensor="s", at=at, subject=subject, attribute="os", value=value, source="smb", weight=0.5, place=place
    )


def test_of_what_both_heard_on_one_day_the_earlier_counts() -> None:
    early, late, tomorrow, other = said("a", 5, 1), said("a", 9, 2), said("a", DAY + 1, 3), said("b", 7, 4)
    assert shares.joined([early, other], [late]) == [early, other]
    assert shares.joined([late], [early, tomorrow]) == [early, tomorrow]
    assert shares.joined([said("a", 5, 8)], [said("a", 5, 7)])[0].place == Place("ct.pcap", 7)
    assert shares.joined([], [early]) == [early]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="two processes need fork")
def test_two_processes_find_the_devices_that_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "worth", lambda files: False)
    one = app.replay(CAPTURES)
    monkeypatch.setattr(shares, "worth", lambda files: True)
    two = app.replay(CAPTURES)
    assert len(one.devices) > 20
    assert two.devices == one.devices
    assert two.stats | {"seconds": 0} == one.stats | {"seconds": 0} and two.trouble == one.trouble


@pytest.mark.skipif(not hasattr(os, "fork"), reason="two processes need fork")
def test_the_share_of_a_process_that_dies_is_read_here() -> None:
    here = os.getpid()

    def read(share: int) -> list[list[Observation]]:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return [[said("a", share, share)], [said(f"only {share}", 1, 1)]]

    assert [[one.value for one in heard] for heard in shares.read_by_two(read)] == [["a"], ["only 0", "only 1"]]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="two processes need fork")
def test_a_failure_here_ends_both(monkeypatch: pytest.MonkeyPatch) -> None:
    born: list[int] = []
    fork = os.fork

    def forked() -> int:
        child = fork()
        born.append(child)
        return child

    monkeypatch.setattr(os, "fork", forked)

    def read(share: int) -> list[list[Observation]]:
        if share == 0:
            raise KeyboardInterrupt
        return []

    with pytest.raises(KeyboardInterrupt):
        list(shares.read_by_two(read))
    with pytest.raises(ChildProcessError):
        os.waitpid(born[0], os.WNOHANG)


def test_small_files_and_what_is_no_file_are_read_by_one(tmp_path: Path) -> None:
    assert not shares.worth(CAPTURES[:1])
    assert not shares.worth([tmp_path / "absent"])
    assert not shares.worth([tmp_path])


def test_large_files_are_read_by_two_where_nothing_else_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.pcap"
    with large.open("wb") as file:
        file.truncate(shares.WORTH)
    monkeypatch.setattr(shares.threading, "active_count", lambda: 1)
    monkeypatch.setattr(shares, "_running", lambda: 1)
    monkeypatch.setattr(shares.os, "sched_getaffinity", lambda process: {0, 1}, raising=False)
    assert shares.worth([large]) == hasattr(os, "fork")
    monkeypatch.setattr(shares.os, "sched_getaffinity", lambda process: {0}, raising=False)
    assert not shares.worth([large])
    monkeypatch.setattr(shares.os, "sched_getaffinity", lambda process: {0, 1}, raising=False)
    monkeypatch.setattr(shares, "_running", lambda: 2)
    assert not shares.worth([large])
    monkeypatch.setattr(shares, "_running", lambda: 1)
    monkeypatch.setattr(shares.threading, "active_count", lambda: 2)
    assert not shares.worth([large])


def test_what_runs_is_a_number_everywhere() -> None:
    assert shares._running() >= 1
