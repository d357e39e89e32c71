"""Time to classify: seconds of a capture from a device's first packet until its kind is known.

Question: how long is a device that was plugged in an unknown one?
Bar (DESIGN §9): median at most 60 s. The seconds are those of the capture, not of this machine: the observations of a
simulated hospital are given to the inventory in the order of the packets, a slice of capture time after the other. The
first kind that is claimed counts for the bar; beside it stands when the kind was the one that it still is at the end.
Devices that never get one are counted beside.

Two clocks are shown: from the first packet, as the bar says, and from the first word, the first packet that tells more
than addresses and how a system asks for them. The time between is the device's silence, which the simulated hospital
draws at random over its day; nobody who only listens can shorten it. A wait ends with the slice in which it ends, so
it is up to a slice too long; the simulated day is pressed into few minutes, so its devices speak more often than real
ones.

Example::

    python bench/classify.py --devices 150 --slice 10
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde import twin  # noqa: E402 (the line above lets it be found)
from garde.capture.reader import open_capture  # noqa: E402
from garde.inventory.evidence import Folder  # noqa: E402
from garde.inventory.resolve import resolve  # noqa: E402
from garde.model.key import Key  # noqa: E402
from garde.model.observation import Observation  # noqa: E402
from garde.pipeline.sensor import Sensor  # noqa: E402

SECOND = 1_000_000_000
BAR = 60.0
#: Sources by which every station that is switched on gets its address, whatever it is.
JOINING = frozenset({"frame", "tcp", "arp", "icmpv6", "dhcp", "dhcpv6"})


def observed(path: Path) -> list[Observation]:
    """What a sensor says, in the order of the packets."""
    sensor = Sensor("core-1", file=path.name)
    seen = [one for block in open_capture(path) for one in sensor.hear(block)] + sensor.finish()
    return sorted(seen, key=lambda one: (one.at, one.id))


class Waits(NamedTuple):
    """Seconds until each MAC's device has a kind, the same from its first word, until it has its last kind; how many
    have none at the end."""

    claimed: list[float]
    spoken: list[float]
    kept: list[float]
    never: int


def waits(seen: Sequence[Observation], step: int) -> Waits:
    """How long each address waits."""
    words: dict[Key, int] = {}
    for one in seen:
        if one.source not in JOINING:
            for key in one.subject:
                words.setdefault(key, one.at)
    folder = Folder()
    claimed: dict[Key, int] = {}
    settled: dict[Key, tuple[str, int]] = {}
    first: dict[Key, int] = {}
    place, until = 0, seen[0].at
    while place < len(seen):
        until += step
        end = place
        while end < len(seen) and seen[end].at <= until:
            end += 1
        if end == place:
            continue
        folder.add(seen[place:end])
        place = end
        for device in resolve(folder.interfaces().values()):
            for key in device.keys:
                if key.kind == "mac":
                    first.setdefault(key, device.first_at)
                    if device.kind != "unknown":
                        claimed.setdefault(key, until)
                    if key not in settled or settled[key][0] != device.kind:
                        settled[key] = (device.kind, until)
    kept = [(at - first[key]) / SECOND for key, (kind, at) in settled.items() if kind != "unknown"]
    waited = [(at - first[key]) / SECOND for key, at in claimed.items()]
    spoken = [max(0, at - words.get(key, first[key])) / SECOND for key, at in claimed.items()]
    return Waits(waited, spoken, kept, len(settled) - len(kept))


def main() -> None:
    """Print one line per hospital."""
    parser = argparse.ArgumentParser(description="Seconds of capture until the kind is known")
    parser.add_argument("--devices", type=int, default=150)
    parser.add_argument("--slice", type=int, default=10, help="seconds of capture between two looks")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    chosen = parser.parse_args()
    for seed in chosen.seeds:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "hospital.pcap"
            twin.make(chosen.devices, seed, path)
            claimed, spoken, kept, never = waits(observed(path), chosen.slice * SECOND)
        median, last = statistics.median(claimed), statistics.median(kept)
        verdict = "holds" if median <= BAR else "misses"
        p90 = statistics.quantiles(claimed, n=10)[8]
        print(
            f"seed {seed}: median {median:.0f} s ({verdict}), p90 {p90:.0f} s; from the first word "
            f"median {statistics.median(spoken):.0f} s; the last kind after {last:.0f} s; "
            f"{len(claimed)} addresses named, {never} not at the end"
        )


if __name__ == "__main__":
    main()
