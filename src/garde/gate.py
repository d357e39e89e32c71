"""The gate: who asks, may they, and what does every answer promise the browser?

Question: is this request from a page of this site, by somebody who holds the right that the address asks for?
Reference: Fetch Metadata and RFC 6454 (who may post), CSP 3, RFC 6265bis (cookies), RFC 6750 (bearer tokens), RFC 9457
(problems). Every address is a `Guarded` route with the name of one right, or the empty one where everybody may; a test
walks over all of them with all roles.

Example::

    Guarded("/devices", page, "devices.read")
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from garde.errors import Conflict, GardeError, Malformed, Missing, Refused, Unreachable, Untrusted
from garde.model.person import Grant
from garde.people.door import STRANGER, Door, Visitor
from garde.people.roles import holders, roles
from garde.people.throttle import Throttle

#: Nothing from elsewhere, nothing inline.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
#: Which answer an error is (RFC 9110 §15).
STATUS: Final[dict[type[GardeError], HTTPStatus]] = {
    Malformed: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refused: HTTPStatus.FORBIDDEN,
    Untrusted: HTTPStatus.FORBIDDEN,
    Missing: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unreachable: HTTPStatus.SERVICE_UNAVAILABLE,
}
#: Refusals that a client may mend by waiting or by saying who it is.
CODES: Final = {
    "access.throttled": HTTPStatus.TOO_MANY_REQUESTS,
    "access.wait": HTTPStatus.TOO_MANY_REQUESTS,
    "access.signed-out": HTTPStatus.UNAUTHORIZED,
    "access.refused": HTTPStatus.UNAUTHORIZED,
    "access.code": HTTPStatus.UNAUTHORIZED,
}
#: Largest body of a request, in octets.
LARGEST: Final = 16 << 20
#: Name of the session's cookie; over TLS it gets the prefix that binds it to this host (RFC 6265bis §4.1.3.2).
COOKIE: Final = "garde"
SECURE: Final = "__Host-garde"
#: Requests of one program or machine at once, and nanoseconds in which they are allowed again.
_BURST: Final = 1_200
_MINUTE: Final = 60 * 1_000_000_000

#: Everybody, before anybody was added: the demonstration hospital is nobody's secret.
DEMONSTRATION: Final = Visitor(
    grants=tuple(Grant(role.name) for role in roles() if role.name != "ward"), demonstration=True
)


class Guarded(Route):
    """A route and the right that it asks for."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        right: str,
        *,
        methods: Sequence[str] = ("GET",),
        name: str | None = None,
    ) -> None:
        self.right = right
        super().__init__(path, _checked(endpoint, right), methods=list(methods), name=name or endpoint.__name__)


def _checked(endpoint: Callable[..., Any], right: str) -> Callable[[Request], Awaitable[Response]]:
    waits = inspect.iscoroutinefunction(endpoint)

    async def checked(request: Request) -> Response:
        visitor = visitor_of(request)
        if not visitor.may(right):
            return refused(request, visitor, right)
        answer: Response = await (endpoint(request) if waits else run_in_threadpool(endpoint, request))
        return answer

    return checked


def refused(request: Request, visitor: Visitor, right: str) -> Response:
    """What somebody gets who may not: the door when nobody signed in, else who may.

    Raises:
        Refused: the person is known and does not hold the right.
    """
    if not visitor.known:
        if wants_page(request):
            return RedirectResponse(f"/sign-in?back={quote(_here(request), safe='')}", 303)
        error = Refused("access.signed-out", "Nobody is signed in", hint="Sign in, or send a bearer token")
        return problem(error, HTTPStatus.UNAUTHORIZED, {"www-authenticate": "Bearer"})
    raise Refused(
        "access.right", f"This needs the right {right}", hint=f"Roles that have it: {', '.join(holders(right))}"
    )


def visitor_of(request: Request) -> Visitor:
    """Who asks."""
    visitor: Visitor = getattr(request.state, "visitor", STRANGER)
    return visitor


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, not a program."""
    path = request.url.path
    return (
        request.method in ("GET", "HEAD")
        and not path.startswith("/api/")
        and not path.endswith((".json", ".csv"))
        and "authorization" not in request.headers
    )


class Gate:
    """Recognises who asks, refuses forms of other sites, bounds bodies, and adds the security headers.

    Args:
        app: what is behind it.
        door: None while nobody needs to sign in: the demonstration.
        now: nanoseconds since 1970.
        secure: pages are served over TLS.
    """

    def __init__(self, app: ASGIApp, door: Door | None, now: Callable[[], int], *, secure: bool = False) -> None:
        self._app = app
        self._door = door
        self._now = now
        self._secure = secure
        self._bursts = Throttle(_BURST, _MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
                if scope["path"].startswith("/static/") and scope["query_string"]:
                    headers["cache-control"] = "public, max-age=31536000, immutable"
                elif not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        answer = await run_in_threadpool(self._stopped, request)
        await (answer or self._app)(scope, receive, sending)

    def _stopped(self, request: Request) -> Response | None:
        """The answer to a request that goes no further; otherwise who asks is written on it."""
        if not request.scope["query_string"].isascii():
            error: GardeError = Malformed("page.address", "This address holds octets that none may hold")  # RFC 3986 §2
            return problem(error, HTTPStatus.BAD_REQUEST)
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length[:20]) > LARGEST:
            error = Refused("page.too-large", "More than 16 MiB were sent")
            return problem(error, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        bearer = bearer_of(request.headers)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not bearer and not same_origin(request):
            return problem(Refused("page.cross-origin", "This form was sent from another site"), HTTPStatus.FORBIDDEN)
        if request.url.path.startswith("/static/"):
            return None
        now = self._now()
        if not self._bursts.passes(bearer[:64] or origin_of(request), now):
            error = Refused("access.throttled", "Too many requests", hint="Ask for more at once, less often")
            return problem(error, HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": "10"})
        visitor = self._visitor(request, bearer, now)
        if bearer and not visitor.known:
            error = Refused("access.signed-out", "This token opens nothing", hint="It may have ended or been revoked")
            return problem(error, HTTPStatus.UNAUTHORIZED, {"www-authenticate": 'Bearer error="invalid_token"'})
        request.state.visitor = visitor
        return None

    def _visitor(self, request: Request, bearer: str, now: int) -> Visitor:
        if self._door is None:
            return DEMONSTRATION
        if bearer:
            return self._door.present(bearer, now)
        cookie = request.cookies.get(SECURE if self._secure else COOKIE, "")
        return self._door.visit(cookie, now) if cookie else STRANGER


def bearer_of(headers: Headers) -> str:
    """The token of an authorization header, or empty."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def origin_of(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else "local"


def same_origin(request: Request) -> bool:
    """Whether the browser says that this request comes from a page of this site; programs send no such header."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def status_of(error: GardeError) -> HTTPStatus:
    """Which answer an error is."""
    return CODES.get(error.code) or STATUS.get(type(error), HTTPStatus.BAD_REQUEST)


def problem(error: GardeError, status: int, headers: dict[str, str] | None = None) -> Response:
    """An error for programs (RFC 9457)."""
    body = {"type": f"about:garde/{error.code}", "title": error.what, "status": int(status), "code": error.code}
    if error.where:
        body["detail"] = error.where
    if error.hint:
        body["hint"] = error.hint
    return JSONResponse(body, int(status), headers=headers, media_type="application/problem+json")


def _here(request: Request) -> str:
    return f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}"
