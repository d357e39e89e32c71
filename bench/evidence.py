"""What the chain costs, and how fast a log is verified, exported, saved and restored.

The log is that of a simulated hospital, repeated with other times until it is long enough. The limit of appending is
the same insertion without the links; the limit of verifying is one SHA-256 over the same octets, read from the same
file. Rows are interleaved in each round; quote the ratios of one run, never its seconds.

Example::

    python bench/evidence.py --messages 100000 --rounds 3
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.bus import observed  # noqa: E402 (the line above lets it be found)
from garde.app import SystemClock, open_store  # noqa: E402
from garde.evidence.export import Wanted, export  # noqa: E402
from garde.evidence.seal import seal  # noqa: E402
from garde.evidence.verify import breaks  # noqa: E402
from garde.keys.file import FileKeys  # noqa: E402
from garde.model.message import digest  # noqa: E402
from garde.model.observation import Observation  # noqa: E402
from garde.ports import Store  # noqa: E402
from garde.store import chain  # noqa: E402
from garde.vault.backup import Saved, save  # noqa: E402

#: Messages appended together.
TOGETHER = 10_000
NOTHING = bytes(32)


def long(seen: Sequence[Observation], count: int) -> list[Observation]:
    """The observations again and again, each time as others."""
    found: list[Observation] = []
    turn = 0
    while len(found) < count:
        found += [msgspec.structs.replace(one, id=digest(turn, one.id), at=one.at + turn) for one in seen]
        turn += 1
    return found[:count]


def filled(store: Store, messages: Sequence[Observation], keys: FileKeys) -> None:
    """Append and seal."""
    for start in range(0, len(messages), TOGETHER):
        with store.begin() as unit:
            unit.append(messages[start : start + TOGETHER])
            seal(unit, keys, SystemClock().now())


@contextmanager
def unlinked():
    """Appending without computing links."""
    with mock.patch.multiple(chain, item=mock.DEFAULT, follow=mock.DEFAULT):
        chain.item = chain.follow = _nothing
        yield


def _nothing(*_: object) -> bytes:
    return NOTHING


def main() -> None:
    """Print one line per act."""
    parser = argparse.ArgumentParser(description="The cost of evidence")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    taken: dict[str, list[float]] = {}

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        messages = long(observed(300, folder), chosen.messages)
        keys = FileKeys(str(folder / "k.pem"))
        for number in range(chosen.rounds):
            for name, seconds in lap(folder / str(number), messages, keys):
                taken.setdefault(name, []).append(seconds)
    base = {"appended": "appended without links", "verified": "hashed once"}
    print(f"{chosen.messages:,} messages, {chosen.rounds} rounds, medians of messages/s")
    for name, seconds in taken.items():
        rate = chosen.messages / statistics.median(seconds)
        beside = (
            f"{statistics.median(taken[base[name]]) / statistics.median(seconds):5.2f} of {base[name]}"
            if name in base
            else ""
        )
        print(f"{name:34} {rate:9,.0f}/s  {beside}")


def lap(folder: Path, messages: Sequence[Observation], keys: FileKeys) -> Iterator[tuple[str, float]]:
    """Every act once, with its seconds."""
    bare, store, other = (open_store(f"sqlite:///{folder}/{name}.db") for name in ("bare", "log", "other"))
    started = time.perf_counter()

    def taken(name: str) -> tuple[str, float]:
        nonlocal started
        since, started = started, time.perf_counter()
        return name, started - since

    with unlinked():
        filled(bare, messages, keys)
    yield taken("appended without links")
    filled(store, messages, keys)
    yield taken("appended")
    hashed(folder / "log.db")
    yield taken("hashed once")
    archive, backup = io.BytesIO(), io.BytesIO()
    with store.snapshot() as look:
        whole(list(breaks(look, (keys.name,))))
        yield taken("verified")
        export(look, keys, archive, Wanted(), SystemClock().now())
        yield taken("exported")
        save(look, keys, backup, SystemClock().now())
        yield taken("saved")
    (folder / "out.garde").write_bytes(archive.getvalue())
    alone(folder / "out.garde")
    yield taken("archive verified by its verifier")
    restored(other, backup)
    yield taken("checked and restored")
    for one in (bare, store, other):
        one.close()


def hashed(path: Path) -> None:
    """One SHA-256 over everything that is in the chain."""
    total = hashlib.sha256()
    with sqlite3.connect(path) as connection:
        for row in connection.execute("SELECT seq, id, at, kind, body FROM messages ORDER BY seq"):
            total.update(row[4])
    connection.close()


def whole(lines: list[str]) -> None:
    """Nothing is broken, or the run fails."""
    if lines:
        raise SystemExit(lines[0])


def alone(path: Path) -> None:
    """The archive's own verifier, in a Python of its own."""
    verifier = ROOT / "src/garde/evidence/standalone.py"
    subprocess.run([sys.executable, "-I", "-S", verifier, path], check=True, capture_output=True)


def restored(store: Store, backup: io.BytesIO) -> None:
    """Every octet checked, then written, then compared."""
    saved = Saved(backup)
    whole(saved.damage())
    store.restore(saved, saved.digests)


if __name__ == "__main__":
    main()
