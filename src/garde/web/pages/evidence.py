"""Evidence: whether anything was altered, and an archive that proves it elsewhere.

Question: what can we prove, up to when, and how do I hand it to somebody who does not have Garde?
Reference: reference of the pages 7.14; `garde.evidence`. Verifying and exporting are deeds of a person: each is in the
log before it begins.

Example: ``/evidence``, ``/evidence.garde?since=2026-11-01&kinds=Decision``
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed, Missing
from garde.evidence.export import EVER, Wanted
from garde.gate import Guarded, visitor_of
from garde.model.codec import KINDS
from garde.model.decision import word
from garde.model.seal import Seal
from garde.web.pages.people import day_end
from garde.web.site import Proof, Site

#: Seals that are listed, and breaks that are named.
LISTED: Final = 30
_DAY: Final = 86_400 * 1_000_000_000
_PIECE: Final = 1 << 16


class EvidencePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        seals: the latest, newest first.
        breaks: what verifying found; None before it was asked.
        kinds: kinds of message that an archive may be limited to.
        may_export: the reader may verify and export.
        error: why something could not be done.
    """

    seals: tuple[Seal, ...]
    breaks: tuple[str, ...] | None = None
    kinds: tuple[str, ...] = tuple(KINDS)
    may_export: bool = False
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "evidence.html", page=evidence_page(site, request))

    def verify(request: Request) -> Response:
        proof = _proof(site)
        site.register.note(word("evidence.verify", visitor_of(request).login, site.now(), about="log"))
        shown = evidence_page(site, request, breaks=tuple(proof.verify())[:LISTED])
        return site.page(request, "evidence.html", page=shown)

    def export(request: Request) -> Response:
        wanted = wanted_of(request)
        proof, who = _proof(site), visitor_of(request).login
        limits = " ".join(f"{name}={value}" for name, value in request.query_params.items() if value)[:200]
        site.register.note(word("evidence.export", who, site.now(), about="log", value=limits))
        out = tempfile.TemporaryFile()  # noqa: SIM115  it is closed by who sends it
        try:
            proof.export(out, wanted)
        except BaseException:
            out.close()
            raise
        headers = {"content-disposition": 'attachment; filename="evidence.garde"', "content-length": str(out.tell())}
        return StreamingResponse(_pieces(out), media_type="application/zip", headers=headers)

    def back(request: Request) -> Response:
        return RedirectResponse("/evidence", 303)

    return [
        Guarded("/evidence", page, "audit.read"),
        Guarded("/evidence/verify", back, "audit.read"),
        Guarded("/evidence/verify", verify, "evidence.export", methods=("POST",)),
        Guarded("/evidence.garde", export, "evidence.export"),
    ]


def evidence_page(site: Site, request: Request, **more: object) -> EvidencePage:
    """The record of the page."""
    seals = tuple(site.proof.seals(LISTED)) if site.proof is not None else ()
    page = EvidencePage(seals=seals, may_export=visitor_of(request).may("evidence.export"))
    return msgspec.structs.replace(page, **more)


def wanted_of(request: Request) -> Wanted:
    """What an archive is asked to hold: whole days of UTC, and kinds of message.

    Raises:
        Malformed: a day that is none, or a kind that does not exist.
    """
    since, until = request.query_params.get("since", ""), request.query_params.get("until", "")
    kinds = tuple(dict.fromkeys(one for one in request.query_params.getlist("kind") if one))
    if unknown := set(kinds) - KINDS.keys():
        raise Malformed(
            "export.kind", f"There is no message {', '.join(sorted(unknown))[:80]}", hint="Choose from the list"
        )
    return Wanted(since=day_end(since) - _DAY if since else -EVER, until=day_end(until) if until else EVER, kinds=kinds)


def _proof(site: Site) -> Proof:
    if site.proof is None:
        raise Missing("evidence.key", "This process holds no key to seal with", hint="Ask the one that runs the stages")
    return site.proof


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
