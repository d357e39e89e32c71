"""The page of a ward: is our equipment all right, whom do we call, and a problem reported in a minute.

Question: does everything work in our ward, and how do I say that something does not?
Reference: reference of the pages 7.13. Plain words and no scores; it opens on the ward's shared machine after its code
was typed once (`garde.people.secret.Kiosk`). A report is a finding like any other, whose device may stay open.

Example: ``/ward/R%C3%A9a%20A``
"""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed, Missing
from garde.gate import Guarded, visitor_of
from garde.model.device import Device
from garde.model.finding import Finding, Judgement, judgement
from garde.model.photo import LARGEST, Photo, kind_of
from garde.people.door import Visitor
from garde.report.fleet import Query
from garde.web.pages.finding import found
from garde.web.pages.people import wards_of
from garde.web.site import Site

#: What may be wrong, as a ward says it; the sentences stand in the catalogue under ``problem.``.
PROBLEMS: Final = ("broken", "no-link", "wrong-values", "unknown-device", "strange", "other")
#: Devices of a ward that are offered, and shown.
MOST: Final = 500


class WardPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a ward shows.

    Attributes:
        ward: its name.
        devices: what is in it; ``kinds`` is kind → how many.
        troubles: what does not work, with its device.
        reports: what the ward reported and is not over.
        problems: what may be reported.
        sent: a report was just taken.
        may_report: the reader may report.
    """

    ward: str
    devices: tuple[Device, ...]
    kinds: tuple[tuple[str, int], ...]
    troubles: tuple[tuple[Finding, Device | None], ...]
    reports: tuple[tuple[Finding, Device | None], ...]
    problems: tuple[str, ...] = PROBLEMS
    sent: bool = False
    may_report: bool = True


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def wards(request: Request) -> Response:
        visitor = visitor_of(request)
        mine = [name for name in wards_of(site) if reaches(visitor, name)]
        given = [grant.ward for grant in visitor.scope("wards.read").grants if grant.ward]
        names = sorted({*mine, *given})
        if len(names) == 1:
            return RedirectResponse(f"/ward/{quote(names[0], safe='')}", 303)
        return site.page(request, "wards.html", wards=names)

    def page(request: Request) -> Response:
        return site.page(request, "ward.html", page=ward_page(site, request))

    async def report(request: Request) -> Response:
        ward = request.path_params["ward"]
        if not reaches(visitor_of(request), ward, "wards.report"):
            raise Missing("ward.unknown", f"There is no ward {ward!r} for you")
        async with request.form(max_files=1, max_fields=8, max_part_size=LARGEST + 1024) as form:
            upload = form.get("photo")
            data = await upload.read(LARGEST + 1) if isinstance(upload, UploadFile) else b""
            said, photo = reported(site, visitor_of(request), ward, form, data)
        if photo is not None:
            with site.store.begin() as unit:
                unit.put([photo])
        site.say(said)
        return RedirectResponse(f"/ward/{quote(ward, safe='')}?sent=1", 303)

    def photo(request: Request) -> Response:
        finding = found(site, request)
        kept = site.store.get(Photo, [finding.id]).get(finding.id)
        if kept is None:
            raise Missing("photo.none", "This finding has no picture")
        return Response(kept.data, media_type=kept.kind)

    return [
        Guarded("/ward", wards, "wards.read"),
        Guarded("/ward/{ward}", page, "wards.read"),
        Guarded("/ward/{ward}/reports", report, "wards.report", methods=("POST",)),
        Guarded("/findings/{finding}/photo", photo, "findings.read"),
    ]


def reaches(visitor: Visitor, ward: str, right: str = "wards.read") -> bool:
    """Whether somebody may see the page of that ward; a grant for one kind of device does not open a whole ward."""
    return any(not grant.kind and not grant.site and grant.ward in ("", ward) for grant in visitor.scope(right).grants)


def ward_page(site: Site, request: Request) -> WardPage:
    """The record of the page.

    Raises:
        Missing: the ward is not theirs, or nothing is known of it.
    """
    ward = request.path_params["ward"]
    visitor = visitor_of(request)
    if not reaches(visitor, ward):
        raise Missing("ward.unknown", f"There is no ward {ward!r} for you")
    answer = site.fleet.find(Query(filters=(("ward", ward, True),), most=MOST))
    there = {device.id: device for device in answer.devices}
    open_ones = [one for one in site.queue.all(lambda name: True) if one.status in ("open", "taken", "waiting")]
    mine = [one for one in open_ones if one.device in there or f"ward: {ward}" in one.reasons]
    if not there and not mine and not any(grant.ward == ward for grant in visitor.scope("wards.read").grants):
        raise Missing("ward.unknown", f"There is no ward {ward!r}", hint="Its name stands on its devices")
    troubles = [one for one in mine if one.kind == "outage" and one.rule != "ward.report"]
    reports = [one for one in mine if one.rule == "ward.report"]
    return WardPage(
        ward=ward,
        devices=answer.devices,
        kinds=answer.facets["kind"],
        troubles=tuple((one, there.get(one.device)) for one in troubles[:20]),
        reports=tuple((one, there.get(one.device)) for one in reports[:20]),
        sent=request.query_params.get("sent") == "1",
        may_report=reaches(visitor, ward, "wards.report"),
    )


def reported(site: Site, visitor: Visitor, ward: str, form: FormData, data: bytes) -> tuple[Judgement, Photo | None]:
    """What a ward reports, and the picture that came with it.

    Raises:
        Malformed: no problem was chosen, the device is not the ward's, or the file is no picture.
    """
    problem, text = str(form.get("problem", "")), " ".join(str(form.get("words", "")).split())[:300]
    if problem not in PROBLEMS:
        raise Malformed("report.problem", "Say what is wrong", hint="Choose one of the list; Other is one")
    device = site.fleet.get(str(form.get("device", "")))
    if device is not None and device.value("ward") != ward:
        raise Malformed("report.device", "This device is not in this ward")
    kind = kind_of(data)
    if data and (not kind or len(data) > LARGEST):
        raise Malformed("report.photo", "This file is no picture, or is larger than 6 MiB", hint="JPEG, PNG or WebP")
    who = " ".join(str(form.get("by", "")).split())[:60] or visitor.login
    reasons = [f"ward: {ward}", f"problem: {problem}", f"by: {who}"]
    reasons += [f"words: {text}"] if text else []
    reasons += [f"place: {place}"] if (place := " ".join(str(form.get("place", "")).split())[:60]) else []
    said = judgement(
        "ward.report",
        site.now(),
        severity="high" if form.get("care") else "medium",
        kind="outage",
        device=device.id if device else "",
        identifier=secrets.token_hex(6),
        reasons=tuple(reasons),
    )
    return said, Photo(id=said.finding, kind=kind, data=data) if data else None
