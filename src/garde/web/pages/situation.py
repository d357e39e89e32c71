"""Situation: five sentences that say whether today is normal, and what needs somebody now.

Question: is today normal, and what needs me now?
Reference: reference of the pages 7.1. Each sentence is written from figures and leads to the list that it counts;
normal is grey. What is usual is what the same hour of earlier days showed; below three days nothing is called usual.

Example: ``/``
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Malformed
from garde.gate import Guarded, visitor_of
from garde.model.decision import Decision, word
from garde.model.device import Device
from garde.model.finding import SEVERITIES, Finding
from garde.model.hour import HOUR, Hour, hour_id, usual
from garde.model.person import Standing
from garde.model.sensor import Sensor
from garde.people.door import Visitor
from garde.report.queue import Cause, Shelf
from garde.web.charts.sparkline import Sparkline
from garde.web.language import Language
from garde.web.navigation import landing
from garde.web.pages.device import follows
from garde.web.pages.finding import seen_by
from garde.web.site import Site, inside, language_of

DAY: Final = 24 * HOUR
#: Lines of each list; the rest is one click away.
LINES: Final = 8
#: Days of hours that say what is usual.
DAYS: Final = 28


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence: the English of the catalogue, its figures, where it leads, and whether it asks for somebody."""

    text: str
    values: dict[str, int | str]
    href: str
    asks: bool = False


class SituationPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the front page shows.

    Attributes:
        sentences: five, the first says how the day is.
        decide: causes that nobody has, worst first; ``total`` is how many findings that is.
        watch: causes that somebody has.
        devices: the devices of those findings, by id.
        fresh: devices first seen since yesterday; ``gone`` findings that closed since then.
        hours: how many devices each of the last 24 hours heard, about; oldest first.
        sensors: how many hear, and how many there are.
        heard_at: last sign of life of a sensor.
        shift: the note of the shift.
        followed: devices that the reader follows and that have findings.
        empty: nothing was ever heard.
    """

    sentences: tuple[Sentence, ...]
    decide: tuple[Cause, ...]
    total: int
    watch: tuple[Cause, ...]
    devices: dict[str, Device]
    fresh: tuple[Device, ...]
    gone: tuple[Finding, ...]
    hours: Sparkline
    sensors: tuple[int, int]
    heard_at: int
    shift: Standing | None
    followed: tuple[tuple[Device, Finding], ...]
    empty: bool


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        visitor = visitor_of(request)
        if not visitor.known:
            return RedirectResponse("/sign-in", 303)
        if not visitor.may("findings.read"):
            return RedirectResponse(landing(visitor.roles) if landing(visitor.roles) != "/" else "/glossary", 303)
        return site.page(request, "situation.html", page=situation_page(site, request))

    async def note(request: Request) -> Response:
        visitor = visitor_of(request)
        async with request.form(max_files=0, max_fields=4) as form:
            text = str(form.get("text", "")).strip()[:300]
            back = inside(str(form.get("back", "/")))
        standing = Standing(id="shift", text=text, person=visitor.login, at=site.now())
        if any(ord(letter) < 32 for letter in text):
            raise Malformed("shift.line", "The note of the shift is one line")
        with site.store.begin() as unit:
            unit.put([standing])
            unit.append([word("shift.note", visitor.login, site.now(), about="shift", value=text)])
        return RedirectResponse(back, 303)

    return [
        Guarded("/", page, ""),
        Guarded("/shift", note, "shift.note", methods=("POST",)),
    ]


def situation_page(site: Site, request: Request) -> SituationPage:
    """The record of the page."""
    visitor, now = visitor_of(request), site.now()
    seen = seen_by(site, request)
    decide = site.queue.find(Shelf(name="open", me=visitor.login, roles=visitor.roles, most=LINES), seen)
    taken = site.queue.find(Shelf(name="taken", most=LINES), seen)
    fresh = site.fleet.since(now - DAY, visitor.scope("devices.read").terms)
    gone = tuple(one for one in site.queue.all(seen) if one.status == "closed" and one.closed_at > now - DAY)
    hours = _hours(site, now)
    sensors = list(site.store.all(Sensor))
    shown = [one.finding.device for one in (*decide.causes, *taken.causes)]
    followed = _followed(site, visitor)
    return SituationPage(
        sentences=(
            _how(decide.total, decide.severities),
            _heard(hours, now),
            _fresh(fresh),
            _sensors(sensors, now),
            _handled(decide.shelves, len(gone)),
        ),
        decide=decide.causes,
        total=decide.total,
        watch=taken.causes,
        devices={name: device for name in shown if name and (device := site.fleet.get(name))},
        fresh=fresh[:LINES],
        gone=tuple(sorted(gone, key=lambda one: -one.closed_at)[:LINES]),
        hours=_picture(hours, now, language_of(request)),
        sensors=(sum(one.hears(now) for one in sensors), sum(one.live for one in sensors)),
        heard_at=max((one.last_at for one in sensors), default=0),
        shift=site.store.get(Standing, ["shift"]).get("shift"),
        followed=followed,
        empty=len(site.fleet) == 0,
    )


def _last(now: int) -> range:
    first = now // HOUR * HOUR - 23 * HOUR
    return range(first, first + 24 * HOUR, HOUR)


def _hours(site: Site, now: int) -> dict[int, Hour]:
    """The last 24 hours, and on earlier days the present hour and the last full one."""
    present = now // HOUR * HOUR
    earlier = (at - day * DAY for day in range(1, DAYS + 1) for at in (present - HOUR, present))
    wanted = [*_last(now), *earlier]
    found = site.store.get(Hour, [hour_id(at) for at in wanted])
    return {one.at: one for one in found.values()}


def _picture(hours: dict[int, Hour], now: int, t: Language) -> Sparkline:
    span = usual(hours.values(), now)
    return Sparkline(
        title=t("Devices that spoke, hour by hour"),
        values=tuple(hours[at].heard if at in hours else 0 for at in _last(now)),
        low=span[0] if span else None,
        high=span[1] if span else None,
        labels=tuple(t.moment(at, seconds=False) for at in _last(now)),
        head=(t("Hour"), t("Devices")),
        width=320,
        height=60,
    )


def _how(total: int, severities: dict[str, int]) -> Sentence:
    worst = next((name for name in reversed(SEVERITIES) if severities.get(name)), "")
    if not total:
        return Sentence(text="Today is normal: nothing waits for a decision.", values={}, href="/alerts")
    if worst == "critical":
        text = "Today is not normal: {n} findings wait for a decision, {worst} of them critical."
        return Sentence(text=text, values={"n": total, "worst": severities[worst]}, href="/alerts", asks=True)
    text = "Today is almost normal: {n} findings wait for a decision, none of them critical."
    return Sentence(text=text, values={"n": total}, href="/alerts", asks=worst == "high")


def _heard(hours: dict[int, Hour], now: int) -> Sentence:
    present = now // HOUR * HOUR
    before = hours.get(present - HOUR)
    heard = before.heard if before else 0
    span = usual([one for at, one in hours.items() if at != present], present - HOUR)
    if span is None:
        return Sentence(
            text="{n} devices spoke in the last full hour.", values={"n": heard}, href="/devices?sort=-last_seen"
        )
    least, most = span
    text = "{n} devices spoke in the last full hour; usual at this hour are {least} to {most}."
    return Sentence(
        text=text, values={"n": heard, "least": least, "most": most}, href="/devices?sort=-last_seen",
        asks=not least * 0.9 <= heard <= most * 1.1,
    )  # fmt: skip


def _fresh(fresh: tuple[Device, ...]) -> Sentence:
    known = sum(one.kind != "unknown" for one in fresh)
    text = "{n} devices are new since yesterday, {known} of them identified."
    return Sentence(text=text, values={"n": len(fresh), "known": known}, href="/devices?sort=-first_seen", asks=False)


def _sensors(sensors: list[Sensor], now: int) -> Sentence:
    live = [one for one in sensors if one.live]
    hear = sum(one.hears(now) for one in live)
    if not live:
        return Sentence(text="No sensor listens; what is known comes from recordings.", values={}, href="/sensors")
    text = "{n} of {all} sensors hear."
    return Sentence(text=text, values={"n": hear, "all": len(live)}, href="/sensors", asks=hear < len(live))


def _handled(shelves: dict[str, int], closed: int) -> Sentence:
    text = "{taken} findings are in somebody's hands, {accepted} are accepted, {closed} closed since yesterday."
    values: dict[str, int | str] = {
        "taken": shelves["taken"] + shelves["waiting"], "accepted": shelves["accepted"], "closed": closed
    }  # fmt: skip
    return Sentence(text=text, values=values, href="/alerts?shelf=taken")


def _followed(site: Site, visitor: Visitor) -> tuple[tuple[Device, Finding], ...]:
    if visitor.person is None:
        return ()
    said = site.store.linked(Decision, [visitor.login]).get(visitor.login, [])
    keys = {str(key) for one in said for key in one.keys}
    found = site.store.linked(Device, keys, 1)
    shown = []
    for device in {one.id: one for many in found.values() for one in many}.values():
        own = {str(key) for key in device.keys}
        about = [one for one in said if own & {str(key) for key in one.keys}]
        if follows(about, visitor.login) and visitor.scope("devices.read").covers(device):
            shown += [(device, finding) for finding in site.queue.of(device.id)[:1]]
    return tuple(shown[:LINES])
