"""Software: who runs a component, in which version, and in which rooms.

Question: which rooms run this component in a version below that one, and of which devices do we not know?
Reference: issue 6 acceptance 4 (the component question); `garde.risk.fleet`. A version that is unknown, or that cannot
be compared, is listed apart and counted: it is no "no". Left out: what is weak in it.

Example: ``/risk/software?name=openssl&below=3.0.12``
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.gate import Guarded
from garde.model.device import Device
from garde.report.fleet import name_of
from garde.report.table import csv_of
from garde.risk.fleet import Running
from garde.web.pages.risk.view import library_of, seen_by
from garde.web.site import Site, json

#: Devices that the page lists; the files have all.
MOST: Final = 300
COLUMNS: Final = ("device", "name", "ward", "room", "component", "version", "surely")


class Runs(msgspec.Struct, frozen=True):
    """A component on a device."""

    running: Running
    device: Device | None


class SoftwarePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        name, maker, below: what is asked.
        rooms: ward and room of the devices that surely run it, and how many; the most first.
        runs: devices that surely run it; ``total`` is how many.
        undecided: those of which it cannot be said; ``unsure`` is how many.
        bills: bills of materials that were imported: product, version, how many components.
        csv, json: the same list for programs.
    """

    name: str
    maker: str
    below: str
    rooms: tuple[tuple[str, str, int], ...]
    runs: tuple[Runs, ...]
    total: int
    undecided: tuple[Runs, ...]
    unsure: int
    bills: tuple[tuple[str, str, int], ...]
    csv: str
    json: str


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "software.html", page=software_page(site, request))

    def data(request: Request) -> Response:
        return json([_record(site, one, surely) for one, surely in _all(site, request)])

    def table(request: Request) -> Response:
        rows = ({n: str(v) for n, v in _record(site, one, surely).items()} for one, surely in _all(site, request))
        headers = {"content-disposition": 'attachment; filename="software.csv"'}
        return Response(csv_of(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Guarded("/risk/software", page, "risk.read"),
        Guarded("/risk/software.json", data, "risk.read"),
        Guarded("/risk/software.csv", table, "risk.read"),
    ]


def asked(request: Request) -> tuple[str, str, str]:
    """Name, maker and version of the address."""
    name, maker, below = (request.query_params.get(one, "").strip()[:120] for one in ("name", "maker", "below"))
    return name, maker, below


def found(site: Site, request: Request) -> tuple[list[Running], list[Running]]:
    """Who surely runs it, and of whom it cannot be said, among the devices that the person may see."""
    name, maker, below = asked(request)
    if not name:
        return [], []
    seen, fleet = seen_by(site, request), site.risk.fleet
    sure = [one for one in fleet.running(name, maker, below) if seen(one.asset)]
    unsure = [one for one in fleet.undecided(name, below, maker) if seen(one.asset)] if below else []
    return sure, unsure


def software_page(site: Site, request: Request) -> SoftwarePage:
    """The record of the page."""
    name, maker, below = asked(request)
    sure, unsure = found(site, request)
    rooms = Counter(_place(site.fleet.get(asset)) for asset in dict.fromkeys(one.asset for one in sure))
    query = request.url.query
    bills = library_of(site).bills.values() if not name else ()
    return SoftwarePage(
        name=name,
        maker=maker,
        below=below,
        rooms=tuple((*place, many) for place, many in sorted(rooms.items(), key=lambda one: (-one[1], one[0]))),
        runs=tuple(Runs(one, site.fleet.get(one.asset)) for one in sure[:MOST]),
        total=len(sure),
        undecided=tuple(Runs(one, site.fleet.get(one.asset)) for one in unsure[:MOST]),
        unsure=len(unsure),
        bills=tuple(sorted((one.of.name, one.of.version, len(one.components)) for one in bills))[:MOST],
        csv=f"/risk/software.csv?{query}",
        json=f"/risk/software.json?{query}",
    )


def _all(site: Site, request: Request) -> list[tuple[Running, bool]]:
    sure, unsure = found(site, request)
    return [*((one, True) for one in sure), *((one, False) for one in unsure)]


def _place(device: Device | None) -> tuple[str, str]:
    return (device.value("ward"), device.value("room")) if device else ("", "")


def _record(site: Site, one: Running, surely: bool) -> dict[str, object]:
    device = site.fleet.get(one.asset)
    ward, room = _place(device)
    return {
        "device": one.asset, "name": name_of(device) if device else one.asset, "ward": ward, "room": room,
        "component": one.component, "version": one.version, "surely": surely,
    }  # fmt: skip
