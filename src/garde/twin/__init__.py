"""The twin: a simulated French university hospital that writes real protocol bytes.

Question: what would a mirror port of a hospital whose every device is known have recorded?
Reference: issue 2 part 10. The same arguments give the same octets. The twin shares no code with the dissectors
and no knowledge with the catalogue: it is what both are measured against.

Walk: ``makes/`` → `Fleet` (who is there) → `Day` (who speaks when) → ``talk`` (which bytes) → `tcp` and
`frames` (which packets) → `pcap`; beside it `truth` (what is so) and `score` (what was found of it).

Example:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = make(devices=40, seed=1, out=Path(folder, "x.pcap"), truth=Path(folder, "x.json"))
    >>> made.devices
    40
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from garde.twin.day import MORNING, Day
from garde.twin.fleet import Fleet
from garde.twin.pcap import Writer
from garde.twin.truth import register, rows
from garde.twin.voices import VOICES

__all__ = ["DEMONSTRATION", "DIRECTORY", "Summary", "make"]

#: Arguments of the hospital that ``garde run`` shows when nothing is configured.
DEMONSTRATION: Final[dict[str, Any]] = {"devices": 150, "seed": 2026}
#: Whom that hospital calls, and what it does without a device.
DIRECTORY: Final = Path(__file__).parent / "directory.toml"


class Summary(NamedTuple):
    """What was written."""

    devices: int
    ghosts: int
    packets: int
    octets: int

    def __str__(self) -> str:
        size = self.octets / 1e6
        return f"{self.devices} devices and {self.ghosts} ghosts: {self.packets} packets, {size:.1f} MB written"


def make(
    devices: int,
    seed: int,
    out: Path,
    truth: Path | None = None,
    gmao: Path | None = None,
    midstream: bool = False,
    *,
    minutes: int = 20,
    bulk: int = 0,
    nano: bool = False,
    start: int = MORNING,
) -> Summary:
    """Write a hospital's day.

    Args:
        devices: how many can be observed, at least 20.
        seed: decides everything; the same seed gives the same octets.
        out: the capture.
        truth: where to write what is really there (JSON).
        gmao: where to write the register (CSV, Windows-1252).
        midstream: the capture begins after connections and DICOM associations were set up.
        minutes: how long the day takes in the capture.
        bulk: bytes of image data to add, for measuring.
        nano: a capture in nanoseconds.
        start: nanoseconds since 1970 at which the day begins; without it, one and the same morning.
    """
    fleet = Fleet(devices, seed)
    day = Day(fleet, VOICES, seed, minutes=minutes, started=midstream, bulk=bulk, start=start)
    with out.open("wb", buffering=1 << 20) as file:
        writer = Writer(file, nano=nano)
        for at, frame in day.frames():
            writer.write(at, frame)
    if truth is not None:
        known = {"seed": seed, "midstream": midstream, "devices": rows(fleet)}
        truth.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if gmao is not None:
        gmao.write_bytes(register(fleet, seed))
    return Summary(len(fleet.devices), len(fleet.ghosts), writer.packets, writer.octets)
