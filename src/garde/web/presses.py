"""Presses: reports that are being written while their reader waits elsewhere.

Question: is my report ready, and who else may fetch it?
Reference: reference of the pages §5 (a background job above 200 rows). One document is written at a time; the latest
are kept in memory until newer ones need the room, and only for the person who asked. Left out: keeping them for longer,
since a report may be written again.

Example::

    job = presses.ask(Wanted("board", "fr"), by="k.morel", rows=5000, write=lambda: issue(…))
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from garde.errors import GardeError, Missing, Refused
from garde.pipeline.reports import Document, Wanted

#: Devices up to which a person waits for the answer.
AT_ONCE: Final = 200
#: Jobs and octets that are kept, and jobs that may wait.
KEPT: Final = 24
ROOM: Final = 128 << 20
WAITING: Final = 8


class Job:
    """A report that somebody asked for."""

    def __init__(self, wanted: Wanted, by: str, future: Future[Document]) -> None:
        self.id = secrets.token_urlsafe(12)
        self.wanted = wanted
        self.by = by
        self._future = future

    @property
    def done(self) -> bool:
        """Whether it is written, or cannot be."""
        return self._future.done()

    @property
    def error(self) -> GardeError | None:
        """Why it cannot be written.

        Raises:
            Exception: a programming mistake, as it happened.
        """
        if not self.done:
            return None
        error = self._future.exception()
        if error is not None and not isinstance(error, GardeError):
            raise error
        return error

    @property
    def document(self) -> Document | None:
        """What was written, once it is."""
        return self._future.result() if self.done and self._future.exception() is None else None


class Presses:
    """Writes one report after another; used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._worker = ThreadPoolExecutor(1, "garde-press")

    def ask(self, wanted: Wanted, *, by: str, rows: int, write: Callable[[], Document]) -> Job:
        """Begin a report; it is done on return when it has few rows.

        Raises:
            Refused: too many are waiting.
        """
        with self._lock:
            if sum(not job.done for job in self._jobs.values()) >= WAITING:
                raise Refused("paper.busy", "Too many reports are being written", hint="Try again in some minutes")
            job = Job(wanted, by, self._worker.submit(write))
            self._jobs[job.id] = job
        if rows <= AT_ONCE:
            job._future.exception()
        self._tidy()
        return job

    def job(self, name: str, by: str) -> Job:
        """The job of that id, for the person who asked.

        Raises:
            Missing: there is none, or no more, or it is somebody else's.
        """
        with self._lock:
            job = self._jobs.get(name)
        if job is None or job.by != by:
            raise Missing("paper.gone", "This report is not kept any more", hint="Write it again")
        return job

    def _tidy(self) -> None:
        """Forget the oldest that are done, until the rest has room."""
        with self._lock:
            sizes = {name: len(job.document.pdf) for name, job in self._jobs.items() if job.document is not None}
            for name in list(self._jobs)[:-1]:
                if len(self._jobs) <= KEPT and sum(sizes.values()) <= ROOM:
                    return
                if self._jobs[name].done:
                    del self._jobs[name]
                    sizes.pop(name, None)
