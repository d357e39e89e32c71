"""The roadmap: which work first under a budget and these hours, what risk it removes, and what if we chose otherwise.

Question: what does this money buy us, in which order, and what do we still live with afterwards?
Reference: reference of the pages 7.5; domain note 03 §7; `garde.risk.roadmap`. The address holds budget, hours and
wishes, so a plan can be sent to a colleague. Risk is counted in points: criticality × V of each device. A greedy plan
stands beside it. Left out: deciding the work, which is done on the list of its devices.

Example: ``/risk/roadmap?budget=50000&hours=200,200,200,200``
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed
from garde.gate import Guarded, status_of
from garde.report.table import csv_of
from garde.risk.measures import measures
from garde.risk.package import Limits
from garde.risk.roadmap import Plan, Roadmap, Step
from garde.risk.works import Work, Works, as_record
from garde.web.charts.bars import Bar, Bars
from garde.web.language import Language
from garde.web.pages.risk.view import mark, meant, whole
from garde.web.site import Site, json, language_of

BUDGET: Final = "50000"
HOURS: Final = "200,200,200,200"
#: Quarters that may be planned, and plans that are kept for who looks at them again.
QUARTERS: Final = 12
KEPT: Final = 8
COLUMNS: Final = (
    "name", "measure", "owner", "quarter", "cost", "hours", "window", "devices", "risk_removed", "residual",
)  # fmt: skip


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A package on the page.

    Attributes:
        work: what it is about; ``mark`` its name as a form sends it.
        title: its measure in the reader's language, and whom it is for.
        step: its place in the plan; None where it is not in it.
        share: percent of today's risk that it removes there.
        each: points removed per 1,000 euros, None where it costs nothing.
        wanted, unwanted: what the reader ticked.
        href: the devices that it touches.
    """

    work: Work
    mark: str
    title: tuple[str, str]
    step: Step | None
    share: float
    each: float | None
    wanted: bool
    unwanted: bool
    href: str


class RoadmapPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        budget, hours: as typed.
        found: the best plan and the greedy one; None where none can be drawn, and ``error`` says why.
        plan: packages of the plan in order; ``others`` those that are not in it.
        removed: percent of today's risk that the plan removes; ``by_hand`` that of the greedy one.
        chart: risk removed by each package of the plan.
        unserved, uncovered: urgent devices that get nothing in the first quarter, and those that no work touches.
        left: how many packages would remove too little to be tried.
        csv, json: the same plan for programs.
    """

    budget: str
    hours: str
    found: Roadmap | None
    plan: tuple[Row, ...]
    others: tuple[Row, ...]
    removed: float
    by_hand: float
    chart: Bars | None
    unserved: tuple[str, ...]
    uncovered: tuple[str, ...]
    left: int
    csv: str
    json: str
    error: GardeError | None = None


class Plans:
    """The latest plans: who ticks one wish waits for one plan, and who looks again for none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: Works | None = None
        self._found: dict[Limits, Roadmap] = {}

    def plan(self, works: Works, limits: Limits) -> Roadmap:
        """The plan of these limits.

        Raises:
            Malformed, Refused: as `Works.plan`.
        """
        with self._lock:
            if self._works is not works:
                self._works, self._found = works, {}
            found = self._found.get(limits)
            if found is None:
                found = self._found[limits] = works.plan(limits)
                while len(self._found) > KEPT:
                    del self._found[next(iter(self._found))]
            return found


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""
    plans = Plans()

    def page(request: Request) -> Response:
        whole(request, "risk.read")
        shown = roadmap_page(site, request, plans)
        return site.page(request, "roadmap.html", int(status_of(shown.error)) if shown.error else 200, page=shown)

    def data(request: Request) -> Response:
        whole(request, "risk.read")
        works = site.risk.works()
        return json(as_record(plans.plan(works, limits_of(request, works)), works))

    def table(request: Request) -> Response:
        whole(request, "risk.read")
        works = site.risk.works()
        record = as_record(plans.plan(works, limits_of(request, works)), works)
        rows: list[dict[str, object]] = record["packages"]  # type: ignore[assignment]
        lines = ({name: str(row[name]) for name in COLUMNS} for row in rows)
        headers = {"content-disposition": 'attachment; filename="roadmap.csv"'}
        return Response(csv_of(COLUMNS, lines), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Guarded("/risk/roadmap", page, "risk.read"),
        Guarded("/risk/roadmap.json", data, "risk.read"),
        Guarded("/risk/roadmap.csv", table, "risk.read"),
    ]


