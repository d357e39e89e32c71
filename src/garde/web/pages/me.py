"""Me: what I hold, how I prove who I am, where I am signed in, and which programs may speak for me.

Question: which roles do I have, and is every way into my account mine?
Reference: issue 3 part 1; RFC 6238 for the second factor; reference of the pages §5 (language per person). Secrets are
shown once, at the moment they are made.

Example: ``/me``
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Malformed, Missing, Refused
from garde.gate import Guarded, status_of, visitor_of
from garde.model.person import Person
from garde.people import factor, password
from garde.people.roles import RIGHTS, roles
from garde.people.secret import Session, Token
from garde.web.pages.people import day_end
from garde.web.site import Site

Kept = TypeVar("Kept", Session, Token)


class MePage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows.

    Attributes:
        person: the reader.
        factor: a second factor is asked for; ``left`` is how many recovery codes were not used.
        key, picture: a new second factor's secret and its picture, while one is being set.
        sessions, here: where the reader is signed in, and the id of this session.
        tokens: programs that speak for the reader.
        rights: what a token may be given, with its meaning.
        codes: recovery codes just made.
        made: a token just made.
        error: a form that could not be taken.
    """

    person: Person
    factor: bool
    left: int
    key: str
    picture: Markup
    sessions: tuple[Session, ...]
    here: str
    tokens: tuple[Token, ...]
    rights: tuple[tuple[str, str], ...]
    codes: tuple[str, ...] = ()
    made: str = ""
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of this screen."""

    def page(request: Request) -> Response:
        person = visitor_of(request).person
        if person is None:
            return RedirectResponse("/sign-in?back=/me", 303)
        return site.page(request, "me.html", page=me_page(site, request, person))

    async def change(request: Request) -> Response:
        person = visitor_of(request).person
        if person is None:
            return RedirectResponse("/sign-in?back=/me", 303)
        async with request.form(max_files=0, max_fields=40) as form:
            return await run_in_threadpool(_change, site, request, person, form)

    return [Guarded("/me", page, ""), Guarded("/me", change, "", methods=("POST",))]


def me_page(site: Site, request: Request, person: Person, **more: object) -> MePage:
    """The record of the page."""
    now = site.now()
    kept = site.register.credential(person)
    visitor = visitor_of(request)
    held = sorted({right for role in person.roles for right in roles()[role].rights})
    sessions = site.store.linked(Session, [person.id]).get(person.id, [])
    page = MePage(
        person=person,
        factor=bool(kept.factor),
        left=len(kept.recovery),
        key="",
        picture=Markup(),
        sessions=tuple(sorted((one for one in sessions if one.lives(now)), key=lambda one: -one.seen_at)),
        here=visitor.session.id if visitor.session else "",
        tokens=tuple(site.store.linked(Token, [person.id]).get(person.id, [])),
        rights=tuple((right, RIGHTS[right]) for right in held),
    )
    return msgspec.structs.replace(page, **more)


def picture_of(key: str, login: str, site: str) -> Markup:
    """The code that a telephone's camera reads, as SVG without styles."""
    code = segno.make(factor.address(key, login, site), error="m")
    # segno writes only numbers and its own words into the picture.
    return Markup(code.svg_inline(scale=4, border=2, omitsize=False, svgclass="code-picture", lineclass=None))  # noqa: S704


def _change(site: Site, request: Request, person: Person, form: FormData) -> Response:
    register, now, verb = site.register, site.now(), str(form.get("verb", ""))
    more: dict[str, object] = {}
    try:
        match verb:
            case "password":
                _prove(site, person, form)
                if form.get("password") != form.get("again"):
                    raise Refused("password.again", "The two passwords differ")
                register.set_password(person.login, now, person, str(form.get("password", ""))[:257])
                return RedirectResponse("/sign-in", 303)
            case "factor.begin":
                key = factor.secret()
                more = {"key": key, "picture": picture_of(key, person.login, site.name)}
            case "factor.set":
                more = {
                    "codes": register.set_factor(now, person, str(form.get("key", ""))[:64], str(form.get("code", "")))
                }
            case "factor.remove":
                _prove(site, person, form)
                register.remove_factor(person.login, now, person, "by themselves")
            case "recovery":
                _prove(site, person, form)
                more = {"codes": register.make_recovery(now, person)}
            case "language":
                chosen = str(form.get("language", ""))
                register.change(person.login, now, person, language=chosen if chosen in ("fr", "en") else "")
            case "session":
                register.end_session(person.login, now, _own(site, Session, str(form.get("session", "")), person))
            case "token":
                rights = [str(one) for one in form.getlist("right")]
                until = day_end(str(form.get("until", "")))
                more = {"made": register.make_token(now, person, str(form.get("name", "")), rights, until)}
            case "revoke":
                register.revoke_token(person.login, now, _own(site, Token, str(form.get("token", "")), person))
            case _:
                raise Malformed("me.verb", f"{verb!r} is nothing one can do here")
    except (Refused, Malformed) as error:
        if verb == "factor.set":
            key = str(form.get("key", ""))[:64]
            more = {"key": key, "picture": picture_of(key, person.login, site.name)} if key.isalnum() else {}
        page = me_page(site, request, person, error=error, **more)
        return site.page(request, "me.html", int(status_of(error)), page=page)
    if not more:
        return RedirectResponse("/me", 303)
    return site.page(request, "me.html", page=me_page(site, request, person, **more))


def _prove(site: Site, person: Person, form: FormData) -> None:
    """Whoever walks by an open machine must not change how its person comes in.

    Raises:
        Refused: not the password.
    """
    kept = site.register.credential(person)
    if kept.password and not password.matches(kept.password, str(form.get("now", ""))):
        raise Refused("me.password", "This is not your present password")


def _own(site: Site, kind: type[Kept], name: str, person: Person) -> Kept:
    one = site.store.get(kind, [name]).get(name)
    if one is None or one.person != person.id:
        raise Missing("me.unknown", "There is no such thing of yours")
    return one
