"""Coming in and going out: the door, the first-run assistant, and the ward's shared machine.

Question: who are you, and if nobody was here before, who will let the others in?
Reference: reference of the pages 7.13 (kiosk) and 7.14 (first-run assistant). A refusal never says which of login,
password and code was wrong; a form keeps what was typed, but never a password.

Example: ``/sign-in?back=/alerts``
"""

from __future__ import annotations

import hmac
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Refused
from garde.gate import COOKIE, SECURE, Guarded, origin_of, status_of, visitor_of
from garde.model.person import Grant
from garde.people.door import STRANGER
from garde.people.secret import Kiosk
from garde.web.navigation import landing
from garde.web.site import Site, inside


class SignInPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the door shows.

    Attributes:
        back: address to go on with.
        login: what was typed.
        asks_code: the password was right; the second factor is asked for.
        error: why it did not open.
        provider: name of the identity provider, or empty.
    """

    back: str = "/"
    login: str = ""
    asks_code: bool = False
    error: GardeError | None = None
    provider: str = ""


class SetupPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the first-run assistant shows."""

    login: str = ""
    name: str = ""
    error: GardeError | None = None


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of these screens."""

    def door(request: Request) -> Response:
        if site.door is not None and site.register.empty():
            return RedirectResponse("/setup", 303)
        return site.page(request, "sign-in.html", page=_door(site, request.query_params.get("back", "/")))

    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")) for name in ("login", "password", "code", "back")}
        # Elsewhere than in the loop that serves everybody: a password's hash is slow on purpose.
        return await run_in_threadpool(_sign_in, site, request, words)

    def sign_out(request: Request) -> Response:
        visitor = visitor_of(request)
        onward = ""
        if visitor.session is not None:
            site.register.end_session(visitor.login, site.now(), visitor.session)
            if site.oidc is not None and visitor.session.way == "oidc":
                onward = site.oidc.leave(visitor.session.hint)
        response = sent_on(site, request, onward, out=True) if onward else RedirectResponse("/sign-in", 303)
        response.delete_cookie(_name(site), secure=site.secure, httponly=True, samesite="lax")
        return response

    def setup(request: Request) -> Response:
        _only_first(site)
        return site.page(request, "setup.html", page=SetupPage())

    async def begin(request: Request) -> Response:
        _only_first(site)
        async with request.form(max_files=0, max_fields=8) as form:
            words = {name: str(form.get(name, "")) for name in ("login", "name", "password", "again", "code", "lang")}
        return await run_in_threadpool(first, site, request, words)

    def kiosk(request: Request) -> Response:
        wards = sorted(one.id for one in site.store.all(Kiosk))
        return site.page(request, "kiosk.html", wards=wards, ward=request.query_params.get("ward", ""), error=None)

    async def enter(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            ward, code = str(form.get("ward", ""))[:120], str(form.get("code", ""))[:256]
        return await run_in_threadpool(open_kiosk, site, request, ward, code)

    return [
        Guarded("/sign-in", door, ""),
        Guarded("/sign-in", sign_in, "", methods=("POST",)),
        Guarded("/sign-out", sign_out, "", methods=("POST",)),
        Guarded("/setup", setup, ""),
        Guarded("/setup", begin, "", methods=("POST",)),
        Guarded("/kiosk", kiosk, ""),
        Guarded("/kiosk", enter, "", methods=("POST",)),
    ]


def _sign_in(site: Site, request: Request, words: dict[str, str]) -> Response:
    back = inside(words["back"] or "/")
    if site.door is None:
        return RedirectResponse(back, 303)
    try:
        person, cookie = site.door.sign_in(
            words["login"],
            words["password"],
            words["code"],
            origin=origin_of(request),
            agent=request.headers.get("user-agent", ""),
            now=site.now(),
        )
    except GardeError as error:
        page = msgspec.structs.replace(
            _door(site, back), login=words["login"][:64], asks_code=error.code == "access.code",
            error=None if error.code == "access.code" else error,
        )  # fmt: skip
        status = 200 if error.code == "access.code" else int(status_of(error))
        return site.page(request, "sign-in.html", status, page=page)
    return admitted(site, cookie, landing(person.roles) if back == "/" else back)


def admitted(site: Site, cookie: str, to: str, lasts: int | None = None) -> Response:
    """The answer that carries a new session's cookie."""
    response = RedirectResponse(to, 303)
    response.set_cookie(_name(site), cookie, max_age=lasts, secure=site.secure, httponly=True, samesite="lax", path="/")
    return response


def sent_on(site: Site, request: Request, address: str, *, out: bool = False) -> Response:
    """A page that goes on to the identity provider by itself.

    A browser holds ``form-action`` of our own policy against every redirect of a form, so a redirect would not do.
    """
    request.state.visitor = STRANGER if out else visitor_of(request)
    response = site.page(request, "provider.html", address=address, name=site.provider, out=out)
    response.headers["refresh"] = f"0;url={address}"
    response.headers["referrer-policy"] = "no-referrer"
    return response


def first(site: Site, request: Request, words: dict[str, str]) -> Response:
    """Make the first administrator, who is also RSSI until somebody else is, and sign them in."""
    try:
        if not hmac.compare_digest(words["code"].strip().encode(), site.setup_code.encode()):
            raise Refused("setup.code", "This is not the code that Garde printed when it started")
        if words["password"] != words["again"]:
            raise Refused("password.again", "The two passwords differ")
        person = site.register.add(
            "setup",
            site.now(),
            login=words["login"],
            name=words["name"],
            secret=words["password"] or " ",
            language=words["lang"] if words["lang"] in ("fr", "en") else "",
            grants=(Grant("administrator"), Grant("rssi")),
            first=True,
        )
    except GardeError as error:
        page = SetupPage(login=words["login"][:64], name=words["name"][:120], error=error)
        return site.page(request, "setup.html", int(status_of(error)), page=page)
    assert site.door is not None
    agent = request.headers.get("user-agent", "")
    cookie = site.door.open(person, "password", origin=origin_of(request), agent=agent, now=site.now())
    return admitted(site, cookie, "/people?setup=1")


def open_kiosk(site: Site, request: Request, ward: str, code: str) -> Response:
    """Open the page of a ward on its shared machine."""
    if site.door is None:
        return RedirectResponse(f"/ward/{quote(ward, safe='')}", 303)
    agent = request.headers.get("user-agent", "")
    try:
        cookie = site.door.open_kiosk(ward, code, origin=origin_of(request), agent=agent, now=site.now())
    except GardeError as error:
        wards = sorted(one.id for one in site.store.all(Kiosk))
        return site.page(request, "kiosk.html", int(status_of(error)), wards=wards, ward=ward, error=error)
    return admitted(site, cookie, f"/ward/{quote(ward, safe='')}", lasts=31 * 86_400)


def _door(site: Site, back: str) -> SignInPage:
    return SignInPage(back=inside(back), provider=site.provider)


def _only_first(site: Site) -> None:
    """Whether the assistant is open.

    Raises:
        Refused: somebody was added already, or this is the demonstration.
    """
    if site.door is None or not site.register.empty():
        raise Refused("setup.done", "Garde was set up already", hint="Sign in")


def _name(site: Site) -> str:
    return SECURE if site.secure else COOKIE
