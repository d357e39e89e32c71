"""Models: all devices of a model together, with versions, weaknesses, the supplier's form and bill.

Question: what do we know of this model, what is weak in it, and what did its supplier say?
Reference: issue 6 part 7. A model is maker and model through the table of names, so that its spellings stand together.
Left out: devices whose maker or model is unknown, which are counted.

Example: ``/risk/models/one?maker=Fresenius+Kabi&model=Agilia``
"""

from __future__ import annotations

from collections import Counter
from typing import Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded
from garde.model.finding import Finding
from garde.model.risk.vulnerability import Bill, Form
from garde.risk.vulnerability import answers
from garde.risk.vulnerability.alias import Aliases
from garde.risk.vulnerability.contradiction import BILL, FORM
from garde.risk.vulnerability.match import version_of
from garde.risk.vulnerability.score import Weakness, risk_of
from garde.web.pages.risk.standing import Line, line_of
from garde.web.pages.risk.view import ROWS, library_of, number, seen_by, severity_of
from garde.web.site import Site, json, language_of

#: Devices, weaknesses and components of one model that are listed.
MOST: Final = 200

#: Maker and model, folded, and through the table of names.
Key = tuple[str, str]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of the fleet.

    Attributes:
        maker, model: as its devices spell it most often.
        ids: its devices, among those that the reader may see.
        versions: version and how many, most first; an empty one is unknown.
        risk: the highest of its devices; ``word`` and ``severity`` of it.
        form: id of the supplier's form, or empty.
        href: its page.
    """

    maker: str
    model: str
    ids: tuple[str, ...]
    versions: tuple[tuple[str, int], ...]
    risk: int
    word: str
    severity: str
    form: str
    href: str


class ModelsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All models, those of the highest risk and of most devices first.

    Attributes:
        models: of this page; ``total`` is how many there are.
        without: models without a supplier's form.
        unknown: devices whose maker or model is unknown.
        before, after: addresses of the pages around; empty at the ends.
    """

    models: tuple[Model, ...]
    total: int
    without: int
    unknown: int
    before: str
    after: str


class ModelPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one model.

    Attributes:
        model: what it is.
        lines: its devices, the most pressing first; ``versions`` id → version, those that are listed.
        weaknesses: as they count on the worst of its devices, and on how many.
        forms: the supplier's forms with what they come to, newest last.
        bills: bills of materials of the product.
        contradictions: where the supplier's word and what is seen differ.
        scoring: where its criticality is scored.
    """

    model: Model
    lines: tuple[Line, ...]
    versions: dict[str, str]
    weaknesses: tuple[tuple[Weakness, int], ...]
    forms: tuple[tuple[Form, answers.Judged], ...]
    bills: tuple[Bill, ...]
    contradictions: tuple[Finding, ...]
    scoring: str


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def every(request: Request) -> Response:
        return site.page(request, "models.html", page=models_page(site, request))

    def page(request: Request) -> Response:
        return site.page(request, "model.html", page=model_page(site, request))

    def data(request: Request) -> Response:
        return json([*models_of(site, request).values()])

    return [
        Guarded("/risk/models", every, "risk.read"),
        Guarded("/risk/models.json", data, "risk.read"),
        Guarded("/risk/models/one", page, "risk.read"),
    ]


def models_of(site: Site, request: Request) -> dict[Key, Model]:
    """Every model of the devices that the person may see, those of the highest risk and of most devices first."""
    aliases, fleet, seen = site.risk.aliases, site.risk.fleet, seen_by(site, request)
    forms = {key_of(aliases, form.maker, form.model): form.id for form in library_of(site).forms.values()}
    ids: dict[Key, list[str]] = {}
    spelt: dict[Key, Counter[tuple[str, str]]] = {}
    versions: dict[Key, Counter[str]] = {}
    for name, judged in fleet.judged.items():
        part = next((one for one in fleet.asset(name).parts if one.maker and one.name), None)
        if part is None or not seen(name):
            continue
        key = key_of(aliases, part.maker, part.name)
        ids.setdefault(key, []).append(judged.id)
        spelt.setdefault(key, Counter())[part.maker, part.name] += 1
        versions.setdefault(key, Counter())[version_of(part)] += 1
    t, grid = language_of(request), site.risk.grid
    found = {}
    for key, devices in ids.items():
        maker, model = spelt[key].most_common(1)[0][0]
        risk = max(fleet.judged[name].placed.risk for name in devices)
        found[key] = Model(
            maker=maker,
            model=model,
            ids=tuple(sorted(devices)),
            versions=tuple(sorted(versions[key].items(), key=lambda one: (-one[1], one[0]))),
            risk=risk,
            word=grid.word(risk, t.code),
            severity=severity_of(grid, risk),
            form=forms.get(key, ""),
            href=f"/risk/models/one?{urlencode({'maker': maker, 'model': model})}",
        )
    return dict(sorted(found.items(), key=lambda one: (-one[1].risk, -len(one[1].ids), one[0])))


def key_of(aliases: Aliases, maker: str, model: str) -> Key:
    """The name under which the spellings of a model stand together."""
    return aliases.maker(maker), aliases.product(maker, model)


def models_page(site: Site, request: Request) -> ModelsPage:
    """The record of the list."""
    found = [*models_of(site, request).values()]
    seen = seen_by(site, request)
    first = (number(request.query_params.get("page", ""), 1, 100_000, 1) - 1) * ROWS
    first = min(first, max(len(found) - 1, 0) // ROWS * ROWS)
    return ModelsPage(
        models=tuple(found[first : first + ROWS]),
        total=len(found),
        without=sum(not one.form for one in found),
        unknown=sum(map(seen, site.risk.judged())) - sum(len(one.ids) for one in found),
        before=f"/risk/models?page={first // ROWS}" if first else "",
        after=f"/risk/models?page={first // ROWS + 2}" if first + ROWS < len(found) else "",
    )


def model_page(site: Site, request: Request) -> ModelPage:
    """The record of one model, named by its words or by one of its devices.

    Raises:
        Missing: no device that the person may see is of it.
    """
    values, aliases, fleet = request.query_params, site.risk.aliases, site.risk.fleet
    key = key_of(aliases, values.get("maker", ""), values.get("model", ""))
    device = values.get("device", "")
    if device and device in fleet.judged:
        part = next((one for one in fleet.asset(device).parts if one.maker and one.name), None)
        key = key_of(aliases, part.maker, part.name) if part else ("", "")
    model = models_of(site, request).get(key)
    if model is None:
        raise Missing("model.unknown", "No device is known to be of this model", hint="Its maker may be unknown")
    lines = [line_of(site, fleet.judged[name].placed) for name in model.ids]
    lines.sort(key=lambda line: (-line.priority, line.row.device))
    worst: dict[str, Weakness] = {}
    many: Counter[str] = Counter()
    for name in model.ids:
        for one in fleet.facts(name).weaknesses:
            many[one.id] += 1
            if one.id not in worst or risk_of(one) > risk_of(worst[one.id]):
                worst[one.id] = one
    ordered = sorted(worst.values(), key=lambda one: (-risk_of(one), one.id))
    shelf = library_of(site)
    forms = [one for one in shelf.forms.values() if key_of(aliases, one.maker, one.model) == key]
    parts = {name: next((p for p in fleet.asset(name).parts if p.maker and p.name), None) for name in model.ids}
    found = [one for name in model.ids for one in site.queue.of(name) if one.rule in (FORM, BILL)]
    return ModelPage(
        model=model,
        lines=tuple(lines[:MOST]),
        versions={line.row.device: version_of(part) for line in lines[:MOST] if (part := parts[line.row.device])},
        weaknesses=tuple((one, many[one.id]) for one in ordered[:MOST]),
        forms=tuple((one, answers.judged(one)) for one in sorted(forms, key=lambda one: (one.edition, one.id))),
        bills=tuple(one for one in shelf.bills.values() if key_of(aliases, one.of.maker, one.of.name) == key),
        contradictions=tuple(found[:MOST]),
        scoring=f"/risk/scoring?{urlencode({'model': model.model})}",
    )
