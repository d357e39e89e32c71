"""Money: what a loss may cost in a year with and without a measure, and whether that pays; ranges, never one figure.

Question: how much may this cost us, how sure is that, and does the measure pay for itself?
Reference: domain note 03 §7; `garde.risk.money`. Inputs and seed stand in the address, so a result can be made again
and sent on. Harm to patients is counted in events and stands apart, never in euros. Left out: where the inputs come
from, which a person says.

Example: ``/risk/money?run=1&seed=42``
"""

from __future__ import annotations

import math
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed
from garde.gate import Guarded, status_of
from garde.risk.money import RUNS, Cost, Loss, Pert, Return, Scenario, worth
from garde.web.charts.curve import Curve, Line
from garde.web.language import Language
from garde.web.site import Site, json, language_of

#: Rows of a scenario that are ranges, and those that are chances; in the order of the form.
RANGES: Final = ("events", "vulnerability", "primary", "secondary", "downtime")
CHANCES: Final = ("secondary_chance", "harm_chance")
ENDS: Final = ("least", "likely", "most")
SIDES: Final = ("before", "after")
#: The worked example of the method's note: a place to begin, nobody's figures.
EXAMPLE: Final = {
    "before": {
        "events": ("0.5", "1.5", "4"), "vulnerability": ("0.15", "0.3", "0.55"),
        "primary": ("60000", "180000", "900000"),
        "secondary": ("100000", "400000", "3000000"), "downtime": ("2", "8", "72"),
        "secondary_chance": ("0.25",), "harm_chance": ("0.02",),
    },
    "after": {
        "events": ("0.5", "1.5", "4"), "vulnerability": ("0.03", "0.08", "0.2"),
        "primary": ("40000", "90000", "350000"),
        "secondary": ("80000", "250000", "1200000"), "downtime": ("1", "4", "24"),
        "secondary_chance": ("0.15",), "harm_chance": ("0.01",),
    },
}  # fmt: skip
COSTS: Final = {"capex": "180000", "opex": "45000", "years": "5", "rate": "4", "seed": "42"}
_LARGEST: Final = 1e12


class MoneyPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        typed: name of a field → what stands in it.
        found: losses and return; None before a run.
        chart: chance that a year costs more, without and with the measure.
        rows: what is compared: word, without, with.
        json: the same for programs.
        error: why it cannot be run.
        ranges, chances, ends, sides: names of the fields.
        runs: years that are simulated.
    """

    typed: dict[str, str]
    found: Return | None
    chart: Curve | None
    rows: tuple[tuple[str, float, float], ...]
    json: str
    error: GardeError | None = None
    ranges: tuple[str, ...] = RANGES
    chances: tuple[str, ...] = CHANCES
    ends: tuple[str, ...] = ENDS
    sides: tuple[str, ...] = SIDES
    runs: int = RUNS


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        shown = money_page(request)
        return site.page(request, "money.html", int(status_of(shown.error)) if shown.error else 200, page=shown)

    def data(request: Request) -> Response:
        return json(as_record(simulated(typed_of(request))))

    return [Guarded("/risk/money", page, "risk.read"), Guarded("/risk/money.json", data, "risk.read")]


def typed_of(request: Request) -> dict[str, str]:
    """Every field with what the address says, else the example."""
    values = request.query_params
    fields = dict(COSTS)
    for side in SIDES:
        for name in RANGES:
            fields |= {f"{side}.{name}.{end}": EXAMPLE[side][name][at] for at, end in enumerate(ENDS)}
        fields |= {f"{side}.{name}": EXAMPLE[side][name][0] for name in CHANCES}
    return {name: values.get(name, other).strip()[:24] for name, other in fields.items()}


def simulated(typed: dict[str, str]) -> Return:
    """The losses and whether the measure pays.

    Raises:
        Malformed: a field holds no number, a range is none, a chance is not from 0 to 1.
    """
    before, after = (_scenario(typed, side) for side in SIDES)
    years, seed = _whole(typed, "years", 1, 50), _whole(typed, "seed", 0, 2**53)
    cost = Cost(
        capex=_figure(typed, "capex"), opex=_figure(typed, "opex"), years=years, rate=_figure(typed, "rate") / 100
    )
    return worth(before, after, cost, seed=seed)


def money_page(request: Request) -> MoneyPage:
    """The record of the page."""
    typed, t = typed_of(request), language_of(request)
    found, error = None, None
    if request.query_params.get("run", ""):
        try:
            found = simulated(typed)
        except GardeError as caught:
            error = caught
    return MoneyPage(
        typed=typed,
        found=found,
        chart=_chart(found, t) if found else None,
        rows=tuple(_rows(found)) if found else (),
        json=f"/risk/money.json?{urlencode(typed)}",
        error=error,
    )


def as_record(found: Return) -> dict[str, object]:
    """A result for programs; what never comes is null."""
    return {
        **{side: _loss(getattr(found, side)) for side in SIDES},
        **{
            name: [_finite(end) for end in msgspec.structs.astuple(getattr(found, name))]
            for name in ("saving", "rosi", "npv", "payback")
        },
        "annual": round(found.annual, 2),
        "within_bound": found.within_bound,
    }


def _loss(one: Loss) -> dict[str, object]:
    return {
        "seed": one.seed, "runs": one.runs, "ale": round(one.mean, 2), "interval": round(one.interval, 2),
        "p50": round(one.p50, 2), "p90": round(one.p90, 2), "p95": round(one.p95, 2), "p99": round(one.p99, 2),
        "curve": [[round(at, 2), chance] for at, chance in one.curve],
        "harm": list(msgspec.structs.astuple(one.harm)), "downtime": list(msgspec.structs.astuple(one.downtime)),
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _rows(found: Return) -> list[tuple[str, float, float]]:
    before, after = found.before, found.after
    rows = [("ale", before.mean, after.mean)]
    return rows + [(name, getattr(before, name), getattr(after, name)) for name in ("p50", "p90", "p95", "p99")]


def _chart(found: Return, t: Language) -> Curve:
    million = 1_000_000
    sides = ((found.before, t("Without the measure")), (found.after, t("With the measure")))
    sentence = t(
        "A year costs more than a million euros with a chance of {before} % without the measure, {after} % with it.",
        before=t.number(round(found.before.beyond(million) * 100, 2)),
        after=t.number(round(found.after.beyond(million) * 100, 2)),
    )
    lines = tuple(Line(label, tuple((at, chance * 100) for at, chance in loss.curve)) for loss, label in sides)
    return Curve(t("Chance that a year costs more"), lines, (t("Euros in a year"), t("Chance, %")), sentence)


def _scenario(typed: dict[str, str], side: str) -> Scenario:
    ranges = {name: Pert(*(_figure(typed, f"{side}.{name}.{end}") for end in ENDS)) for name in RANGES}
    chances = {name: _figure(typed, f"{side}.{name}") for name in CHANCES}
    return Scenario(
        events=ranges["events"], vulnerability=ranges["vulnerability"], primary=ranges["primary"],
        secondary=ranges["secondary"], downtime=ranges["downtime"], secondary_chance=chances["secondary_chance"],
        harm_chance=chances["harm_chance"],
    )  # fmt: skip


def _figure(typed: dict[str, str], name: str) -> float:
    text = typed[name].replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        raise Malformed("money.figure", f"{typed[name]!r} is no number", where=name) from None
    if not 0 <= value <= _LARGEST:
        raise Malformed("money.figure", "A figure is not negative, and ends", where=name)
    return value


def _whole(typed: dict[str, str], name: str, least: int, most: int) -> int:
    text = typed[name]
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise Malformed("money.whole", f"{text!r} is no whole number from {least} to {most}", where=name)
    return int(text)
