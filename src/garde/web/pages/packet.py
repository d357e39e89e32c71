"""Why: from a value to the packets it rests on, down to the bytes.

Question: on what facts does this rest, and what would change it?
Reference: reference of the pages 7.15. The same page stands alone without scripts and inside a dialog with them.

Example: ``/devices/d-h75zjpegqxw2pqxznk5wuq5g/why/model?source=0``
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.capture.packet import packet
from garde.errors import GardeError
from garde.gate import Guarded
from garde.model.catalogue import sources
from garde.model.device import Device, Source
from garde.model.message import Message
from garde.model.recording import Recording
from garde.report.why import Explanation, explain
from garde.web.hexview import Row, is_open, rows
from garde.web.pages.device import found
from garde.web.site import Site, json


class Step(msgspec.Struct, frozen=True):
    """What a rule concluded from: its name, and the attributes and values it met, each with a Why of its own."""

    rule: str
    met: tuple[tuple[str, str], ...]


class WhyPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the Why page shows.

    Attributes:
        device, answer: whose value, and what supports it.
        steps: beside each source, the rule that spoke, None where the source itself read the value.
        chosen: number of the source whose packet is shown, -1 when no source has bytes.
        line: that source.
        message: the observation in the log, when it is there.
        rows: the packet; empty when its bytes are not at hand.
        trouble: why they are not.
        covered: whether bytes that may speak of a patient are covered.
    """

    device: Device
    answer: Explanation
    steps: tuple[Step | None, ...]
    chosen: int
    line: Source | None
    message: Message | None
    rows: tuple[Row, ...]
    trouble: str
    covered: bool


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "why.html", page=why_page(site, request))

    def data(request: Request) -> Response:
        device = found(site, request)
        return json(explain(device, request.path_params["attribute"]))

    return [
        Guarded("/devices/{device}/why/{attribute}.json", data, "devices.read"),
        Guarded("/devices/{device}/why/{attribute}", page, "devices.read"),
    ]


def why_page(site: Site, request: Request) -> WhyPage:
    """The record of the page."""
    device = found(site, request)
    answer = explain(device, request.path_params["attribute"])
    lines = answer.claim.sources
    number = request.query_params.get("source", "")
    chosen = int(number) if number.isascii() and number.isdigit() and int(number) < len(lines) else _first(lines)
    line = lines[chosen] if chosen >= 0 else None
    shown, trouble, covered = _bytes(site, line)
    message = site.store.messages([line.observation]).get(line.observation) if line and line.observation else None
    return WhyPage(
        device=device,
        answer=answer,
        steps=tuple(step_of(device, one) for one in lines),
        chosen=chosen,
        line=line,
        message=message,
        rows=shown,
        trouble=trouble,
        covered=covered,
    )


def step_of(device: Device, line: Source) -> Step | None:
    """The rule behind a source, from its reason ``rule: attribute = value, attribute = value``."""
    rule, colon, rest = line.reason.partition(": ")
    if line.by or not colon:
        return None
    found = []
    for name in (*device.claims, *device.many):
        values = [claim.value for claim in device.many.get(name, ())] or [device.value(name)]
        found += [(name, value) for value in values if value and f", {name} = {value}," in f", {rest},"]
    return Step(rule, tuple(found))


def _first(lines: tuple[Source, ...]) -> int:
    """The first source that points to bytes."""
    return next((number for number, line in enumerate(lines) if line.place), 0 if lines else -1)


def _bytes(site: Site, line: Source | None) -> tuple[tuple[Row, ...], str, bool]:
    if line is None or line.place is None:
        return (), "no-bytes", False
    place = line.place
    recording = site.store.get(Recording, [place.file]).get(place.file)
    if recording is None:
        return (), "not-recorded", False
    try:
        data = packet(Path(recording.path), place.packet)
    except GardeError:
        return (), "gone", False
    row = sources().get(line.source)
    covered = row is None or not is_open(row.family)
    return tuple(rows(data, place.offset, place.length, covered=covered)), "", covered
