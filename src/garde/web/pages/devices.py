"""The list of devices.

Question: which devices match this, and where are they?
Reference: reference of the pages 7.2. The address is the state: filters, words, order and page stand in the query, so a
list can be sent to a colleague; ``.json`` and ``.csv`` give the same list to programs.

What is said of several chosen devices at once becomes one Decision each, after a look at what it would change.

Example: ``/devices?kind=CT&not.ward=&q=siemens&sort=-last_seen``
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed
from garde.gate import Guarded, visitor_of
from garde.model.device import Device
from garde.model.person import SavedView
from garde.report.devices import as_csv, as_record
from garde.report.fleet import FACETS, ORDERS, Answer, Query
from garde.web.pages.device import decision, found
from garde.web.pages.views import views_of
from garde.web.site import Site, inside, json

#: Devices on one page, and in one file for programs.
ROWS: Final = 50
FILE: Final = 100_000
#: What may be said of several devices at once, and of how many.
TOGETHER: Final = ("ward", "room", "owner", "kind")
MOST: Final = 500
#: Prefix of a filter that leaves out.
NOT: Final = "not."


class Option(msgspec.Struct, frozen=True):
    """A value of a facet: how many have it, whether it is chosen, and where a click leads."""

    value: str
    count: int
    chosen: bool
    href: str
    without: str


class Chip(msgspec.Struct, frozen=True):
    """A filter in force, and where its removal leads."""

    facet: str
    value: str
    keep: bool
    href: str


class Line(msgspec.Struct, frozen=True):
    """What a statement about several devices would change of one: the value before and after."""

    device: Device
    before: str
    after: str


class PreviewPage(msgspec.Struct, frozen=True):
    """A statement about several devices before it is made: its lines, the form again, and the way back."""

    lines: tuple[Line, ...]
    words: dict[str, str]
    back: str


class DevicesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the list shows.

    Attributes:
        devices: of this page.
        total, fleet: how many match, and how many there are.
        facets: facet → its values.
        chips: filters in force.
        text: words searched.
        orders: column → where a click on its head leads.
        order, down: the order in force.
        before, after: addresses of the pages around; empty at the ends.
        first: number of the first row, from 1.
        csv, json: addresses of the same list for programs.
        hints: for an empty list, filters whose removal would give devices: chip and how many.
        hidden: filters as name and value, for the search form.
        more: facet → how many values are not listed, and where all of them are.
        news: where a browser asks now and then whether the list has changed.
        wide: the facet of which all values are listed.
        stated: attributes that may be said of several devices at once.
        views: lists that the reader keeps.
    """

    devices: tuple[Device, ...]
    total: int
    fleet: int
    facets: dict[str, tuple[Option, ...]]
    chips: tuple[Chip, ...]
    text: str
    orders: dict[str, str]
    order: str
    down: bool
    before: str
    after: str
    first: int
    csv: str
    json: str
    hints: tuple[tuple[Chip, int], ...]
    hidden: tuple[tuple[str, str], ...]
    more: dict[str, tuple[int, str]]
    news: str
    wide: str
    stated: tuple[str, ...] = TOGETHER
    views: tuple[SavedView, ...] = ()


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "devices.html", page=devices_page(site, request))

    def data(request: Request) -> Response:
        answer = site.fleet.find(msgspec.structs.replace(query_of(request), first=0, most=FILE))
        return json({"total": answer.total, "devices": [as_record(device) for device in answer.devices]})

    def table(request: Request) -> Response:
        answer = site.fleet.find(msgspec.structs.replace(query_of(request), first=0, most=FILE))
        headers = {"content-disposition": 'attachment; filename="devices.csv"'}
        return Response(as_csv(answer.devices), media_type="text/csv; charset=utf-8", headers=headers)

    def news(request: Request) -> Response:
        query = query_of(request)
        seen = request.query_params.get("seen", "")
        total = site.fleet.find(msgspec.structs.replace(query, first=0, most=1)).total
        more = total - int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
        return site.page(request, "news.html", more=more, href=address(query))

    async def decide(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST + 16) as form:
            chosen = [found(site, request, str(name), "devices.claim") for name in form.getlist("device")[:MOST]]
            if not chosen:
                raise Malformed("decision.none", "No device is ticked", hint="Tick the devices that you mean")
            said = [decision(device, form, site, visitor_of(request)) for device in chosen]
            back = str(form.get("back", "/devices"))
            if form.get("step") == "preview":
                lines = tuple(
                    Line(device, device.value(one.attribute), one.value)
                    for device, one in zip(chosen, said, strict=True)
                )
                words = {name: str(form.get(name, "")) for name in ("verb", "attribute", "value", "person", "reason")}
                return site.page(request, "preview.html", page=PreviewPage(lines, words, inside(back)))
        site.say(*said)
        return RedirectResponse(inside(back), 303)

    return [
        Guarded("/devices", page, "devices.read"),
        Guarded("/devices.json", data, "devices.read"),
        Guarded("/devices.csv", table, "devices.read"),
        Guarded("/devices/news", news, "devices.read"),
        Guarded("/devices/decisions", decide, "devices.claim", methods=("POST",)),
    ]


