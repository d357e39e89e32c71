"""The reader: every line once, whoever dies in between."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from garde.errors import Unreachable
from garde.model.message import Message
from garde.onboarding import reader as reading
from garde.onboarding.reader import Reader

MAC = "00:09:fb:01:02:03"


def line(number: int) -> str:
    return json.dumps({"what": "accounting", "at": number, "mac": MAC, "status": "Start", "random": str(number)}) + "\n"


class Play:
    """A folder, what was published of it, and what was said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.got: list[Message] = []
        self.said: list[str] = []
        self.reader = self.another()

    def another(self) -> Reader:
        return Reader(self.folder, lambda: 9, self.said.append)

    def take(self, messages: Sequence[Message]) -> None:
        self.got.extend(messages)

    def drain(self) -> list[int]:
        before = len(self.got)
        while self.reader.turn(self.take):
            pass
        return [message.at // 1_000_000_000 for message in self.got[before:]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path)


def write(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_lines_are_taken_once_and_in_order(play: Play) -> None:
    today = play.folder / "20261124.journal"
    write(today, line(1) + line(2))
    assert play.drain() == [1, 2] and play.drain() == []
    write(today, line(3))
    write(play.folder / "20261125.journal", line(4))
    assert play.drain() == [3, 4]
    play.reader = play.another()
    assert play.drain() == [], "another process goes on where this one was"


def test_a_line_that_is_being_written_waits(play: Play) -> None:
    today = play.folder / "20261124.journal"
    write(today, line(1) + line(2)[:20])
    assert play.drain() == [1]
    write(today, line(2)[20:])
    assert play.drain() == [2]


def test_what_the_bus_did_not_take_comes_again(play: Play) -> None:
    write(play.folder / "20261124.journal", line(1))

    def dead(messages: Sequence[Message]) -> None:
        raise Unreachable("bus.down")

    with pytest.raises(Unreachable):
        play.reader.turn(dead)
    assert play.drain() == [1]


def test_a_line_that_is_none_does_not_hold_up_the_others(play: Play) -> None:
    write(play.folder / "20261124.journal", line(1) + "nonsense\n" + line(2))
    assert play.drain() == [1, 2]
    assert play.said == ["garde: 20261124.journal: 1 lines are none and were passed over"]


def test_a_line_without_an_end_is_given_up(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PIECE", 200)
    write(play.folder / "20261124.journal", "x" * 400 + "\n" + line(1))
    assert play.drain() == [1]


def test_a_log_that_was_rotated_is_read_from_its_beginning(play: Play) -> None:
    log = play.folder / "server.log"
    stranger = "Ignoring request to auth address x from unknown client 10.0.0.{} port 9 proto udp\n"
    write(log, stranger.format(1) * 3)
    play.drain()
    assert len(play.got) == 1
    log.rename(play.folder / "server.log.1")
    write(log, stranger.format(2))
    play.drain()
    assert len(play.got) == 2
    log.write_text("")
    play.drain()
    write(log, stranger.format(3))
    play.drain()
    assert len(play.got) == 3


def test_marks_that_cannot_be_read_mean_from_the_beginning(play: Play) -> None:
    write(play.folder / "20261124.journal", line(1))
    play.drain()
    (play.folder / "taken.json").write_text("{")
    play.reader = play.another()
    assert play.drain() == [1], "the same messages, which change nothing"


def test_a_journal_is_kept_for_a_month_and_until_it_was_read(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT", 2)
    for day in range(1, 5):
        write(play.folder / f"2026110{day}.journal", line(day))
    write(play.folder / "20261101.journal", "half")
    assert play.drain() == [1, 2, 3, 4]
    assert sorted(os.listdir(play.folder)) == [
        "20261101.journal", "20261103.journal", "20261104.journal", "taken.json",
    ]  # fmt: skip
