"""Memory of `garde replay` against the size of the file.

Question: is memory bounded by what talks, not by how much is said?
Three captures of one kind, each four times as large as the one before; the largest resident size of the process that
replayed it, and what of it is there before the first packet; the same of the second process, which shares with it what
was there before. Only the slope says something.

Example::

    python bench/memory.py --octets 500000000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.inputs.traffic import write  # noqa: E402 (the two lines above let it be found)

REPLAY = """
import resource, sys
from pathlib import Path
from garde.app import replay
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = replay([Path(sys.argv[1])])
both = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(before, *both, report.stats["flows"], len(report.devices))
"""


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description="Memory of garde replay against the size of the file")
    parser.add_argument("--octets", type=int, default=500_000_000)
    chosen = parser.parse_args()
    path = ROOT / "bench" / "out" / "memory.pcap"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for share in (16, 4, 1):
        write(path, chosen.octets // share, zoo=0.05)
        run = [sys.executable, "-c", REPLAY, str(path)]
        done = subprocess.run(run, check=True, capture_output=True, text=True, env=environment)
        before, most, beside, flows, devices = map(int, done.stdout.split())
        size = path.stat().st_size / 1e6
        resident = f"{most / 1024:6.0f} MiB resident, {before / 1024:.0f} of them before the first packet"
        resident += f"; a second process {beside / 1024:.0f}" if beside else ""
        print(f"{size:7.0f} MB file: {resident}; {flows:,} flows, {devices:,} devices")
    path.unlink()


if __name__ == "__main__":
    main()
