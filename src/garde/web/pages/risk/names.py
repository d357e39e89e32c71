"""Names: which spellings mean one maker or product, who accepted that, and which likenesses wait for a person.

Question: is the maker on the network the maker of the document, and who said so?
Reference: issue 6 part 2 (a reviewable table of names; nothing is matched by likeness alone). Left out: guessing.

Example: ``/risk/names``
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed
from garde.gate import Guarded, visitor_of
from garde.model.risk.naming import Naming
from garde.report.table import csv_of
from garde.risk.vulnerability.alias import Proposal
from garde.web.pages.risk.view import mark, meant, person_of, whole
from garde.web.site import Site

#: Rows of the table that are listed; the file has all.
MOST: Final = 300
COLUMNS: Final = ("said", "maker", "product", "by", "on")


class Spelling(msgspec.Struct, frozen=True):
    """A name that means a maker, or a product of it, who accepted that, and on which day."""

    said: str
    maker: str
    product: str
    by: str
    on: str


class Likeness(msgspec.Struct, frozen=True):
    """Two names that look alike.

    Attributes:
        proposal: the names.
        said, maker: the two as a form sends them back.
        alike: in whole percent.
        devices: how many say it.
    """

    proposal: Proposal
    said: str
    maker: str
    alike: int
    devices: int


class NamesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        waiting: likenesses that nobody decided, those that most devices say first.
        rows: accepted spellings; ``total`` is how many.
        refused: what people said is not the same.
        may_name: the reader may accept and refuse.
    """

    waiting: tuple[Likeness, ...]
    rows: tuple[Spelling, ...]
    total: int
    refused: tuple[Naming, ...]
    may_name: bool


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "names.html", page=names_page(site, request))

    def table(request: Request) -> Response:
        rows = ({name: str(getattr(one, name)) for name in COLUMNS} for one in spellings(site))
        headers = {"content-disposition": 'attachment; filename="names.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def say(request: Request) -> Response:
        whole(request, "risk.names")
        async with request.form(max_files=0, max_fields=8) as form:
            words = {
                name: str(form.get(name, "")).strip()[:200]
                for name in ("said", "maker", "product", "agrees", "reason", "person")
            }
        site.risk.say(naming(site, request, **words))
        return RedirectResponse("/risk/names", 303)

    return [
        Guarded("/risk/names", page, "risk.read"),
        Guarded("/risk/names.csv", table, "risk.read"),
        Guarded("/risk/names", say, "risk.names", methods=("POST",)),
    ]


def naming(
    site: Site, request: Request, *, said: str, maker: str, product: str, agrees: str, reason: str, person: str
) -> Naming:
    """A person's word about a name.

    Raises:
        Malformed: no name, no maker, or neither yes nor no.
    """
    proposals = site.risk.proposals()
    said = meant([one.said for one in proposals], said)
    maker = meant([one.known for one in proposals], maker)
    if not said or not maker or agrees not in ("yes", "no"):
        raise Malformed("naming.word", "Say which name means which maker, and whether it does")
    login, _ = person_of(request, person)
    return Naming(
        id=f"n-{secrets.token_hex(12)}", at=site.now(), said=said, maker=maker, product=product, person=login,
        agrees=agrees == "yes", reason=reason,
    )  # fmt: skip


def names_page(site: Site, request: Request) -> NamesPage:
    """The record of the page."""
    rows = spellings(site)
    waiting = [
        Likeness(
            one, mark(one.said), mark(one.known), round(one.alike * 100), site.fleet.many("manufacturer", one.said)
        )
        for one in site.risk.proposals()
    ]
    waiting.sort(key=lambda one: (-one.devices, one.proposal.said, -one.alike))
    said = sorted(site.store.all(Naming), key=lambda one: (-one.at, one.id))
    return NamesPage(
        waiting=tuple(waiting[:MOST]),
        rows=tuple(rows[:MOST]),
        total=len(rows),
        refused=tuple(one for one in said if not one.agrees)[:MOST],
        may_name=visitor_of(request).scope("risk.names").everything,
    )


def spellings(site: Site) -> list[Spelling]:
    """Every accepted spelling, the latest first."""
    aliases = site.risk.aliases
    found = [Spelling(said, row.name, "", row.by, row.on) for row in aliases.makers for said in row.says]
    found += [Spelling(said, row.maker, row.name, row.by, row.on) for row in aliases.products for said in row.says]
    return sorted(found, key=lambda one: (one.on, one.maker, one.product, one.said), reverse=True)
