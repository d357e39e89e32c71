"""A proposal for 20,000 devices, and the matrix of zones over 400,000 flows with and without its roll-up.

Question: does the network engineer wait for the matrix or for a draft?
Bar (issue 4, acceptance 7): the matrix from the roll-up within 80 ms with 400,000 flow rows; a proposal for 20,000
devices within 60 s. What is compared: the matrix from the roll-up beside that made from all rows, in one run.

Example::

    python bench/zones.py --devices 20000 --rows 400000
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde.app import open_store  # noqa: E402 (the line above lets it be found)
from garde.inventory.kinds import kinds  # noqa: E402
from garde.model.device import Claim, Device  # noqa: E402
from garde.model.flow import Conversation  # noqa: E402
from garde.model.key import Key  # noqa: E402
from garde.model.zones.crossing import Crossing  # noqa: E402
from garde.pipeline.conversation import stage  # noqa: E402
from garde.pipeline.stage import Put  # noqa: E402
from garde.pipeline.zones.zoning import natures  # noqa: E402
from garde.twin.fleet import Fleet  # noqa: E402
from garde.twin.week import Week  # noqa: E402
from garde.zones.party import roster  # noqa: E402
from garde.zones.plan import packaged  # noqa: E402
from garde.zones.propose import propose  # noqa: E402
from garde.zones.roll import Baseline, crossed, gather, judge, matrix  # noqa: E402
from garde.zones.simulate import simulate  # noqa: E402

#: Seconds of the bar.
MATRIX, DRAFT = 0.080, 60.0
#: What a device of the twin says in a week, about.
SAID = 245
PLAN = packaged().within(["10.0.0.0/8", "fd00::/8"])
Result = TypeVar("Result")


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description="Zones of a large fleet")
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    week = Week(Fleet(chosen.devices, 1), before=0)
    devices = [device(row) for row in week.devices() if row["observable"]]
    # Of every routine some, not the first routines whole.
    step = max(1, SAID * chosen.devices // chosen.rows)
    talks = list(islice(week.talks(), 0, chosen.rows * step, step))
    who = roster(devices, PLAN, natures())
    seconds, lines = timed(lambda: gather(talks, who))
    print(f"{len(talks):,} conversations of {len(devices):,} devices are {len(lines):,} lines in {seconds:.2f} s")
    seconds, made = timed(lambda: propose(lines, who, at=0))
    print(f"proposal: {made.rules} rules in {seconds:.2f} s, {seconds / DRAFT:.3f} of the bar: {holds(seconds, DRAFT)}")
    seconds, found = timed(lambda: simulate(made.policy, lines, who, at=0))
    print(f"simulation: {len(found.breaks)} breaks in {seconds:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        rolled(devices, talks, f"sqlite:///{folder}/garde.db", chosen.rounds)


def rolled(devices: list[Device], talks: list[Conversation], url: str, rounds: int) -> None:
    """The matrix from the roll-up, beside the matrix from every row of the same store."""
    store = open_store(url)
    row = stage(PLAN)
    with store.begin() as unit:
        unit.put(devices)
    for start in range(0, len(talks), 30_000):
        with store.begin() as unit:
            effects = list(row.run(talks[start : start + 30_000], unit))
            unit.put(one.record for one in effects if isinstance(one, Put))
    quick = statistics.median(timed(lambda: crossed(store.all(Crossing)))[0] for _ in range(rounds))

    def whole() -> object:
        who = roster(store.all(Device), PLAN, natures())
        return matrix(gather(store.all(Conversation), who), judge(PLAN, Baseline([])))

    slow, _ = timed(whole)
    count = sum(1 for _ in store.all(Crossing))
    print(
        f"matrix: {quick * 1000:.1f} ms from {count} crossings, {slow * 1000:.0f} ms from {len(talks):,} rows, "
        f"{slow / quick:.0f} × faster: {holds(quick, MATRIX)}"
    )
    store.close()


def device(row: dict[str, object]) -> Device:
    """A device as its page would have it."""
    said = {"manufacturer": row["maker"], "model": row["model"], "ward": row["ward"]}
    claims = {name: Claim(name, str(value), 1.0) for name, value in said.items() if value}
    keys = tuple(Key(key["kind"], key["value"]) for key in row["keys"])  # type: ignore[attr-defined]
    kind = str(row["kind"])
    return Device(id=str(row["id"]), keys=keys, kind=kind if kind in kinds() else "unknown", claims=claims)


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of the work, and what it gave."""
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def holds(seconds: float, bar: float) -> str:
    """What is said of a figure beside its bar."""
    return "holds" if seconds <= bar else "misses"


if __name__ == "__main__":
    main()
