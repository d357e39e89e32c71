"""Importing the GMAO's list: first a dry run, then the decision to keep it.

Question: what would this file change, and what does it know that the network does not, and the reverse?
Reference: reference of the pages 7.2 (bulk claims with a dry run); `garde.inventory.reconcile`. The file is sent
again to keep it, so nothing lies on the server between the two.

Example: ``/import``
"""

from __future__ import annotations

import base64
import binascii

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from garde.errors import GardeError, Malformed
from garde.inventory.reconcile import Outcome, reconcile
from garde.model.device import Device
from garde.web.site import STATUS, Site


def routes(site: Site) -> list[Route]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        return site.page(request, "import.html", outcome=None, error=None, mapping="", carried="", kept=False, names={})

    async def work(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=8, max_part_size=24 << 20) as form:
            mapping = str(form.get("map", ""))[:2000]
            person = str(form.get("person", "")).strip()[:80] or "web"
            keep = form.get("verb") == "keep"
            upload = form.get("file")
            data = (
                await upload.read()
                if isinstance(upload, UploadFile) and upload.filename
                else _carried(form.get("carried"))
            )
        try:
            outcome = _compare(site, data, mapping, person)
        except GardeError as error:
            status = int(STATUS.get(type(error), 422))
            return site.page(
                request,
                "import.html",
                status,
                outcome=None,
                error=error,
                mapping=mapping,
                carried="",
                kept=False,
                names={},
            )
        if keep:
            site.bus.publish(outcome.decisions)
            if site.settle is not None:
                site.settle()
        return site.page(
            request,
            "import.html",
            outcome=outcome,
            error=None,
            mapping=mapping,
            carried=base64.b64encode(data).decode("ascii"),
            kept=keep,
            names=_names(site, outcome),
        )

    return [Route("/import", page), Route("/import", work, methods=["POST"])]


def _compare(site: Site, data: bytes, mapping: str, person: str) -> Outcome:
    if not data:
        raise Malformed("import.empty", "No file was sent", hint="Choose a CSV file of the GMAO")
    return reconcile(data, mapping, site.store.all(Device), at=site.now(), person=person)


def _carried(text: object) -> bytes:
    try:
        return base64.b64decode(str(text or ""), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("import.carried", "The file was not sent whole", hint="Choose it again") from None


def _names(site: Site, outcome: Outcome) -> dict[str, Device]:
    ids = [match.device for match in outcome.matched] + list(outcome.strangers)
    return site.store.get(Device, ids)
