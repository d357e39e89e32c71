"""Forms: what suppliers answered about the security of their devices, and whom nobody has asked yet.

Question: what does this supplier admit, what must a person still read, and which models have no form?
Reference: ANSI/NEMA HN 1; domain note 03 §3. A model without a form counts 0.7 and is a task: obtain it. Left out:
reading the note that an answer points to, which the supplier's own paper has.

Example: ``/risk/forms``
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import Missing
from garde.gate import Guarded
from garde.model.finding import Finding
from garde.model.risk.vulnerability import Form, Source
from garde.report.table import csv_of
from garde.risk.vulnerability import answers
from garde.risk.vulnerability.contradiction import FORM
from garde.web.pages.risk.models import Model, key_of, models_of
from garde.web.pages.risk.view import library_of
from garde.web.site import Site

#: Models without a form that are listed; the file has all.
MOST: Final = 200


class Answered(msgspec.Struct, frozen=True):
    """A form, its document, what it comes to, and the devices it is about."""

    form: Form
    source: Source
    judged: answers.Judged
    model: Model | None


class FormsPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        forms: those that were imported, the largest gap first.
        missing: models without one, the highest risk first; ``total`` is how many.
    """

    forms: tuple[Answered, ...]
    missing: tuple[Model, ...]
    total: int


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """One form.

    Attributes:
        answered: the form and what it comes to.
        contradictions: question → findings that what is seen contradicts the answer.
        ask: questions whose answer is in a note.
    """

    answered: Answered
    contradictions: dict[str, tuple[Finding, ...]]
    ask: frozenset[str]


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def every(request: Request) -> Response:
        return site.page(request, "forms.html", page=forms_page(site, request))

    def table(request: Request) -> Response:
        rows = (
            {"maker": one.maker, "model": one.model, "devices": str(len(one.ids)), "risk": str(one.risk)}
            for one in models_of(site, request).values()
            if not one.form
        )
        headers = {"content-disposition": 'attachment; filename="mds2-to-obtain.csv"'}
        text = csv_of(("maker", "model", "devices", "risk"), rows)
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    def page(request: Request) -> Response:
        return site.page(request, "form.html", page=form_page(site, request))

    return [
        Guarded("/risk/forms", every, "risk.read"),
        Guarded("/risk/forms.csv", table, "risk.read"),
        Guarded("/risk/forms/{form}", page, "risk.read"),
    ]


def forms_page(site: Site, request: Request) -> FormsPage:
    """The record of the list."""
    models = models_of(site, request)
    found = [_answered(site, one, models) for one in library_of(site).forms.values()]
    found.sort(key=lambda one: (-one.judged.value, one.form.maker, one.form.model, one.form.id))
    missing = [one for one in models.values() if not one.form]
    return FormsPage(forms=tuple(found), missing=tuple(missing[:MOST]), total=len(missing))


def form_page(site: Site, request: Request) -> FormPage:
    """The record of one form.

    Raises:
        Missing: there is none of that id.
    """
    form = library_of(site).forms.get(request.path_params["form"])
    if form is None:
        raise Missing("form.unknown", "There is no such form", hint="Import it")
    one = _answered(site, form, models_of(site, request))
    found: dict[str, tuple[Finding, ...]] = {}
    for name in one.model.ids if one.model else ():
        for finding in site.queue.of(name):
            if finding.rule == FORM:
                found[finding.identifier] = (*found.get(finding.identifier, ()), finding)
    return FormPage(answered=one, contradictions=found, ask=frozenset(one.judged.ask))


def _answered(site: Site, form: Form, models: dict[tuple[str, str], Model]) -> Answered:
    source = library_of(site).sources[form.source]
    return Answered(form, source, answers.judged(form), models.get(key_of(site.risk.aliases, form.maker, form.model)))
