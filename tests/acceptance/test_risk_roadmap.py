"""The plan of the solver against one made by the worst CVSS first, on the twin with published weaknesses (issue 6)."""

from __future__ import annotations

import random

import pytest

from garde.app import opened, replay
from garde.config import Config
from garde.model.device import Device
from garde.model.risk.vulnerability import Likelihood, Reading, Source, Span, Statement, Vulnerability
from garde.pipeline.risk.assessing import Assessment
from garde.risk.package import Limits, prepared
from garde.risk.roadmap import greedy
from garde.risk.works import Works
from garde.twin import make

NOW = 1_780_000_000_000_000_000
VECTORS = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:L/I:H/A:H",
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:L",
)


def published(devices: list[Device], seed: int) -> Reading:
    """A document about two thirds of the models seen, each weakness with its own severity and chance."""
    chance = random.Random(seed)
    models = sorted({(one.value("manufacturer"), one.value("model")) for one in devices} - {("", "")})
    names = {f"CVE-2026-{1000 + at}": model for at, model in enumerate(models) if all(model) and chance.random() < 0.66}
    return Reading(
        source=Source(id=f"s-{seed}", format="csaf"),
        rows=len(names),
        vulnerabilities=tuple(
            Vulnerability(id=name, vectors=(chance.choice(VECTORS),), source=f"s-{seed}") for name in names
        ),
        statements=tuple(
            Statement(
                id=f"{name}-s", vulnerability=name, status="affected", maker=maker, product=model,
                spans=(Span(every=True),) if chance.random() < 0.5 else (Span(high="99.0"),), source=f"s-{seed}",
            )
            for name, (maker, model) in names.items()
        ),
        likelihoods=tuple(
            Likelihood(id=name, chance=chance.random() ** 2, percentile=0.5, source=f"s-{seed}") for name in names
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Works, dict[str, float]]:
    """The work on a twin of 200 devices, and the worst CVSS that each package meets."""
    folder = tmp_path_factory.mktemp("roadmap")
    make(devices=200, seed=7, out=folder / "hospital.pcap")
    url = f"sqlite:///{folder / 'garde.db'}"
    replay([folder / "hospital.pcap"], store=url)
    with opened(Config(), url) as (kept, bus):
        with kept.begin() as unit:
            unit.put([published(list(kept.all(Device)), 7)])
        risk = Assessment(kept, bus, Config(), now=lambda: NOW)
        works = risk.works()
        worst = {
            one.name: max(
                (flaw.severity for name in works.reach(one.name) for flaw in risk.facts(name).weaknesses), default=0.0
            )
            for one in works.packages
        }
    return works, worst


@pytest.mark.parametrize("budget", [20_000, 60_000, 150_000])
def test_the_solver_beats_worst_cvss_first(fleet: tuple[Works, dict[str, float]], budget: int) -> None:
    works, worst = fleet
    limits = Limits(budget=budget, hours=(200, 200))
    best = works.plan(limits)
    problem = works.problem(limits)
    by_cvss = greedy(problem, worst)
    assert max(worst.values()) > 0 and best.proved
    assert best.best.residual < by_cvss.residual
    assert best.best.cost <= budget and best.best.residual <= best.greedy.residual
    assert prepared(works.packages, (), limits).packages.keys() == problem.packages.keys()