def limits_of(request: Request, works: Works) -> Limits:
    """The limits of an address.

    Raises:
        Malformed: a budget or hours that are none.
    """
    values = request.query_params
    names = [package.name for package in works.packages]
    wanted, unwanted = (
        tuple(sorted({meant(names, said) for said in values.getlist(name)} & set(names))) for name in ("want", "leave")
    )
    budget = values.get("budget", BUDGET).replace(" ", "").replace("\u202f", "") or "0"
    if not (budget.isascii() and budget.isdigit() and len(budget) < 12):
        raise Malformed("plan.budget", f"{budget[:20]!r} is no budget", hint="Whole euros")
    return Limits(budget=int(budget), hours=hours_of(values.get("hours", HOURS)), wanted=wanted, unwanted=unwanted)


def hours_of(text: str) -> tuple[int, ...]:
    """The hours of each quarter.

    >>> hours_of("200, 100"), hours_of("80")
    ((200, 100), (80,))

    Raises:
        Malformed: none, or of too many quarters.
    """
    words = [word.strip() for word in text.split(",")]
    if not 1 <= len(words) <= QUARTERS or not all(w.isascii() and w.isdigit() and len(w) < 8 for w in words):
        hint = "200, or 200,200,100,100 for four quarters"
        raise Malformed("plan.hours", f"{text[:40]!r} are no hours", hint=hint)
    return tuple(map(int, words))


def roadmap_page(site: Site, request: Request, plans: Plans) -> RoadmapPage:
    """The record of the page."""
    t, values = language_of(request), request.query_params
    works = site.risk.works()
    found, error = None, None
    limits = Limits(budget=0, hours=(0,))
    try:
        limits = limits_of(request, works)
        found = plans.plan(works, limits)
    except GardeError as caught:
        error = caught
    steps = {step.package: step for step in found.best.steps} if found else {}
    today = found.best.today if found else 0.0
    rows = {
        one.name: _row(works.work(one.name), steps.get(one.name), today, limits, t) for one in works.packages
    }  # fmt: skip
    query = [(name, value) for name, value in values.multi_items() if name in ("budget", "hours", "want", "leave")]
    tail = f"?{urlencode(query)}" if query else ""
    return RoadmapPage(
        budget=values.get("budget", BUDGET)[:20],
        hours=values.get("hours", HOURS)[:60],
        found=found,
        plan=tuple(rows[name] for name in steps),
        others=tuple(row for name, row in rows.items() if name not in steps),
        removed=_share(found.best) if found else 0.0,
        by_hand=_share(found.greedy) if found else 0.0,
        chart=_chart([rows[name] for name in steps], t) if steps else None,
        unserved=found.best.unserved if found else (),
        uncovered=found.best.uncovered if found else (),
        left=len(works.left),
        csv=f"/risk/roadmap.csv{tail}",
        json=f"/risk/roadmap.json{tail}",
        error=error,
    )


def title_of(work: Work, language: str) -> tuple[str, str]:
    """What a package is called: its measure as people call it, and whom it is for; a site's own by its name alone."""
    name, measure = work.package.name, work.package.measure
    head = f"{measure}: "
    if not work.proposed or measure not in measures():
        return name, ""
    row = measures()[measure]
    return row.fr if language == "fr" else row.en, name.removeprefix(head) if name.startswith(head) else ""


def _row(work: Work, step: Step | None, today: float, limits: Limits, t: Language) -> Row:
    removed = step.before - step.after if step else work.alone
    cost, name = work.package.cost, work.package.name
    return Row(
        work=work,
        mark=mark(name),
        title=title_of(work, t.code),
        step=step,
        share=round(removed * 100 / today, 1) if today else 0.0,
        each=round(removed * 1000 / cost, 1) if cost else None,
        wanted=name in limits.wanted,
        unwanted=name in limits.unwanted,
        href=f"/risk/devices?{urlencode({'package': name})}",
    )


def _share(plan: Plan) -> float:
    return round(plan.removed * 100 / plan.today, 1) if plan.today else 0.0


def _chart(rows: Sequence[Row], t: Language) -> Bars:
    bars = [
        Bar(" – ".join(filter(None, reversed(row.title))), round(row.step.before - row.step.after), link=row.href)
        for row in rows
        if row.step is not None
    ]
    return Bars(t("Points of risk removed, in the order of the plan"), tuple(bars), (t("Work"), t("Points")))
