"""How well a hospital is recognised: a confusion matrix for three simulated ones, whole and joined in the middle.

Question: of the devices of a hospital that is known to the last cable, how many does Garde find and name?
Reference: issue 2, acceptance 4 and 5. ``python bench/twin.py [DEVICES]`` prints the matrix of the first seed in full
and one line for the others.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from garde.app import replay
from garde.report.devices import as_record
from garde.twin import make
from garde.twin.score import Card, score

SEEDS = (1, 2, 3)


def measure(devices: int, seed: int, *, midstream: bool, folder: Path) -> tuple[Card, float, float]:
    """The score of one hospital, with the seconds that writing and reading took."""
    out, truth = folder / f"{seed}.pcap", folder / f"{seed}.json"
    started = time.perf_counter()
    make(devices, seed, out, truth, midstream=midstream)
    written = time.perf_counter()
    found = [as_record(device) for device in replay([out]).devices]
    read = time.perf_counter()
    return score(found, json.loads(truth.read_text("utf-8"))["devices"]), written - started, read - written


def main() -> None:
    """Print the scores."""
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as name:
        for midstream in (False, True):
            for seed in SEEDS:
                card, written, read = measure(devices, seed, midstream=midstream, folder=Path(name))
                how = ", joined in the middle" if midstream else ""
                print(f"-- seed {seed}{how}: {written:.1f} s to write, {read:.1f} s to read")
                print(card if seed == SEEDS[0] and not midstream else card.summary)


if __name__ == "__main__":
    main()
