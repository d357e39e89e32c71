"""A fleet, its bills of materials and a year of published weaknesses, from one seed: nothing here is a real product.

Question: how long does a hospital wait when 40,000 weaknesses meet 20,000 devices?
The mixture is assumed, not measured: 1,500 packages of which a few are everywhere (Zipf), each in six versions; 20,000
packages that are written about, a tenth of the time one of the few, so that most of what is published concerns nobody;
of the weaknesses 75 % name a package, 20 % a CPE of a component, 3 % one kernel that a third of the models run, and 2 %
a model by maker and name. A device then has some hundreds, which is more than a scanner finds.

Example::

    made = Made(devices=20_000)
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from garde.model.risk.vulnerability import (
    Bill,
    Component,
    Exploited,
    Likelihood,
    Reading,
    Source,
    Span,
    Statement,
    Vulnerability,
)
from garde.risk.criticality import Subject
from garde.risk.fleet import Asset
from garde.risk.vulnerability.match import Part
from garde.risk.vulnerability.score import Facts, Seen
from garde.risk.vulnerability.severity import Setting

MODELS, COMPONENTS, WEAKNESSES = 400, 300, 40_000
USED, WRITTEN_ABOUT, VERSIONS = 1500, 20_000, 6
KERNEL = "linux_kernel"
WARDS, SITES, KINDS = 60, 4, ("INF_SYR", "MON_BED", "VENT", "CT", "US", "WS_CLIN")
START = 1_780_000_000 * 1_000_000_000
VECTORS = tuple(
    f"CVSS:3.1/AV:{av}/AC:{ac}/PR:{pr}/UI:{ui}/S:U/C:{c}/I:{i}/A:{a}"
    for av in "NAL" for ac in "LH" for pr in "NL" for ui in "NR" for c in "HL" for i in "HL" for a in "HLN"
)  # fmt: skip


def cve(number: int) -> str:
    """Its id."""
    return f"CVE-2025-{10_000 + number}"


class Made:
    """All of it.

    Attributes:
        assets: the devices.
        readings: bills, weaknesses in documents of 500, the likelihoods and the catalogue of the exploited.
    """

    def __init__(self, devices: int, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self.bills = tuple(self._bill(number) for number in range(MODELS))
        self.assets = tuple(self._asset(number) for number in range(devices))
        self.readings = (
            Reading(source=_source("bills"), bills=self.bills),
            *self._published(),
            Reading(
                source=_source("epss"),
                likelihoods=tuple(
                    Likelihood(id=cve(n), chance=self._random.random() ** 8, percentile=0.5, source="epss")
                    for n in range(WEAKNESSES)
                ),
            ),
            Reading(
                source=_source("kev"),
                exploited=tuple(
                    Exploited(id=cve(n), maker="", product="", added=START, source="kev")
                    for n in self._random.sample(range(WEAKNESSES), 200)
                ),
            ),
        )

    def advisory(self) -> Reading:
        """A new document about the package that most models run, and about one model."""
        spans = (Span(high=f"{VERSIONS}.0"),)
        said = (
            Statement(
                id="new-1", vulnerability="CVE-2026-1", status="affected", purl="pkg:generic/package-0",
                spans=spans, source="new",
            ),
            Statement(
                id="new-2", vulnerability="CVE-2026-2", status="affected", maker="Maker 1", product="Model 1",
                spans=spans, source="new",
            ),
        )  # fmt: skip
        known = tuple(Vulnerability(id=one.vulnerability, vectors=VECTORS[:1], source="new") for one in said)
        return Reading(source=_source("new"), statements=said, vulnerabilities=known)

    def _package(self, most: int) -> int:
        """A number below ``most``, small ones somewhat more often."""
        if self._random.random() < 0.1:
            return min(most - 1, int(most ** self._random.random()) - 1)
        return self._random.randrange(most)

    def _bill(self, model: int) -> Bill:
        chosen: dict[int, int] = {}
        while len(chosen) < COMPONENTS - 1:
            chosen[self._package(USED)] = 1
        parts = [
            _component(number, f"{self._random.randrange(VERSIONS)}.{self._random.randrange(3)}") for number in chosen
        ]
        kernel = f"5.{self._random.randrange(4, 20)}.{self._random.randrange(200)}" if model % 3 == 0 else ""
        parts.append(
            Component(name=KERNEL, version=kernel, cpe=f"cpe:2.3:o:linux:{KERNEL}:{kernel}:*:*:*:*:*:*:*")
            if kernel
            else _component(USED, "1.0")
        )
        of = Component(maker=f"Maker {model % 40}", name=f"Model {model}", version=f"{model % 7}.1")
        return Bill(id=f"bill-{model}", of=of, components=tuple(parts), source="bills")

    def _asset(self, number: int) -> Asset:
        name, kind = f"d-{number:05d}", number % MODELS % len(KINDS)
        of = self.bills[number % MODELS].of
        seen = (Seen("telnet", (f"flow-{number}",)),) if number % 9 == 0 else ()
        return Asset(
            id=name,
            subject=Subject(
                id=name, kind=KINDS[kind], model=of.name, ward=f"Ward {number % WARDS}",
                kind_level=1 + kind % 4, life_sustaining=kind == 0,
            ),
            parts=(
                Part(maker=of.maker, name=of.name, version=of.version, because=(f"seen-{number}", f"told-{number}")),
                Part(maker="Microsoft", name=f"Windows {number % 4}", version="10.0", because=(f"system-{number}",)),
            ),
            facts=Facts(network="flat" if number % 2 else "dedicated", seen=seen, inventory=0.9),
            setting=Setting(life_sustaining=kind == 0, harm=kind < 3),
            site=f"Site {number % SITES}",
        )  # fmt: skip

    def _published(self) -> Iterator[Reading]:
        for first in range(0, WEAKNESSES, 500):
            name = f"feed-{first}"
            numbers = range(first, min(first + 500, WEAKNESSES))
            yield Reading(
                source=_source(name),
                statements=tuple(self._statement(number, name) for number in numbers),
                vulnerabilities=tuple(
                    Vulnerability(id=cve(number), vectors=(self._random.choice(VECTORS),), source=name)
                    for number in numbers
                ),
            )

    def _statement(self, number: int, source: str) -> Statement:
        chance, below = self._random.random(), f"{self._random.randrange(VERSIONS)}.{self._random.randrange(4)}"
        about: dict[str, Any] = {}
        if chance < 0.75:
            about["purl"] = f"pkg:generic/package-{self._package(WRITTEN_ABOUT)}"
        elif chance < 0.95:
            package = self._package(WRITTEN_ABOUT)
            about["cpe"] = f"cpe:2.3:a:vendor_{package % 200}:package_{package}:*:*:*:*:*:*:*:*"
        elif chance < 0.98:
            about["cpe"] = f"cpe:2.3:o:linux:{KERNEL}:*:*:*:*:*:*:*:*"
            below = f"5.{self._random.randrange(4, 20)}.{self._random.randrange(200)}"
        else:
            model = self._random.randrange(MODELS)
            about |= {"maker": f"Maker {model % 40}", "product": f"Model {model}"}
        return Statement(
            id=f"s-{number}", vulnerability=cve(number), status="affected", spans=(Span(high=below),), source=source,
            **about,
        )  # fmt: skip


def _component(number: int, version: str) -> Component:
    formal = f"cpe:2.3:a:vendor_{number % 200}:package_{number}:{version}:*:*:*:*:*:*:*" if number % 2 else ""
    return Component(
        name=f"package-{number}", version=version, purl=f"pkg:generic/package-{number}@{version}", cpe=formal
    )  # fmt: skip


def _source(name: str) -> Source:
    return Source(id=name, format="cve", at=START)
