"""The site: routes, and what is true of every page.

Question: which address leads to which screen, and what does every answer promise the browser?
Reference: reference of the pages §3.2 and §5; Fetch Metadata and RFC 6454 (who may post); CSP 3. Left out: sign-in
and roles.

Example::

    application = build(Site(store, bus, fleet))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from garde.errors import Conflict, GardeError, Malformed, Missing, Refused, Unreachable, Untrusted
from garde.inventory.kinds import kinds
from garde.model.catalogue import attributes
from garde.model.device import Claim, Device
from garde.model.key import Key
from garde.model.message import digest, moment
from garde.ports import Bus, Store
from garde.report.fleet import Fleet, name_of
from garde.web.charts.bars import bar
from garde.web.charts.draw import draw
from garde.web.charts.week import week
from garde.web.hostile import bdi, visible
from garde.web.language import Language, choose

STATIC: Final = Path(__file__).parent / "static"
THEMES: Final = ("system", "light", "dark")
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
#: Largest body of a request, in octets.
LARGEST: Final = 16 << 20


class Site:
    """What the pages need.

    Args:
        store: the state.
        bus: takes people's words.
        fleet: the devices in memory.
        name: of the hospital.
        settle: works through what waits on the bus, so that a person sees the effect of a click; None where other
            processes do.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        fleet: Fleet,
        *,
        name: str = "Garde",
        settle: Callable[[], object] | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        self.store = store
        self.bus = bus
        self.fleet = fleet
        self.name = name
        self.settle = settle
        self.now = now
        self.templates = Environment(
            loader=PackageLoader("garde.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(bdi=bdi, visible=visible, moment=moment)
        self.templates.globals.update(
            name_of=name_of,
            addresses_of=addresses_of,
            speakers_of=speakers_of,
            key_mark=key_mark,
            bars=bars,
            asset=asset,
            week=week,
            bar=bar,
            draw=draw,
        )

    def page(self, request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """A page in the reader's language and theme."""
        language = language_of(request)
        theme = request.cookies.get("theme", THEMES[0])
        text = self.templates.get_template(template).render(
            t=language,
            lang=language.code,
            theme=theme if theme in THEMES else THEMES[0],
            site=self.name if self.name != "Garde" else "",
            now=self.now(),
            here=f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}",
            path=request.url.path,
            kind_label=lambda name: kind_label(name, language.code),
            attribute_label=lambda name: attribute_label(name, language.code),
            source_label=lambda name: source_label(name, language),
            **values,
        )
        return HTMLResponse(
            text, status, headers={"content-language": language.code, "vary": "cookie, accept-language"}
        )


def build(site: Site) -> Starlette:
    """The application that serves a site."""
    from garde.web.pages import about, device, devices, imports, packet

    async def home(request: Request) -> Response:
        return RedirectResponse("/devices", 303)

    async def failed(request: Request, error: Exception) -> Response:
        known = error if isinstance(error, GardeError) else Missing("page.missing", "There is no such page")
        status = STATUS.get(type(known), HTTPStatus.BAD_REQUEST)
        if isinstance(error, HTTPException):
            status = HTTPStatus(error.status_code)
        if request.url.path.endswith(".json"):
            return problem(known, status)
        return site.page(request, "error.html", int(status), error=known)

    routes = [
        Route("/", home),
        Route("/preferences", preferences, methods=["POST"]),
        *devices.routes(site),
        *device.routes(site),
        *packet.routes(site),
        *imports.routes(site),
        *about.routes(site),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    handlers: Mapping[Any, Any] = {GardeError: failed, 404: failed, 405: failed}
    return Starlette(
        routes=routes, exception_handlers=handlers, middleware=[Middleware(BaseHTTPMiddleware, dispatch=guard)]
    )


async def guard(request: Request, following: RequestResponseEndpoint) -> Response:
    """Only pages of this site may post to it; every answer carries the security headers."""
    if request.method not in ("GET", "HEAD") and not same_origin(request):
        response: Response = problem(
            Refused("page.cross-origin", "This form was sent from another site"), HTTPStatus.FORBIDDEN
        )
    elif int(request.headers.get("content-length") or 0) > LARGEST:
        response = problem(Refused("page.too-large", "More than 16 MiB were sent"), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    else:
        response = await following(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/static/") and request.url.query:
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
    return response


def same_origin(request: Request) -> bool:
    """Whether the browser says that this request comes from a page of this site; programs send no such header."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def preferences(request: Request) -> Response:
    """Language and theme of a person, kept in cookies for a year."""
    async with request.form(max_files=0, max_fields=8) as form:
        response = RedirectResponse(inside(str(form.get("back", ""))), 303)
        for name in ("lang", "theme"):
            if name in form:
                response.set_cookie(name, str(form[name])[:10], max_age=31_536_000, httponly=True, samesite="lax")
    return response


def inside(back: str) -> str:
    """An address of this site, or the list: nobody is sent elsewhere.

    >>> inside("/devices?kind=CT"), inside("//elsewhere.example"), inside("/\\\\elsewhere.example")
    ('/devices?kind=CT', '/devices', '/devices')
    """
    parts = urlsplit(back)
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if plain and not parts.scheme and not parts.netloc else "/devices"


def problem(error: GardeError, status: int) -> Response:
    """An error for programs (RFC 9457)."""
    body = {"type": f"about:garde/{error.code}", "title": error.what, "status": int(status), "code": error.code}
    if error.where:
        body["detail"] = error.where
    if error.hint:
        body["hint"] = error.hint
    return JSONResponse(body, int(status), media_type="application/problem+json")


def json(value: Any) -> Response:
    """A record as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def language_of(request: Request) -> Language:
    """The language of the person who asks."""
    return choose(request.cookies.get("lang", ""), request.headers.get("accept-language", ""))


def kind_label(name: str, code: str) -> str:
    """What people call a kind of device."""
    row = kinds().get(name)
    if row is None:
        return ("inconnu" if code == "fr" else "unknown") if name in ("", "unknown") else name
    return row.fr if code == "fr" else row.en


def attribute_label(name: str, code: str) -> str:
    """What people call an attribute."""
    row = attributes().get(name)
    return name if row is None else row.fr if code == "fr" else row.en


def source_label(name: str, language: Language) -> str:
    """What people call a source: the protocol by its name, not the code's word for it."""
    said = language(f"source.{name}")
    return name if said == f"source.{name}" else said


def addresses_of(device: Device) -> list[str]:
    """The IP addresses of a list's row: two of IPv4, else one of IPv6; link-local ones only when there is no other."""
    found = [key.value for key in device.keys if key.kind == "ip"]
    wide = [address for address in found if not address.startswith(("fe80:", "169.254."))] or found
    return [address for address in wide if ":" not in address][:2] or wide[:1]


def key_mark(key: Key) -> str:
    """A key as a form sends it back: its own text may be hostile."""
    return digest(key, size=10)


def speakers_of(claim: Claim) -> list[str]:
    """Who supports a claim, each once: persons by name, protocols by theirs."""
    return list(dict.fromkeys(line.by or line.source for line in claim.sources))[:4]


def bars(claim: Claim | None) -> int:
    """Confidence as one to five bars, 0 where nothing is known: people read bars, not decimals."""
    return 0 if claim is None else max(1, min(5, round(claim.confidence * 5)))


def asset(name: str) -> str:
    """The address of a static file with a mark of its age, so that it may be kept for a year; empty when absent."""
    file = STATIC / name
    return f"/static/{name}?{int(file.stat().st_mtime)}" if file.is_file() else ""
