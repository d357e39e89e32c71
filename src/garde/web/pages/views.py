"""Saved views: lists that a person keeps under a name.

Question: how do I come back to this very list?
Reference: reference of the pages §6 (the address is the state). Only addresses of this site are kept.

Example: ``POST /views`` with ``name`` and ``address``
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Refused
from garde.gate import Guarded, visitor_of
from garde.model.decision import word
from garde.model.message import digest
from garde.model.person import SavedView
from garde.web.site import Site, inside

MOST: Final = 50


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of saved views."""

    async def change(request: Request) -> Response:
        visitor = visitor_of(request)
        async with request.form(max_files=0, max_fields=8) as form:
            name = str(form.get("name", "")).strip()[:60]
            address = inside(str(form.get("address", ""))[:2000])
            remove = str(form.get("remove", ""))
        if visitor.person is None:
            raise Refused("view.nobody", "Views are kept for people who are signed in")
        kept = views_of(site, request)
        with site.store.begin() as unit:
            if remove:
                unit.drop(SavedView, [one.id for one in kept if one.id == remove])
                unit.append([word("view.remove", visitor.login, site.now(), about=remove)])
            else:
                if not name or (len(kept) >= MOST and name not in {one.name for one in kept}):
                    raise Refused("view.name", "A view needs a name", hint=f"At most {MOST} are kept")
                view = SavedView(
                    id=f"v-{digest('view', visitor.person.id, name)}", person=visitor.person.id, name=name,
                    address=address,
                )  # fmt: skip
                unit.put([view])
                unit.append([word("view.save", visitor.login, site.now(), about=view.id, value=name)])
        return RedirectResponse(address, 303)

    return [Guarded("/views", change, "devices.read", methods=("POST",))]


def views_of(site: Site, request: Request) -> tuple[SavedView, ...]:
    """The lists that the reader keeps, by name."""
    person = visitor_of(request).person
    if person is None:
        return ()
    found = site.store.linked(SavedView, [person.id]).get(person.id, [])
    return tuple(sorted(found, key=lambda one: one.name.lower()))
