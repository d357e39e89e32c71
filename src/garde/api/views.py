"""Saved views: lists that a person keeps under a name.

Question: which lists does the caller come back to, on their pages and from their programs?
Reference: reference of the pages §6 (the address is the state). Only addresses of this site are kept.

Example: ``PUT /api/v1/me/views/pumps`` with ``{"address": "/devices?kind=INF_SYR"}``
"""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from garde.api.ask import Ask, Reply
from garde.api.records import Page
from garde.errors import Malformed, Missing, Refused
from garde.model.decision import word
from garde.model.message import digest
from garde.model.person import SavedView

#: Views of one person, and the longest name.
MOST: Final = 50
LONGEST: Final = 60


class ViewRecord(Struct, frozen=True, kw_only=True):
    """A list under its name."""

    name: str
    address: str


class ViewAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Path and query of a page of this site."""

    address: Annotated[str, Meta(min_length=1, max_length=2000)]


def listed(ask: Ask) -> Page[ViewRecord]:
    """The caller's views, by name."""
    found = sorted(_kept(ask).values(), key=lambda one: one.name.lower())
    return Page(items=tuple(ViewRecord(name=one.name, address=one.address) for one in found), total=len(found))


def keep(ask: Ask) -> ViewRecord:
    """Keep a list under a name, or another list under the same."""
    person, wanted = ask.person(), ask.body
    kept, name = _kept(ask), ask.path["view"].strip()
    if not name or len(name) > LONGEST or not name.isprintable() or (len(kept) >= MOST and name not in kept):
        raise Refused("view.name", "A view needs a name", hint=f"At most {MOST} are kept")
    if not _inside(wanted.address):
        raise Malformed("view.address", "This is no address of a page of this site", hint="/devices?kind=CT")
    view = SavedView(id=f"v-{digest('view', person.id, name)}", person=person.id, name=name, address=wanted.address)
    with ask.site.store.begin() as unit:
        unit.put([view])
        unit.append([word("view.save", ask.visitor.login, ask.site.now(), about=view.id, value=name)])
    return ViewRecord(name=name, address=wanted.address)


def remove(ask: Ask) -> Reply:
    """Keep a list no longer."""
    found = _kept(ask).get(ask.path["view"])
    if found is None:
        raise Missing("view.unknown", "There is no such view of yours")
    with ask.site.store.begin() as unit:
        unit.drop(SavedView, [found.id])
        unit.append([word("view.remove", ask.visitor.login, ask.site.now(), about=found.id)])
    return Reply(status=204)


def _kept(ask: Ask) -> dict[str, SavedView]:
    name = ask.person().id
    return {one.name: one for one in ask.site.store.linked(SavedView, [name]).get(name, [])}


def _inside(address: str) -> bool:
    """Whether it is an address of this site: nobody is sent elsewhere."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc
