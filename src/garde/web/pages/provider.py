"""Signing in with the hospital's identity provider: going there, coming back, and being signed out from there.

Question: somebody comes back from the provider; are they let in, and what are they told when not?
Reference: OpenID Connect Core 1.0 §3.1.2; Back-Channel Logout 1.0 §2.5, §2.8; the protocol stands in `garde.web.oidc`.
Every refusal is an `Access` of the way ``oidc`` with its code; what the provider sent is written nowhere.

Example: ``/sign-in/provider/callback?code=…&state=…``
"""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.errors import GardeError, Missing, Refused
from garde.gate import Guarded, origin_of, status_of
from garde.model.person import Person
from garde.people.identity import BY, admit
from garde.people.register import access
from garde.people.secret import Session
from garde.people.throttle import Throttle
from garde.web.navigation import landing
from garde.web.oidc import CALLBACK, LASTS, Provider
from garde.web.pages.access import SignInPage, admitted, sent_on
from garde.web.site import Site, inside

#: Cookie of a sign-in that was begun; over TLS it is bound to this host (RFC 6265bis §4.1.3.2).
COOKIE: Final = "garde-oidc"
SECURE: Final = "__Host-garde-oidc"
_SECOND: Final = 1_000_000_000
#: Visits of one network address in five minutes: a whole house may stand behind one, and each sign-in is two.
BURST: Final = 600


def routes(site: Site) -> list[BaseRoute]:
    """The addresses of these screens."""
    tries = Throttle(BURST, 300 * _SECOND)

    async def begin(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            back = inside(str(form.get("back", "/")) or "/")
        return await run_in_threadpool(_begin, site, request, back, tries)

    def callback(request: Request) -> Response:
        return _finish(site, request, tries)

    async def sign_out(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            token = str(form.get("logout_token", ""))
        return await run_in_threadpool(_ended, site, request, token, tries)

    return [
        Guarded("/sign-in/provider", begin, "", methods=("POST",)),
        Guarded(CALLBACK, callback, ""),
        Guarded("/sign-in/provider/sign-out", sign_out, "", methods=("POST",)),
    ]


def _begin(site: Site, request: Request, back: str, tries: Throttle) -> Response:
    if site.door is None:
        return RedirectResponse(back, 303)
    try:
        address, cookie = _provider(site, request, tries).begin(back, site.now())
    except GardeError as error:
        return _refused(site, request, error, back=back)
    response = sent_on(site, request, address)
    lasts = LASTS // _SECOND
    response.set_cookie(_name(site), cookie, max_age=lasts, secure=site.secure, httponly=True, samesite="lax", path="/")
    return response


def _finish(site: Site, request: Request, tries: Throttle) -> Response:
    if site.door is None:
        return RedirectResponse("/", 303)
    now, login = site.now(), ""
    try:
        provider = _provider(site, request, tries)
        arrival = provider.finish(request.query_params.multi_items(), request.cookies.get(_name(site), ""), now)
        login = arrival.who.login
        person = admit(site.register, arrival.who, unknown=provider.unknown, mapped=bool(provider.rows), at=now)
    except GardeError as error:
        return _forgotten(site, _refused(site, request, error, login=login))
    cookie = site.door.open(
        person, "oidc", origin=origin_of(request), agent=request.headers.get("user-agent", ""), now=now,
        sid=arrival.sid, hint=arrival.hint,
    )  # fmt: skip
    back = inside(arrival.back)
    return _forgotten(site, admitted(site, cookie, landing(person.roles) if back == "/" else back))


def _ended(site: Site, request: Request, token: str, tries: Throttle) -> Response:
    """What the provider asks for from machine to machine: end the sessions of somebody."""
    try:
        subject, sid = _provider(site, request, tries).ended(token, site.now())
    except GardeError as error:
        _note(site, request, error, "")
        return JSONResponse({"error": "invalid_request", "error_description": error.code}, 400)
    person = site.register.by_subject(subject) if subject else None
    if not subject or person is not None:
        for session in _sessions(site, person, sid):
            site.register.end_session(BY, site.now(), session)
    return Response()


def _sessions(site: Site, person: Person | None, sid: str) -> list[Session]:
    if person is not None:
        found = site.store.linked(Session, [person.id]).get(person.id, [])
    else:
        found = list(site.store.all(Session))
    return [one for one in found if one.way == "oidc" and (not sid or one.sid == sid)]


def _provider(site: Site, request: Request, tries: Throttle) -> Provider:
    """The provider, if there is one and this machine does not ask too often."""
    if site.oidc is None:
        raise Missing("oidc.none", "No identity provider is set up here", hint="Sign in with your password")
    if not tries.passes(origin_of(request), site.now()):
        raise Refused("access.throttled", "Too many tries from this machine", hint="Wait a few minutes")
    return site.oidc


def _refused(site: Site, request: Request, error: GardeError, *, back: str = "/", login: str = "") -> Response:
    """The door again, with the reason; nothing of the address it came from, which holds a code."""
    _note(site, request, error, login)
    here = Request({**request.scope, "path": "/sign-in", "query_string": b""})
    page = SignInPage(back=back, error=error, provider=site.provider)
    response = site.page(here, "sign-in.html", int(status_of(error)), page=page)
    response.headers["referrer-policy"] = "no-referrer"
    return response


def _note(site: Site, request: Request, error: GardeError, login: str) -> None:
    # A stranger who is braked, or knocks where there is no door, must not fill the log.
    if site.door is not None and error.code not in ("access.throttled", "oidc.none"):
        outcome = "expired" if error.code == "oidc.expired" else "refused"
        site.register.note(access(login, outcome, "oidc", site.now(), origin_of(request), error.code))


def _forgotten(site: Site, response: Response) -> Response:
    response.delete_cookie(_name(site), secure=site.secure, httponly=True, samesite="lax")
    return response


def _name(site: Site) -> str:
    return SECURE if site.secure else COOKIE
