"""Packets a second from a capture file to a list of devices, beside two peers and two limits.

Question: how fast is `garde replay`, process start and inventory included, on this machine, today?
Rounds are interleaved, so that other load meets every row alike; quote the ratios of one run, never its seconds.
Peers do not do the same work: NFStream (nDPI) recognises more applications and makes no inventory, `tshark -T fields`
prints columns. tshark reads only the first packets and is counted per packet. The limits: reading the file from the
page cache, and the bare kernel (walk and flow table in a warm process, no payload leaves it).

Three captures. `zoo` is half replicas of every capture at hand, each with its own addresses: few packets a flow, hard
on everything that is done per flow. `ward` is long DICOM and HL7 connections, with one twentieth of the zoo, whose
captures of attacks and of rare protocols no hospital has in that density: it is unfair to whoever reads payloads.
`site` is a hospital's link as its octets go (`bench.inputs.site`): images, files, encrypted pages and video in full
packets, and the small talk of the simulated hospital; it is fair to what a replay is for, and flatters whoever passes
over bulk quickly. A process that starts in half a second shows it in half a gigabyte: with ``--octets`` the start
weighs less.

Beside the rate by the clock stands the rate by processor seconds, of all processes of a row: where other programs run,
the clock measures them too. By the clock a row may use both cores, by the processor it may not.

Example::

    python bench/packets.py --octets 540000000 --rounds 5
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.inputs import site, traffic  # noqa: E402 (the two lines above let it be found)

#: Packets tshark is given: it would take minutes for the rest.
FEW = 100_000
FIELDS = [
    "frame.time_epoch",
    "ip.src",
    "ip.dst",
    "tcp.srcport",
    "tcp.dstport",
    "udp.srcport",
    "udp.dstport",
    "frame.len",
]
NFSTREAM = "import sys; from nfstream import NFStreamer\nfor flow in NFStreamer(source=sys.argv[1], n_meters=1): pass"
REPLAY = "import sys; from garde.cli import main; sys.argv[0] = 'garde'; main()"


def process(*command: str) -> None:
    """Run a program to its end, its output thrown away."""
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )


def processor() -> float:
    """Seconds of the processor that this process and its ended children took so far."""
    return sum(os.times()[:4])


def read(path: Path) -> None:
    """Read the file once from the page cache."""
    buffer = bytearray(1 << 20)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def bare(path: Path) -> None:
    """Walk the file and account for every packet; no payload becomes a Python object."""
    from garde.capture.reader import open_capture
    from garde.wire.track import Tracker

    tracker = Tracker()
    for block in open_capture(path):
        tracker.account(block)


def rows(path: Path, few: Path, packets: int) -> dict[str, tuple[Callable[[], None], int]]:
    """What is measured, and how many packets it reads."""
    found: dict[str, tuple[Callable[[], None], int]] = {
        "garde replay (new process)": (lambda: process(sys.executable, "-c", REPLAY, "replay", str(path)), packets),
        "bare kernel (warm)": (lambda: bare(path), packets),
        "page cache read": (lambda: read(path), packets),
    }
    try:
        import nfstream  # noqa: F401 (is it here?)
    except ImportError:
        print("NFStream is not installed: no ratio to it (make bench installs it)")
    else:
        found["NFStream (new process)"] = (lambda: process(sys.executable, "-c", NFSTREAM, str(path)), packets)
    if shutil.which("tshark"):
        fields = [word for name in FIELDS for word in ("-e", name)]
        run = ["tshark", "-n", "-r", str(few), "-T", "fields", *fields]
        found["tshark -T fields (new process)"] = (lambda: process(*run), FEW)
    else:
        print("tshark is not installed: no ratio to it")
    return found


#: Capture → path, octets, most packets → packets written.
WRITERS: dict[str, Callable[[Path, int, int], int]] = {
    "site": lambda path, octets, most: site.write(path, octets, most=most),
    "ward": lambda path, octets, most: traffic.write(path, octets, zoo=0.05, most=most),
    "zoo": lambda path, octets, most: traffic.write(path, octets, zoo=0.5, most=most),
}


def measure(name: str, octets: int, rounds: int, out: Path) -> dict[str, float]:
    """Medians in packets a second of one capture."""
    path, few = out / f"{name}.pcap", out / f"{name}-few.pcap"
    packets = WRITERS[name](path, octets, 1 << 40)
    WRITERS[name](few, octets, FEW)
    found = rows(path, few, packets)
    found["garde replay (new process)"][0]()
    found["bare kernel (warm)"][0]()
    taken: dict[str, list[float]] = {row: [] for row in found}
    worked: dict[str, list[float]] = {row: [] for row in found}
    for _ in range(rounds):
        for row, (run, count) in found.items():
            started, busy = time.perf_counter(), processor()
            run()
            taken[row].append(count / (time.perf_counter() - started))
            worked[row].append(count / max(processor() - busy, 1e-6))
    ours, work = (statistics.median(column["garde replay (new process)"]) for column in (taken, worked))
    print(f"\n{name}: {packets:,} packets, {path.stat().st_size:,} octets, {rounds} rounds")
    for row, rates in taken.items():
        median, busy = statistics.median(rates), statistics.median(worked[row])
        print(
            f"  {row:32} {median / 1e6:8.3f} Mpps ({min(rates) / 1e6:.3f} to {max(rates) / 1e6:.3f})"
            f"  replay is {ours / median:7.2f} x    {busy / 1e6:8.3f} a processor second, replay {work / busy:7.2f} x",
            flush=True,
        )
    path.unlink()
    few.unlink()
    return {row: statistics.median(rates) for row, rates in taken.items()}


def main() -> None:
    """Measure both captures and leave the figures in bench/out/packets.json."""
    parser = argparse.ArgumentParser(description="Packets a second beside two peers and two limits")
    parser.add_argument("--octets", type=int, default=540_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=tuple(WRITERS))
    chosen = parser.parse_args()
    out = ROOT / "bench" / "out"
    figures = {
        name: measure(name, chosen.octets, chosen.rounds, out) for name in WRITERS if chosen.only in (None, name)
    }
    (out / "packets.json").write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
