"""The site: what every page needs and shares.

Question: what does a page know besides its own record: the state, the reader's language and theme, and who they are?
Reference: reference of the pages §3.2 and §5. Routes stand in `garde.web.application`, rights in `garde.gate`.

Example::

    application = build(Site(store, bus, fleet, queue))
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final, Protocol
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from garde.config import Config
from garde.evidence.export import Manifest, Wanted
from garde.findings.policy import Policy, default
from garde.findings.rules import rule_of
from garde.gate import visitor_of
from garde.inventory.kinds import kinds
from garde.model.catalogue import attributes
from garde.model.device import Claim, Device
from garde.model.key import Key
from garde.model.message import Message, digest, moment
from garde.model.seal import Seal
from garde.model.visible import visible
from garde.people.door import Door
from garde.people.register import Register
from garde.people.roles import roles
from garde.people.sealing import Sealing
from garde.pipeline.risk.assessing import Assessment
from garde.pipeline.zones.drafting import Drafting
from garde.ports import Bus, Store
from garde.report.directory import Directory
from garde.report.fleet import Fleet, name_of
from garde.report.queue import Queue
from garde.risk.library import Library
from garde.web.charts.bars import bar
from garde.web.charts.draw import draw
from garde.web.charts.week import week
from garde.web.hostile import bdi
from garde.web.language import Language, choose
from garde.web.navigation import current, ordered
from garde.web.oidc import Provider

STATIC: Final = Path(__file__).parent / "static"
#: Pages, and in folders of their own those of people and of the platform, of risk, and of zones; a template is named by
#: its file alone.
TEMPLATES: Final = Path(__file__).parent / "templates"
FOLDERS: Final = ("administration", "risk", "zones")
THEMES: Final = ("system", "light", "dark")


class Proof(Protocol):
    """What pages ask of the chain (`garde.keeping.Proof`)."""

    def seals(self, most: int) -> Sequence[Seal]:
        """The latest seals, newest first."""
        ...

    def verify(self) -> Sequence[str]:
        """One sentence per break, the first broken link first; empty when all is well."""
        ...

    def export(self, out: IO[bytes], wanted: Wanted) -> Manifest:
        """Seal the log to its end and write a signed archive of it.

        Raises:
            Untrusted: the chain is broken.
            Missing: no message is as asked for.
        """
        ...


class Site:
    """What the pages need.

    Args:
        store: the state.
        bus: takes people's words.
        fleet: the devices in memory.
        queue: the findings in memory.
        register: people; without one, secrets that are sealed last as long as the process.
        demonstration: nobody needs to sign in.
        policy: what findings trigger.
        proof: the chain of the log; None where this process holds no key.
        secure: pages are served over TLS.
        name: of the hospital.
        directory: its contacts and fallbacks, which reports print.
        settle: works through what waits on the bus, so that a person sees the effect of a click; None where other
            processes do.
        risk: the fleet judged; without one, by the packaged grid.
        drafting: policies of zones; without one, over the packaged plan.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        fleet: Fleet,
        queue: Queue | None = None,
        *,
        register: Register | None = None,
        demonstration: bool = True,
        policy: Policy | None = None,
        proof: Proof | None = None,
        secure: bool = False,
        name: str = "Garde",
        directory: Directory | None = None,
        settle: Callable[[], object] | None = None,
        risk: Assessment | None = None,
        drafting: Drafting | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        self.store = store
        self.bus = bus
        self.fleet = fleet
        self.queue = queue if queue is not None else Queue()
        self.register = register or Register(store, Sealing(os.urandom(32)))
        self.door = None if demonstration else Door(self.register)
        self.policy = policy or default()
        self.proof = proof
        self.secure = secure
        #: name of the identity provider that people may also sign in at, or empty
        self.provider = ""
        self.oidc: Provider | None = None
        #: printed at start; whoever reads it makes the first administrator
        self.setup_code = secrets.token_hex(4)
        self.name = name
        self.directory = directory
        self.settle = settle
        self.risk = risk or Assessment(store, bus, Config(), now=now, settle=settle)
        #: documents by what they speak of, filled when a page asks
        self.library = Library()
        self.drafting = drafting or Drafting(store, Config(), now=now, directory=directory)
        self.now = now
        self.templates = Environment(
            loader=FileSystemLoader([TEMPLATES, *(TEMPLATES / name for name in FOLDERS)]),
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

    def say(self, *messages: Message) -> None:
        """Publish words of a person, and work through them, so that the next page shows their effect."""
        self.bus.publish(messages)
        if self.settle is not None:
            self.settle()

    def page(self, request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        """A page in the reader's language and theme."""
        language = language_of(request)
        visitor = visitor_of(request)
        theme = request.cookies.get("theme", THEMES[0])
        text = self.templates.get_template(template).render(
            t=language,
            lang=language.code,
            theme=theme if theme in THEMES else THEMES[0],
            site=self.name if self.name != "Garde" else "",
            now=self.now(),
            here=f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}",
            path=request.url.path,
            visitor=visitor,
            entries=ordered(visitor.roles),
            entry=current(request.url.path),
            role_label=lambda name: roles()[name].label(language.code) if name in roles() else name,
            rule_of=rule_of,
            kind_label=lambda name: kind_label(name, language.code),
            attribute_label=lambda name: attribute_label(name, language.code),
            source_label=lambda name: source_label(name, language),
            **values,
        )
        return HTMLResponse(
            text, status, headers={"content-language": language.code, "vary": "cookie, accept-language"}
        )


async def preferences(request: Request) -> Response:
    """Language and theme of a person, kept in cookies for a year."""
    async with request.form(max_files=0, max_fields=8) as form:
        response = RedirectResponse(inside(str(form.get("back", ""))), 303)
        for name in ("lang", "theme"):
            if name in form:
                response.set_cookie(name, str(form[name])[:10], max_age=31_536_000, httponly=True, samesite="lax")
    return response


def inside(back: str) -> str:
    """An address of this site, or the front page: nobody is sent elsewhere.

    >>> inside("/devices?kind=CT"), inside("//elsewhere.example"), inside("/\\\\elsewhere.example")
    ('/devices?kind=CT', '/', '/')
    """
    parts = urlsplit(back)
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if plain and not parts.scheme and not parts.netloc else "/"


def json(value: Any) -> Response:
    """A record as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def language_of(request: Request) -> Language:
    """The language of the person who asks: chosen in this browser, else theirs, else what the browser prefers."""
    person = visitor_of(request).person
    said = request.cookies.get("lang", "") or (person.language if person else "")
    return choose(said, request.headers.get("accept-language", ""))


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
