"""Reports on their way: written once, kept for who asked, forgotten when newer ones need the room."""

from __future__ import annotations

import threading

import pytest

from garde.errors import Malformed, Missing, Refused
from garde.model.issued import issued
from garde.pipeline.reports import Document, Wanted
from garde.web import presses as module
from garde.web.presses import KEPT, WAITING, Presses
from tests.papers.hospital import facts

WANTED = Wanted("board", "fr")


def document(size: int = 10) -> Document:
    return Document(b"x" * size, facts("board", "fr"), issued("board", "fr", document="d", facts="f", at=0, by="p"))


def test_few_rows_are_waited_for() -> None:
    presses = Presses()
    job = presses.ask(WANTED, by="p", rows=1, write=document)
    assert job.done and job.error is None and job.document == document()
    assert presses.job(job.id, "p") is job


def test_many_rows_are_written_meanwhile() -> None:
    presses, going = Presses(), threading.Event()

    def write() -> Document:
        assert going.wait(30)
        return document()

    job = presses.ask(WANTED, by="p", rows=5000, write=write)
    assert not job.done and job.document is None and job.error is None
    going.set()
    presses.ask(WANTED, by="p", rows=1, write=document)
    assert job.done and job.document is not None


def test_a_report_is_for_who_asked() -> None:
    presses = Presses()
    job = presses.ask(WANTED, by="p", rows=1, write=document)
    for name, by in ((job.id, "q"), ("other", "p"), (job.id, "")):
        with pytest.raises(Missing, match=r"paper\.gone"):
            presses.job(name, by)


def test_what_goes_wrong_is_told_to_who_asked() -> None:
    def write() -> Document:
        raise Malformed("paper.refused", "no")

    job = Presses().ask(WANTED, by="p", rows=1, write=write)
    assert job.error is not None and job.error.code == "paper.refused" and job.document is None


def test_a_mistake_of_ours_stays_one() -> None:
    def write() -> Document:
        raise ZeroDivisionError

    job = Presses().ask(WANTED, by="p", rows=1, write=write)
    with pytest.raises(ZeroDivisionError):
        _ = job.error


def test_too_many_at_once_are_refused() -> None:
    presses, going = Presses(), threading.Event()

    def write() -> Document:
        assert going.wait(30)
        return document()

    for _ in range(WAITING):
        presses.ask(WANTED, by="p", rows=5000, write=write)
    with pytest.raises(Refused, match=r"paper\.busy"):
        presses.ask(WANTED, by="p", rows=1, write=write)
    going.set()


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    presses = Presses()
    jobs = [presses.ask(WANTED, by="p", rows=1, write=document) for _ in range(KEPT + 1)]
    with pytest.raises(Missing):
        presses.job(jobs[0].id, "p")
    assert presses.job(jobs[1].id, "p")
    monkeypatch.setattr(module, "ROOM", 25)
    last = presses.ask(WANTED, by="p", rows=1, write=lambda: document(20))
    assert presses.job(last.id, "p")
    with pytest.raises(Missing):
        presses.job(jobs[-1].id, "p")
