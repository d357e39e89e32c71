"""Sensors: what hears, how well, and what was read.

Question: is everything heard that should be, and is the platform itself healthy?
Reference: reference of the pages 7.14. A sensor says itself how much it lost (`garde.model.sensor`).

Example: ``/sensors``
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.gate import Guarded
from garde.model.recording import Recording
from garde.model.sensor import Sensor
from garde.pipeline.runner import Quarantined
from garde.web.site import Site

#: Recordings that are listed, the latest.
LISTED = 50


class SensorsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows: sensors by name, the latest recordings, and what was set aside."""

    sensors: tuple[Sensor, ...]
    recordings: tuple[Recording, ...]
    aside: tuple[Quarantined, ...]
    devices: int


def routes(site: Site) -> list[BaseRoute]:
    """The address of this screen."""

    def page(request: Request) -> Response:
        recordings = sorted(site.store.all(Recording), key=lambda one: (-one.at, one.id))
        shown = SensorsPage(
            sensors=tuple(site.store.all(Sensor)),
            recordings=tuple(recordings[:LISTED]),
            aside=tuple(site.store.all(Quarantined))[:LISTED],
            devices=len(site.fleet),
        )
        return site.page(request, "sensors.html", page=shown)

    return [Guarded("/sensors", page, "sensors.read")]
