"""Documents: what was imported, who published it, how old it is, and what of it was refused.

Question: on which published documents do the scores rest, from whom and of which day?
Reference: issue 6 part 2 (files, offline, idempotent, date and publisher shown). A document is kept once, by the
SHA-256 of its bytes; one that cannot be read is refused with its place, and what was imported before goes on serving.
Left out: fetching, and whole mirrors, which ``garde risk import`` reads.

Example: ``/risk/sources?format=csaf``
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed, Missing
from garde.gate import Guarded, status_of, visitor_of
from garde.model.decision import word
from garde.model.risk.vulnerability import Reading, Shelved
from garde.pipeline.risk.said import IMPORT
from garde.risk.vulnerability import formats
from garde.web.pages.risk.view import ROWS, library_of, number, person_of
from garde.web.site import Site, json

#: Documents of one upload, and refused rows that are listed.
MOST: Final = 50
LISTED: Final = 300


class Refusal(msgspec.Struct, frozen=True):
    """A file that was not taken, and why."""

    file: str
    error: GardeError


class Kept(msgspec.Struct, frozen=True):
    """A document: what it gave, and who imported it, when."""

    reading: Reading
    shelved: Shelved | None


class SourcesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        rows: documents of this page, the newest first; ``total`` is how many match.
        formats: format, its title, how many documents, and the day of the newest (nanoseconds, 0 for none).
        format: the one chosen, or empty.
        kept, refused: rows of all documents.
        before, after: addresses of the pages around; empty at the ends.
        may_import: the reader may import.
        left: files that were not taken.
        took: files that were taken.
    """

    rows: tuple[Kept, ...]
    total: int
    formats: tuple[tuple[str, str, int, int], ...]
    format: str
    kept: int
    refused: int
    before: str
    after: str
    may_import: bool
    left: tuple[Refusal, ...] = ()
    took: int = 0


class SourcePage(msgspec.Struct, frozen=True, kw_only=True):
    """One document.

    Attributes:
        one: what it gave, and who imported it.
        title: of its format.
        weaknesses: ids that it speaks of, those that are listed.
        left: how many rows were refused; ``listed`` is how many of them are shown.
    """

    one: Kept
    title: str
    weaknesses: tuple[str, ...]
    left: int
    listed: int = LISTED


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def every(request: Request) -> Response:
        return site.page(request, "sources.html", page=sources_page(site, request))

    def data(request: Request) -> Response:
        site.risk.judged()
        return json(
            [{"source": one.source, "rows": one.rows, "kept": one.kept, "refused": len(one.refused)}
             for one in site.risk.readings]
        )  # fmt: skip

    def page(request: Request) -> Response:
        return site.page(request, "source.html", page=source_page(site, request))

    async def take(request: Request) -> Response:
        async with request.form(max_files=MOST, max_fields=8, max_part_size=16 << 20) as form:
            files = [one for one in form.getlist("file") if isinstance(one, UploadFile) and one.filename]
            sent = [(str(one.filename)[:120], await one.read()) for one in files]
            login, _ = person_of(request, str(form.get("person", "")))
        return await run_in_threadpool(_take, site, request, sent, login)

    return [
        Guarded("/risk/sources", every, "risk.read"),
        Guarded("/risk/sources.json", data, "risk.read"),
        Guarded("/risk/sources", take, "imports.make", methods=("POST",)),
        Guarded("/risk/sources/{source}", page, "risk.read"),
    ]


def sources_page(
    site: Site, request: Request, *, left: tuple[Refusal, ...] = (), took: int = 0
) -> SourcesPage:  # fmt: skip
    """The record of the list."""
    site.risk.judged()
    readings = site.risk.readings
    chosen = request.query_params.get("format", "")
    chosen = chosen if chosen in formats.FORMATS else ""
    some = sorted(
        (one for one in readings if not chosen or one.source.format == chosen),
        key=lambda one: (-one.source.at, one.source.id),
    )
    first = (number(request.query_params.get("page", ""), 1, 100_000, 1) - 1) * ROWS
    first = min(first, max(len(some) - 1, 0) // ROWS * ROWS)
    shown = some[first : first + ROWS]
    shelved = site.store.get(Shelved, [one.source.id for one in shown])
    path = f"/risk/sources?{f'format={chosen}&' if chosen else ''}page="
    counts = Counter(one.source.format for one in readings)
    return SourcesPage(
        rows=tuple(Kept(one, shelved.get(one.source.id)) for one in shown),
        total=len(some),
        formats=tuple(
            (row.name, row.title, counts[row.name],
             max((one.source.at for one in readings if one.source.format == row.name), default=0))
            for row in formats.FORMATS
        ),
        format=chosen,
        kept=sum(one.kept for one in readings),
        refused=sum(len(one.refused) for one in readings),
        before=f"{path}{first // ROWS}" if first else "",
        after=f"{path}{first // ROWS + 2}" if first + ROWS < len(some) else "",
        may_import=visitor_of(request).may("imports.make"),
        left=left,
        took=took,
    )  # fmt: skip


def source_page(site: Site, request: Request) -> SourcePage:
    """The record of one document.

    Raises:
        Missing: it was not imported.
    """
    name = request.path_params["source"]
    library_of(site)
    reading = next((one for one in site.risk.readings if one.source.id == name), None)
    if reading is None:
        raise Missing("source.unknown", "This document was not imported", hint="Import it")
    ids = {one.vulnerability for one in reading.statements} | {one.id for one in reading.vulnerabilities}
    return SourcePage(
        one=Kept(reading, site.store.get(Shelved, [name]).get(name)),
        title=formats.FORMATS[reading.source.format].title,
        weaknesses=tuple(sorted(ids, reverse=True)[:LISTED]),
        left=len(reading.refused),
    )


def _take(site: Site, request: Request, sent: list[tuple[str, bytes]], login: str) -> Response:
    """Keep what can be read; what cannot is named with its place, and changes nothing."""
    if not sent:
        raise Malformed("source.empty", "No file was sent", hint="Choose the files of documents")
    left = []
    for file, data in sent:
        try:
            reading = formats.read(data)
        except GardeError as error:
            left.append(Refusal(file, error))
            continue
        with site.store.begin() as unit:
            unit.put([reading])
        source = reading.source
        # Said when the document is there: whoever hears of it can read it.
        site.say(word(IMPORT, login, site.now(), about=source.id, value=source.format, reason=file))
    if left:
        shown = sources_page(site, request, left=tuple(left), took=len(sent) - len(left))
        return site.page(request, "sources.html", int(status_of(left[0].error)), page=shown)
    return RedirectResponse("/risk/sources", 303)
