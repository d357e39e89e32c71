"""Pages: a small hospital behind a site, for tests that ask it in process and for those in a browser.

Its devices come from a replayed capture, so that every value leads to a packet; beside them stands a device whose
every word is hostile.

Example::

    with hospital(tmp_path) as site:
        page = Reader(site).page("/devices")
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
from bs4 import BeautifulSoup

from garde import app
from garde.config import Config
from garde.model.device import Claim, Device, Source
from garde.model.finding import Finding, finding_id
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.observation import Place
from garde.model.person import Grant, Person
from garde.pipeline.risk.assessing import Assessment
from garde.pipeline.runner import Runner
from garde.pipeline.table import configured
from garde.report.fleet import Fleet
from garde.report.queue import Queue
from garde.web.application import build
from garde.web.site import Site

CAPTURES = Path(__file__).parent / "captures"
#: What a stranger may call itself: markup, a right-to-left override, a formula.
HOSTILE = '"><script>alert(1)</script>\u202egpj.exe'
FORMULA = '=HYPERLINK("x")'
NOW = 1_780_000_000_000_000_000
#: Ids of the devices made here.
STRANGER, PUMP = "d-stranger", "d-pump"
FINDING = finding_id("identity.conflict", STRANGER, "model")
#: A person who is there in every hospital of the tests.
BIOMEDICAL = "p-biomedical"


class StandingClock:
    """Two minutes after everything was seen; each look is a nanosecond later, so that words keep their order."""

    def __init__(self) -> None:
        self._looks = 0

    def now(self) -> int:
        self._looks += 1
        return NOW + 120 * 10**9 + self._looks


def seen(source: str, number: int = 1, **parts: object) -> Source:
    """A source whose packet lies in no recording."""
    fixed = {"first_at": NOW - 60 * 10**9, "at": NOW, "place": Place("lost.pcap", number, 60, 4)}
    return Source(source, "core-1", 0.9, **(fixed | parts))  # type: ignore[arg-type]


def claim(attribute: str, value: str, confidence: float = 0.9, source: str = "dicom.dataset") -> Claim:
    """A claim with one source."""
    return Claim(attribute, value, confidence, (seen(source),))


def stranger() -> Device:
    """A device whose every word is hostile."""
    words = ("manufacturer", "model", "serial", "ward", "bed", "software", "friendly_name")
    return Device(
        id=STRANGER,
        keys=(Key("mac", "00:09:fb:0b:ad:01"), Key("ip", "10.6.6.6"), Key("serial", f"acme|x|{HOSTILE}")),
        first_at=NOW - BUCKET,
        last_at=NOW,
        claims={word: claim(word, HOSTILE) for word in words} | {"os": claim("os", FORMULA)},
        rivals={"model": (claim("model", HOSTILE[::-1], 0.4),)},
        many={"hostname": (claim("hostname", HOSTILE),)},
        conflicts=("model",),
    )


def pump() -> Device:
    """A pump of which one thing is known by a person, one only half, and much not at all."""
    person = Source("person", "web", 1.0, NOW, NOW, by="k.morel", reason="read on the label")
    return Device(
        id=PUMP,
        keys=(Key("mac", "00:09:fb:0b:ad:02"), Key("ip", "10.6.6.7")),
        kind="INF_SYR",
        first_at=NOW - BUCKET,
        last_at=NOW,
        claims={
            "kind": claim("kind", "INF_SYR", 0.7, "oui"),
            "manufacturer": claim("manufacturer", "Fresenius Kabi", 0.93),
            "ward": Claim("ward", "Réa A", 1.0, (person,)),
        },
    )


def somebody() -> Person:
    """A biomedical engineer whose name is as hostile as a device's."""
    return Person(
        id=BIOMEDICAL, login="k.morel", name=HOSTILE, grants=(Grant("biomedical"), Grant("ward", ward="Réa A"))
    )


@contextmanager
def hospital(folder: Path, *captures: str, demonstration: bool = True) -> Iterator[Site]:
    """A site over a store of its own.

    Args:
        captures: named under tests/captures.
        demonstration: nobody needs to sign in.
    """
    url = f"sqlite:///{folder / 'garde.db'}"
    app.replay([CAPTURES / name for name in captures or ("dicom/dicom.pcap",)], store=url)
    with app.opened(Config(), url) as (kept, bus):
        talk = Conversation(
            id="c-1", at=NOW - BUCKET, sensor="core-1", source=Key("ip", "10.6.6.7"), target=Key("ip", "10.6.6.6"),
            protocol="tcp", port=443, service="tls", packets=12, octets=3400, last_at=NOW - 10**9,
        )  # fmt: skip
        reasons = (f"model: {HOSTILE}",)
        finding = Finding(
            id=FINDING,
            rule="identity.conflict",
            identifier="model",
            device=STRANGER,
            severity="medium",
            reasons=reasons,
            first_at=NOW,
        )
        with kept.begin() as unit:
            unit.put([stranger(), pump(), talk, finding, somebody()])
        fleet = Fleet(kept.all(Device))
        queue = Queue(kept.all(Finding))
        # The clock stands: what a test accepts until summer must not have run out when the test runs in winter.
        clock = StandingClock()
        risk = Assessment(kept, bus, Config(), now=clock.now, settle=lambda: runner.drain())
        follow = partial(_follow, fleet, queue, risk)
        runner = Runner(configured(Config()), kept, bus, clock, told=follow)
        yield Site(
            kept, bus, fleet, queue, name="CHU d'essai", settle=runner.drain, now=clock.now,
            risk=risk, demonstration=demonstration,
        )  # fmt: skip


class Reader:
    """Asks a site in this process, as a browser without scripts would."""

    def __init__(self, site: Site, language: str = "en") -> None:
        self._transport = httpx.ASGITransport(build(site))
        self._headers = {"accept-language": language}
        #: as a browser keeps them
        self.cookies: dict[str, str] = {}
        # A thread of its own: tests that drive a browser leave an event loop running in theirs.
        self._threads = ThreadPoolExecutor(1)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._threads.submit(asyncio.run, self._ask("GET", path, options)).result()

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._threads.submit(asyncio.run, self._ask("POST", path, options)).result()

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        answer = self.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:300])
        return BeautifulSoup(answer.text, "html.parser")

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        options["headers"] = self._headers | options.get("headers", {})
        async with httpx.AsyncClient(
            transport=self._transport, base_url="http://garde.test", cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, **options)
            self.cookies = {one.name: one.value or "" for one in client.cookies.jar}
            return answer


def _follow(fleet: Fleet, queue: Queue, risk: Assessment, puts: object, drops: object) -> None:
    risk.told(puts, [(drop.kind, drop.id) for drop in drops])  # type: ignore[arg-type, attr-defined]
    for record in puts:  # type: ignore[attr-defined]
        if isinstance(record, Finding):
            queue.put(record)
        if isinstance(record, Device):
            fleet.put(record)
    for drop in drops:  # type: ignore[attr-defined]
        if drop.kind is Device:
            fleet.drop(drop.id)


def documented(record: type) -> bool:
    """Whether the record of a page names each of its fields in its own words."""
    words = set(re.findall(r"\w+", record.__doc__ or ""))
    missing = [field.name for field in msgspec.structs.fields(record) if field.name not in words]
    assert not missing, missing
    return True
