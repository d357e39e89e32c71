"""Importing the GMAO's list: first a dry run, then the decision to keep it.

Question: what would this file change, and what does it know that the network does not, and the reverse?
Reference: reference of the pages 7.2 (bulk claims with a dry run); domain note 11 §4 (the wizard);
`garde.inventory.reconcile`. The file travels with the form from step to step: nothing lies on the server in between.

Example: ``/import``
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed
from garde.gate import Guarded, status_of, visitor_of
from garde.inventory.reconcile import HEADS, Outcome, heads_of, plain, reconcile
from garde.model.device import Device
from garde.web.site import Site

#: Attributes that a column may be mapped to, in the order of the choice.
MAPPED: Final = tuple(HEADS)
#: Beginning of the name of a field that maps a column, before its number.
COLUMN: Final = "column."
#: Lines of one kind that are listed.
LISTED: Final = 200


class ImportPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        outcome: what the file says beside the inventory; None before a file was sent, or when it cannot be read.
        error: why it cannot.
        heads: its columns.
        chosen: column → the attribute it is mapped to.
        carried: the file in base64, for the next step.
        kept: whether its statements were kept.
        names: devices of the outcome by id.
        person: who imports.
    """

    outcome: Outcome | None = None
    error: GardeError | None = None
    heads: tuple[str, ...] = ()
    chosen: dict[str, str] = {}
    carried: str = ""
    kept: bool = False
    names: dict[str, Device] = {}
    person: str = ""
    mapped: tuple[str, ...] = MAPPED
    listed: int = LISTED


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "import.html", page=ImportPage())

    async def work(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=300, max_part_size=24 << 20) as form:
            upload = form.get("file")
            fresh = isinstance(upload, UploadFile) and bool(upload.filename)
            data = await upload.read() if isinstance(upload, UploadFile) and fresh else None
            shown = import_page(site, form, data, visitor_of(request).login)
        if shown.outcome is not None and shown.kept:
            site.say(*shown.outcome.decisions)
        status = int(status_of(shown.error)) if shown.error else 200
        return site.page(request, "import.html", status, page=shown)

    return [Guarded("/import", page, "imports.make"), Guarded("/import", work, "imports.make", methods=("POST",))]


def import_page(site: Site, form: FormData, data: bytes | None, login: str = "") -> ImportPage:
    """The record of the page.

    Args:
        site: its devices are compared with the file.
        form: the step: ``verb``, ``person``, ``map`` or the mapped columns, and the file of the step before.
        data: the file, when this step sent one.
        login: of who is signed in; in the demonstration people say their name.
    """
    person = login if login not in ("", "demonstration") else str(form.get("person", "")).strip()[:80]
    heads: list[str] = []
    carried = ""
    try:
        data = _carried(form.get("carried")) if data is None else data
        if not data:
            raise Malformed("import.empty", "No file was sent", hint="Choose a CSV file of the GMAO")
        heads = heads_of(data)
        carried = base64.b64encode(data).decode("ascii")
        outcome = reconcile(
            data, mapping_of(form, heads), site.store.all(Device), at=site.now(), person=person or "web"
        )
    except GardeError as error:
        return ImportPage(
            error=error, heads=tuple(heads), chosen=_by_column(form, heads), carried=carried, person=person
        )
    return ImportPage(
        outcome=outcome,
        heads=tuple(heads),
        chosen={column: attribute for attribute, column in outcome.mapping.items()},
        carried=carried,
        kept=form.get("verb") == "keep",
        names=_names(site, outcome),
        person=person,
    )


def mapping_of(form: FormData, heads: list[str]) -> str:
    """The mapping that a form states, by its choices or in words; empty when columns shall be recognised."""
    chosen = _by_column(form, heads)
    if chosen:
        return ",".join(f"{attribute}={plain(column)}" for column, attribute in chosen.items())
    return str(form.get("map", ""))[:2000]


def _by_column(form: FormData, heads: list[str]) -> dict[str, str]:
    """Column → attribute, of the columns for which one was chosen."""
    return {
        head: attribute
        for number, head in enumerate(heads)
        if (attribute := str(form.get(f"{COLUMN}{number}", ""))) in MAPPED
    }


def _carried(text: object) -> bytes:
    try:
        return base64.b64decode(str(text or ""), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("import.carried", "The file was not sent whole", hint="Choose it again") from None


def _names(site: Site, outcome: Outcome) -> dict[str, Device]:
    ids = [match.device for match in outcome.matched] + list(outcome.strangers)
    return site.store.get(Device, ids)
