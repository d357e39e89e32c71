"""People, and the machines of the wards: who may do what.

Question: who may come in, with which roles, and over which part of the hospital?
Reference: reference of the pages 6.1 and 7.14. Every change is a decision in the log, with the login of who made it.

Example: ``/people/p-5f0c``
"""

from __future__ import annotations

import datetime as dt

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import Conflict, GardeError, Malformed, Missing, Refused
from garde.gate import Guarded, status_of, visitor_of
from garde.model.person import Grant, Person
from garde.model.visible import visible
from garde.people.roles import Role, roles
from garde.people.secret import Credential, Kiosk, Session, Token
from garde.web.site import Site

#: Wards that are offered in forms.
WARDS = 200


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the list shows.

    Attributes:
        people: everybody, by login; ``alone`` is the login of the last administrator, or empty.
        factors: ids of people who use a second factor.
        seen: id → when they were last here.
        roles: every role.
        wards: names of wards, to choose from.
        manages: the reader may change what is shown.
        error, login, name: a form that could not be taken.
        setup: the first-run assistant goes on here.
    """

    people: tuple[Person, ...]
    alone: str
    factors: frozenset[str]
    seen: dict[str, int]
    roles: tuple[Role, ...]
    wards: tuple[str, ...]
    manages: bool
    error: GardeError | None = None
    login: str = ""
    name: str = ""
    setup: bool = False


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a person shows."""

    person: Person
    factor: bool
    sessions: tuple[Session, ...]
    tokens: tuple[Token, ...]
    roles: tuple[Role, ...]
    wards: tuple[str, ...]
    manages: bool
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of these screens."""

    def page(request: Request) -> Response:
        setup = request.query_params.get("setup") == "1"
        return site.page(request, "people.html", page=people_page(site, request, setup=setup))

    async def add(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=16) as form:
            return await run_in_threadpool(_add, site, request, form)

    def one(request: Request) -> Response:
        return site.page(request, "person.html", page=person_page(site, request))

    async def change(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=16) as form:
            return await run_in_threadpool(_change, site, request, form)

    def kiosks(request: Request) -> Response:
        return site.page(request, "kiosks.html", **_kiosks(site))

    async def set_kiosk(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            ward, code = str(form.get("ward", "")).strip()[:120], str(form.get("code", ""))[:256]
        try:
            if not ward:
                raise Malformed("kiosk.ward", "Say which ward")
            await run_in_threadpool(site.register.set_kiosk, visitor_of(request).login, site.now(), ward, code)
        except (Refused, Malformed) as error:
            return site.page(request, "kiosks.html", int(status_of(error)), **(_kiosks(site) | {"error": error}))
        return RedirectResponse("/kiosks", 303)

    return [
        Guarded("/people", page, "people.read"),
        Guarded("/people", add, "people.manage", methods=("POST",)),
        Guarded("/people/{person}", one, "people.read"),
        Guarded("/people/{person}", change, "people.manage", methods=("POST",)),
        Guarded("/kiosks", kiosks, "settings.manage"),
        Guarded("/kiosks", set_kiosk, "settings.manage", methods=("POST",)),
    ]


def people_page(site: Site, request: Request, *, error: GardeError | None = None, **more: object) -> PeoplePage:
    """The record of the list."""
    people = tuple(site.register.people())
    credentials = site.store.get(Credential, [one.id for one in people])
    seen = {}
    for name, sessions in site.store.linked(Session, [one.id for one in people]).items():
        seen[name] = max(session.seen_at for session in sessions)
    alone = next((one.login for one in people if site.register.sole_administrator(one)), "")
    page = PeoplePage(
        people=people,
        alone=alone,
        factors=frozenset(name for name, one in credentials.items() if one.factor),
        seen=seen,
        roles=tuple(roles()),
        wards=wards_of(site),
        manages=visitor_of(request).may("people.manage"),
        error=error,
    )
    return msgspec.structs.replace(page, **more)


def wards_of(site: Site) -> tuple[str, ...]:
    """Names of wards where devices are; one that hides letters is offered to nobody."""
    return tuple(value for value in site.fleet.values("ward") if visible(value) == value)[:WARDS]


def _add(site: Site, request: Request, form: FormData) -> Response:
    words = {name: str(form.get(name, ""))[:256] for name in ("login", "name", "mail", "language", "password")}
    try:
        person = site.register.add(
            visitor_of(request).login,
            site.now(),
            login=words["login"],
            name=words["name"],
            mail=words["mail"],
            language=words["language"] if words["language"] in ("fr", "en") else "",
            secret=words["password"],
            grants=(_grant(form),) if form.get("role") else (),
        )
    except (Conflict, Malformed, Refused) as error:
        page = people_page(site, request, error=error, login=words["login"], name=words["name"])
        return site.page(request, "people.html", int(status_of(error)), page=page)
    return RedirectResponse(f"/people/{person.id}", 303)


def _grant(form: FormData) -> Grant:
    return Grant(*(str(form.get(name, "")).strip()[:120] for name in ("role", "site", "ward", "kind")))


def person_page(site: Site, request: Request, error: GardeError | None = None) -> PersonPage:
    """The record of the page of a person."""
    person = site.register.person(request.path_params["person"])
    sessions = site.store.linked(Session, [person.id]).get(person.id, [])
    now = site.now()
    return PersonPage(
        person=person,
        factor=bool(site.register.credential(person).factor),
        sessions=tuple(sorted((one for one in sessions if one.lives(now)), key=lambda one: -one.seen_at)),
        tokens=tuple(site.store.linked(Token, [person.id]).get(person.id, [])),
        roles=tuple(roles()),
        wards=wards_of(site),
        manages=visitor_of(request).may("people.manage"),
        error=error,
    )


def _change(site: Site, request: Request, form: FormData) -> Response:
    register, by, now = site.register, visitor_of(request).login, site.now()
    person = register.person(request.path_params["person"])
    verb, reason = str(form.get("verb", "")), str(form.get("reason", "")).strip()[:500]
    try:
        match verb:
            case "grant":
                register.change(by, now, person, reason, grants=tuple(dict.fromkeys((*person.grants, _grant(form)))))
            case "ungrant":
                number = str(form.get("number", ""))
                kept = tuple(one for place, one in enumerate(person.grants) if str(place) != number)
                register.change(by, now, person, reason, grants=kept)
            case "activate" | "deactivate":
                register.change(by, now, person, reason, active=verb == "activate")
            case "details":
                name = str(form.get("name", "")).strip()[:120] or person.name
                register.change(by, now, person, reason, name=name, mail=str(form.get("mail", "")).strip()[:120])
            case "password":
                register.set_password(by, now, person, str(form.get("password", ""))[:257])
            case "factor":
                register.remove_factor(by, now, person, reason)
            case "token":
                token = site.store.get(Token, [str(form.get("token", ""))]).get(str(form.get("token", "")))
                if token is None or token.person != person.id:
                    raise Missing("token.unknown", "There is no such token")
                register.revoke_token(by, now, token)
            case "remove":
                register.remove(by, now, person, reason)
                return RedirectResponse("/people", 303)
            case _:
                raise Malformed("person.verb", f"{verb!r} is nothing one can do with a person")
    except (Refused, Malformed, Conflict) as error:
        return site.page(request, "person.html", int(status_of(error)), page=person_page(site, request, error))
    return RedirectResponse(f"/people/{person.id}", 303)


def _kiosks(site: Site) -> dict[str, object]:
    return {"kiosks": sorted(one.id for one in site.store.all(Kiosk)), "wards": wards_of(site), "error": None}


def day_end(text: str) -> int:
    """The end of a day in a form, in nanoseconds since 1970; 0 for none.

    Raises:
        Malformed: it is no date.
    """
    if not text:
        return 0
    try:
        day = dt.date.fromisoformat(text[:10])
        return (int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()) + 86_400) * 1_000_000_000
    except (ValueError, OverflowError):
        raise Malformed("form.date", f"{text[:20]!r} is no date", hint="YYYY-MM-DD") from None
