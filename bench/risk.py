"""Risk of a large fleet: the first scoring, a new document, another grid, a component, and a new plan.

Question: does a person wait for risk, with 20,000 devices of 300 components each and a year of weaknesses?
Bars (issue 6, acceptance 4 and 5): first scoring 60 s, one new advisory 2 s, another grid with the list of changes
10 s, who runs a component 1 s, a new plan 5 s. Baseline of each, in the same rounds: every device asked on its own, as
one would write it first (all parts looked up, both scores, the cell), on a sample and multiplied up; for a component,
a walk through every bill of every device; for the plan, the greedy one that a person makes by hand. Seconds are of the
wall; those of the processor stand beside them, since others use this machine.

Example::

    python bench/risk.py --devices 20000 --rounds 3
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.inputs.weaknesses import COMPONENTS, MODELS, SITES, WARDS, WEAKNESSES, Made  # noqa: E402 (found by the line above)
from garde.risk import matrix  # noqa: E402
from garde.risk.criticality import Scorer  # noqa: E402
from garde.risk.fleet import Asset, Fleet  # noqa: E402
from garde.risk.grid import Grid, packaged  # noqa: E402
from garde.risk.package import Limits, Package, Stake, prepared  # noqa: E402
from garde.risk.roadmap import Roadmap, greedy, roadmap  # noqa: E402
from garde.risk.vulnerability.alias import folded  # noqa: E402
from garde.risk.vulnerability.match import Index, Part  # noqa: E402
from garde.risk.vulnerability.score import score  # noqa: E402
from garde.risk.vulnerability.weigh import Known, weaknesses  # noqa: E402

BARS = {"first scoring": 60.0, "new advisory": 2.0, "grid swap": 10.0, "component": 1.0, "new plan": 5.0}
#: Devices that the naive way is measured on.
SAMPLE = 40
Found = TypeVar("Found")


class Time(NamedTuple):
    """Seconds of the wall and of the processor."""

    wall: float
    processor: float


def timed(work: Callable[[], Found]) -> tuple[Found, Time]:
    """What it gives, and how long it took."""
    gc.collect()
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    return found, Time(time.perf_counter() - wall, time.process_time() - processor)


class Naive:
    """Every device on its own."""

    def __init__(self, made: Made) -> None:
        self._index = Index(one for reading in made.readings for one in reading.statements)
        self._known = Known(
            (one for reading in made.readings for one in reading.vulnerabilities),
            (one for reading in made.readings for one in reading.likelihoods),
            (one for reading in made.readings for one in reading.exploited),
        )
        self._bills = {(bill.of.maker, bill.of.name): bill for bill in made.bills}

    def judge(self, asset: Asset, grid: Grid, scorer: Scorer) -> float:
        """The score of one device, placed."""
        bill = self._bills[asset.parts[0].maker, asset.parts[0].name]
        parts = [
            *asset.parts,
            *(Part(maker=c.maker, name=c.name, version=c.version, purl=c.purl, cpe=c.cpe) for c in bill.components),
        ]
        found = weaknesses(
            (verdict for part in parts for verdict in self._index.verdicts(part)), self._known, asset.setting
        )
        value = score(msgspec.structs.replace(asset.facts, weaknesses=found)).value
        matrix.place(grid, asset.subject, scorer.score(asset.subject), value, asset.site)
        return value


def other(grid: Grid) -> Grid:
    """A grid by which many devices stand elsewhere."""
    head = msgspec.structs.replace(grid.head, version="bench", thresholds=(1.5, 2.0, 2.75))
    return msgspec.structs.replace(grid, head=head, digest="bench")


def plan(fleet: Fleet, budget: int) -> tuple[Roadmap, Time, Time]:
    """The best plan of a year, seconds for it, and seconds for the one made by hand."""
    dice = random.Random(3)
    work = [
        *(Package(name=f"segment {n}", cost=9_000, hours=60, owner="information systems") for n in range(WARDS)),
        *(Package(name=f"patch {n}", cost=dice.randrange(1, 9) * 1000, hours=dice.randrange(8, 40)) for n in range(40)),
        *(Package(name=f"watch {n}", cost=20_000, hours=80) for n in range(SITES)),
    ]
    limits = Limits(budget=budget, hours=(600, 600, 600, 600))

    def stakes() -> list[Stake]:
        found = []
        for name, one in fleet.judged.items():
            placed = one.placed
            number, model = int(name[2:]), int(placed.model.removeprefix("Model "))
            effects = {f"segment {number % WARDS}": 0.5, f"watch {number % SITES}": 0.9}
            if model % 2:
                effects[f"patch {model % 40}"] = 0.7
            found.append(Stake(name=name, risk=placed.risk * one.vulnerability.value, effects=effects))
        return found

    found, ours = timed(lambda: roadmap(prepared(work, stakes(), limits)))
    _, hand = timed(lambda: greedy(prepared(work, stakes(), limits)))
    return found, ours, hand


def said(name: str, taken: Time, baseline: Time, note: str) -> None:
    """One line: measured, bar, and how many times faster than the baseline."""
    bar = BARS[name]
    verdict = "holds" if taken.wall <= bar else "BROKEN"
    print(
        f"{name:14} {taken.wall:8.3f} s ({taken.processor:7.3f} s of processor)  bar {bar:4.0f} s: {verdict:6}  "
        f"baseline {baseline.wall:9.3f} s, {baseline.wall / taken.wall:8.1f} × as fast; {note}",
        flush=True,
    )


def once(devices: int) -> None:
    """All questions, in one round."""
    made, grid = Made(devices), packaged()["CRIT-DMC 1"]
    naive = Naive(made)
    chosen = made.assets[:: max(1, devices // SAMPLE)][:SAMPLE]
    scorer = Scorer(grid, ())
    values, sample = timed(lambda: {one.id: naive.judge(one, grid, scorer) for one in chosen})
    times = devices / len(chosen)
    every = Time(sample.wall * times, sample.processor * times)

    def first() -> Fleet:
        fleet = Fleet(grid, (), made.readings)
        fleet.put(made.assets)
        return fleet

    fleet, taken = timed(first)
    if any(abs(fleet.judged[name].vulnerability.value - value) > 1e-9 for name, value in values.items()):
        raise SystemExit("The fleet does not score as every device on its own does")
    counted = sum(len(one.vulnerability.terms[1].lines) for one in fleet.judged.values()) / devices
    said(
        "first scoring",
        taken,
        every,
        f"{len(chosen)} devices on their own × {times:.0f}; {counted:.0f} weaknesses each",
    )
    changed, taken = timed(lambda: fleet.learn([made.advisory()]))
    said("new advisory", taken, every, f"{len(changed):,} devices scored otherwise; all scored again on their own")
    changes, taken = timed(lambda: fleet.swap(other(grid)))
    said("grid swap", taken, every, f"{len(changes):,} devices stand otherwise; all scored again on their own")
    found, taken = timed(lambda: fleet.running("package-0", below="3.0"))
    bills = {(bill.of.maker, bill.of.name): bill for bill in made.bills}

    def walk() -> list[str]:
        return [
            asset.id
            for asset in made.assets
            for one in bills[asset.parts[0].maker, asset.parts[0].name].components
            if folded(one.name) == "package 0"
        ]

    _, walked = timed(walk)
    said("component", taken, walked, f"{len(found):,} devices; every bill of every device walked")
    best, taken, hand = plan(fleet, 300_000)
    left = best.greedy.residual / best.best.residual
    said("new plan", taken, hand, f"the greedy plan, which leaves {left:.3f} × the risk; proved: {best.proved}")


def main() -> None:
    """Print a line for each question and round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    print(f"{chosen.devices:,} devices, {MODELS} models, {COMPONENTS} components each, {WEAKNESSES:,} weaknesses")
    for _ in range(chosen.rounds):
        once(chosen.devices)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"largest resident size {resident:,} MiB, both ways and their inputs together")


if __name__ == "__main__":
    main()
