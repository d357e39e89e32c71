"""A hospital with people of every role, tokens of every kind and two wards, behind the interface in this process.

Example::

    with staffed(tmp_path) as house:
        house.ask("GET", "/devices", who="ward-nurse").status_code
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx

from garde import app
from garde.api.application import mounted
from garde.config import Config
from garde.model.decision import Decision
from garde.model.device import Claim, Device
from garde.model.finding import Finding, finding_id, judgement
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.person import Grant
from garde.model.recording import Recording
from garde.model.sensor import Sensor
from garde.people.register import Register
from garde.people.sealing import Sealing
from garde.people.secret import Token, digest_of
from garde.serve import Serving
from garde.web.application import build
from garde.web.site import Site
from tests.makers import observation
from tests.pages import NOW, PUMP, STRANGER, claim, pump, seen, stranger

#: The rights of each role as the file has them, read without Garde's own reader.
ROLES: Final[dict[str, frozenset[str]]] = {
    row["name"]: frozenset(row["rights"])
    for row in tomllib.loads((Path(__file__).parents[1] / "src/garde/people/roles.toml").read_text("utf-8"))["role"]
}
DAY: Final = 86_400 * 1_000_000_000
PASSWORD: Final = "vert pomme neige lundi"
#: One finding about each device, and one about Garde itself.
ABOUT_STRANGER: Final = finding_id("identity.conflict", STRANGER, "model")
ABOUT_PUMP: Final = finding_id("ward.report", PUMP, "")
ABOUT_GARDE: Final = finding_id("access.guessing", "", "k.morel")
#: People who are limited to a part of the hospital.
LIMITED: Final = {
    "biomedical-rea": (Grant("biomedical", ward="Réa A"),),
    "auditor-rea": (Grant("auditor", ward="Réa A"),),
    "network-rea": (Grant("network", ward="Réa A"),),
    "administrator-rea": (Grant("administrator", ward="Réa A"),),
    "biomedical-pumps": (Grant("biomedical", kind="INF_SYR"),),
    "two-hats": (Grant("network"), Grant("biomedical", ward="Bloc")),
}


class House:
    """A site, and one token or cookie for each who asks.

    ``secrets`` holds headers by name: every role, every person of ``LIMITED``, ``stranger``, ``expired``, ``revoked``,
    ``bound`` (an RSSI's token that may only read devices) and ``kiosk`` (the shared machine of Réa A).
    """

    def __init__(self, site: Site, config: Config) -> None:
        self.site = site
        self.application = build(site, mounted(site, config))
        self.secrets: dict[str, dict[str, str]] = {"stranger": {}, "nonsense": {"authorization": "Bearer gt_nonsense"}}
        self._threads = ThreadPoolExecutor(1)
        now = site.now()
        register = site.register
        people = {role: (Grant(role),) for role in ROLES} | LIMITED
        for name, grants in people.items():
            person = register.add("test", now, login=name, name=name.title(), grants=grants)
            rights = {right for grant in grants for right in ROLES[grant.role]}
            self.secrets[name] = _bearer(register.make_token(now, person, "all", rights, now + 30 * DAY))
        rssi = register.person("rssi")
        self.secrets["bound"] = _bearer(register.make_token(now, rssi, "bound", ["devices.read"], now + 30 * DAY))
        self.secrets["expired"] = _bearer(register.make_token(now - 2 * DAY, rssi, "old", ["devices.read"], now - DAY))
        gone = register.make_token(now, rssi, "gone", ["devices.read"], now + DAY)
        self.secrets["revoked"] = _bearer(gone)
        register.revoke_token("test", now, site.store.get(Token, [digest_of(gone)])[digest_of(gone)])
        register.set_kiosk("test", now, "Réa A", "4pommes-vertes")
        assert site.door is not None
        cookie = site.door.open_kiosk("Réa A", "4pommes-vertes", origin="test", agent="", now=now)
        self.secrets["kiosk"] = {"cookie": f"garde={cookie}"}
        session = site.door.open(rssi, "password", origin="test", agent="", now=now)
        self.secrets["session"] = {"cookie": f"garde={session}", "sec-fetch-site": "same-origin"}

    def ask(self, method: str, path: str, who: str = "rssi", **options: Any) -> httpx.Response:
        """Call the interface; ``path`` stands behind its prefix."""
        options["headers"] = self.secrets[who] | options.get("headers", {})
        address = path if path.startswith("/api/") else f"/api/v1{path}"
        return self._threads.submit(asyncio.run, self._ask(method, address, options)).result()

    def get(self, path: str, who: str = "rssi", status: int = 200, **options: Any) -> Any:
        """What is there."""
        answer = self.ask("GET", path, who, **options)
        assert answer.status_code == status, (path, who, answer.status_code, answer.text[:300])
        return answer.json()

    def send(self, method: str, path: str, body: object, who: str = "rssi", **headers: str) -> httpx.Response:
        """Send a record."""
        return self.ask(method, path, who, json=body, headers=headers)

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=options.pop("raises", True))
        async with httpx.AsyncClient(transport=transport, base_url="http://garde.test") as client:
            return await client.request(method, path, **options)


class Steady:
    """A clock that goes on by a twentieth of a second each time it is read.

    So the bucket of the gate fills again as fast as it is emptied, and no test waits.
    """

    def __init__(self) -> None:
        self._next = count(NOW + 120 * 10**9, 50_000_000)

    def now(self) -> int:
        return next(self._next)


def _bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@contextmanager
def staffed(folder: Path, url: str = "") -> Iterator[House]:
    """The hospital, over a store of its own in a folder, or at another address."""
    url = url or f"sqlite:///{folder / 'garde.db'}"
    config = Config()
    with app.opened(config, url) as (kept, bus):
        scanner = Device(
            id="d-scanner",
            keys=(Key("mac", "00:09:fb:0b:ad:03"), Key("ip", "10.6.6.8")),
            kind="CT",
            first_at=NOW - BUCKET,
            last_at=NOW,
            claims={"ward": Claim("ward", "Bloc", 1.0, (seen("gmao"),)), "kind": claim("kind", "CT", 0.9)},
            carrier=PUMP,
        )
        talks = [
            Conversation(
                id=f"c-{number}", at=NOW - number * BUCKET, sensor="core-1", source=Key("ip", source),
                target=Key("ip", target), protocol="tcp", port=443, service="tls", packets=12, octets=3400,
                last_at=NOW - 10**9,
            )
            for number, (source, target) in enumerate(
                [("10.6.6.7", "10.6.6.6"), ("10.6.6.8", "10.6.6.6"), ("10.6.6.7", "10.6.6.8"), ("10.6.6.6", "10.9.9.9")]
            )
        ]  # fmt: skip
        said = Decision(
            id="w-said", at=NOW, verb="note", person="k.morel", keys=(Key("mac", "00:09:fb:0b:ad:03"),), reason="moved"
        )
        judged = [
            judgement("identity.conflict", NOW, severity="medium", device=STRANGER, identifier="model"),
            judgement("ward.report", NOW + 1, severity="high", device=PUMP, reasons=("words: no display",)),
            judgement("access.guessing", NOW + 2, severity="low", identifier="k.morel", kind="threat"),
        ]
        clock = Steady()
        serving = Serving(config, kept, bus, clock, staged=True)
        bus.publish([observation(1), observation(2), *talks, said])
        serving.settle()
        with kept.begin() as unit:
            unit.put([stranger(), pump(), scanner, *talks, Recording(id="ct.pcap", path="/x/ct.pcap", at=NOW)])
            unit.put(
                [
                    Sensor(
                        id="core-1",
                        live=True,
                        places=("eth1",),
                        first_at=NOW,
                        last_at=NOW,
                        packets=9,
                        octets=900,
                        lost=1,
                    )
                ]
            )
        for device in kept.all(Device):
            serving.fleet.put(device)
        bus.publish(judged)
        serving.settle()
        site = Site(
            kept, bus, serving.fleet, serving.queue, register=Register(kept, Sealing(bytes(32))), demonstration=False,
            name="CHU", settle=serving.settle, now=clock.now,
        )  # fmt: skip
        assert {one.id for one in kept.all(Finding)} >= {ABOUT_STRANGER, ABOUT_PUMP, ABOUT_GARDE}
        yield House(site, config)
