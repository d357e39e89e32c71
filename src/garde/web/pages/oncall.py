"""On call, and the wall: what changed, what may I do safely, and whether the figures are fresh.

Question: what changed in the last hour, what may I do, and how do I undo it?
Reference: reference of the pages 7.16. One card per cause; the wall shows the same cards at four metres, without
controls, and says in a hatched banner when its data are older than a minute.

Example: ``/oncall``, ``/wall``
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.gate import Guarded, visitor_of
from garde.model.device import Device
from garde.model.finding import Finding
from garde.model.person import Standing
from garde.model.sensor import Sensor
from garde.report.queue import Cause, Shelf
from garde.web.pages.finding import seen_by
from garde.web.site import Site

#: Cards on a telephone, and on the wall, where they are read from four metres.
CARDS: Final = 20
WALL: Final = 6


class OnCallPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the cards show.

    Attributes:
        open, taken: causes that nobody has, and that somebody has.
        devices: by id.
        latest: the finding closed last.
        sensors: how many hear, and how many there are.
        heard_at: last sign of life of a sensor.
        shift: the note of the shift.
        devices_count: devices known.
    """

    open: tuple[Cause, ...]
    taken: tuple[Cause, ...]
    devices: dict[str, Device]
    latest: Finding | None
    sensors: tuple[int, int]
    heard_at: int
    shift: Standing | None
    devices_count: int


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of these screens."""

    def phone(request: Request) -> Response:
        return site.page(request, "oncall.html", page=oncall_page(site, request, CARDS))

    def wall(request: Request) -> Response:
        return site.page(request, "wall.html", page=oncall_page(site, request, WALL))

    return [Guarded("/oncall", phone, "findings.read"), Guarded("/wall", wall, "findings.read")]


def oncall_page(site: Site, request: Request, most: int) -> OnCallPage:
    """The record of both screens."""
    visitor, seen, now = visitor_of(request), seen_by(site, request), site.now()
    waiting = site.queue.find(Shelf(name="open", me=visitor.login, roles=visitor.roles, most=most), seen)
    taken = site.queue.find(Shelf(name="taken", most=most), seen)
    shown = [one.finding.device for one in (*waiting.causes, *taken.causes)]
    sensors = list(site.store.all(Sensor))
    return OnCallPage(
        open=waiting.causes,
        taken=taken.causes,
        devices={name: device for name in shown if name and (device := site.fleet.get(name))},
        latest=waiting.latest,
        sensors=(sum(one.hears(now) for one in sensors), sum(one.live for one in sensors)),
        heard_at=max((one.last_at for one in sensors), default=0),
        shift=site.store.get(Standing, ["shift"]).get("shift"),
        devices_count=len(site.fleet),
    )