def query_of(request: Request) -> Query:
    """The question in an address; what makes no sense is passed over."""
    values = request.query_params
    filters = [(name, value[:256], True) for name, value in values.multi_items() if name in FACETS]
    filters += [
        (name.removeprefix(NOT), value[:256], False)
        for name, value in values.multi_items()
        if name.startswith(NOT) and name.removeprefix(NOT) in FACETS
    ]
    sort = values.get("sort", "name")
    number = values.get("page", "1")
    page = min(max(int(number), 1), 1_000_000) if number.isascii() and number.isdigit() else 1
    return Query(
        filters=tuple(dict.fromkeys(filters))[:32],
        text=values.get("q", "").strip()[:200],
        order=sort.lstrip("-") if sort.lstrip("-") in ORDERS else "name",
        down=sort.startswith("-"),
        first=(page - 1) * ROWS,
        most=ROWS,
        wide=values.get("all", "") if values.get("all", "") in FACETS else "",
        within=visitor_of(request).scope("devices.read").terms,
    )


def address(query: Query, path: str = "/devices", **change: object) -> str:
    """The address of a question."""
    query = msgspec.structs.replace(query, **{"first": 0} | change)
    pairs = pairs_of(query)
    if query.text:
        pairs.append(("q", query.text))
    if query.down or query.order != "name":
        pairs.append(("sort", f"{'-' if query.down else ''}{query.order}"))
    if query.wide:
        pairs.append(("all", query.wide))
    if query.first:
        pairs.append(("page", str(query.first // ROWS + 1)))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _with(target: str, **more: str) -> str:
    """An address with more in its query."""
    return f"{target}{'&' if '?' in target else '?'}{urlencode(more)}"


def pairs_of(query: Query) -> list[tuple[str, str]]:
    """The filters as they stand in an address."""
    return [(facet if keep else NOT + facet, value) for facet, value, keep in query.filters]


def devices_page(site: Site, request: Request) -> DevicesPage:
    """The record of the list."""
    query = query_of(request)
    answer = site.fleet.find(query)
    if query.first >= answer.total > 0:
        query = msgspec.structs.replace(query, first=(answer.total - 1) // ROWS * ROWS)
        answer = site.fleet.find(query)
    last = query.first + ROWS
    return DevicesPage(
        devices=answer.devices,
        total=answer.total,
        fleet=answer.fleet,
        facets={facet: _options(facet, answer, query) for facet in FACETS},
        chips=tuple(_chip(one, query) for one in query.filters),
        text=query.text,
        orders={
            column: address(query, order=column, down=column == query.order and not query.down) for column in ORDERS
        },
        order=query.order,
        down=query.down,
        before=address(query, first=max(query.first - ROWS, 0)) if query.first else "",
        after=address(query, first=last) if last < answer.total else "",
        first=query.first + 1,
        csv=address(query, "/devices.csv"),
        json=address(query, "/devices.json"),
        hints=tuple((_chip(one, query), many) for one, many in site.fleet.without(query) if many)
        if not answer.total
        else (),
        hidden=tuple(pairs_of(query)),
        more={
            facet: (missing, address(query, wide=facet))
            for facet in FACETS
            if (missing := answer.values[facet] - len(answer.facets[facet])) > 0
        },
        wide=query.wide,
        news=_with(address(query, "/devices/news"), seen=str(answer.total)),
        views=views_of(site, request),
    )


def _options(facet: str, answer: Answer, query: Query) -> tuple[Option, ...]:
    options = []
    for value, count in answer.facets[facet]:
        one = (facet, value, True)
        chosen = one in query.filters
        rest = tuple(other for other in query.filters if other[:2] != one[:2])
        href = address(query, filters=rest if chosen else (*rest, one))
        without = address(query, filters=(*rest, (facet, value, False)))
        options.append(Option(value, count, chosen, href, without))
    return tuple(options)


def _chip(one: tuple[str, str, bool], query: Query) -> Chip:
    rest = tuple(other for other in query.filters if other != one)
    return Chip(one[0], one[1], one[2], address(query, filters=rest))
