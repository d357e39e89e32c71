"""Observations a second that become devices, over both buses and both stores.

Question: how fast does a backlog become an inventory, and how much slower is that than merely writing it down?
The observations are those of a simulated hospital, and the same a day later, when every value is known already. Rows
are interleaved in each round; quote the ratios of one run, never its seconds. The limit: the same messages encoded and
inserted by one bare ``executemany`` into a table of the same shape. Every row ends with the same devices, or the run
fails. Seconds of the processor are those of this process alone: other load does not count, nor do the servers.

Example::

    python bench/bus.py --devices 500 --rounds 3
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde import twin  # noqa: E402 (the line above lets it be found)
from garde.app import SystemClock, open_store  # noqa: E402
from garde.bus.log import LogBus  # noqa: E402
from garde.bus.nats import NatsBus  # noqa: E402
from garde.capture.reader import open_capture  # noqa: E402
from garde.model.codec import encode  # noqa: E402
from garde.model.device import Device  # noqa: E402
from garde.model.message import digest  # noqa: E402
from garde.model.observation import Observation  # noqa: E402
from garde.pipeline.runner import Runner  # noqa: E402
from garde.pipeline.sensor import Sensor  # noqa: E402
from garde.pipeline.table import stages  # noqa: E402
from garde.ports import Bus, Store  # noqa: E402
from tests import servers  # noqa: E402

DAY = 86_400 * 1_000_000_000
#: Messages published together.
TOGETHER = 10_000
#: Target of DESIGN §9, observations a second.
BAR = 10_000

Lap = tuple[str, float, float]


def observed(devices: int, folder: Path) -> list[Observation]:
    """What a sensor says of a simulated hospital."""
    path = folder / "hospital.pcap"
    twin.make(devices, 7, path)
    sensor = Sensor("core-1", file=path.name)
    seen = [one for block in open_capture(path) for one in sensor.hear(block)] + sensor.finish()
    return list({one.id: one for one in seen}.values())


def a_day_later(seen: Sequence[Observation]) -> list[Observation]:
    """The same things, seen again."""
    return [msgspec.structs.replace(one, at=one.at + DAY, id=digest("again", one.id)) for one in seen]


def publish(bus: Bus, seen: Sequence[Observation]) -> None:
    """Hand all of them to the bus."""
    for start in range(0, len(seen), TOGETHER):
        bus.publish(seen[start : start + TOGETHER])


def worked(store: Store, bus: Bus, days: Sequence[Sequence[Observation]]) -> list[Lap]:
    """Publish each day, then apply it; seconds of each, by the clock and of the processor."""
    runner = Runner(stages(), store, bus, SystemClock(), only=("inventory",))
    laps = []
    for name, seen in zip(("new", "known"), days, strict=True):
        started, busy = time.perf_counter(), time.process_time()
        publish(bus, seen)
        laps.append(("published", time.perf_counter() - started, time.process_time() - busy))
        started, busy = time.perf_counter(), time.process_time()
        done = 0
        while done < len(seen):
            done += runner.step(0.05)
        laps.append((f"applied, {name}", time.perf_counter() - started, time.process_time() - busy))
    return laps


def inserted(path: Path, seen: Sequence[Observation]) -> tuple[float, float]:
    """Seconds of a bare insertion, by the clock and of the processor."""
    started, busy = time.perf_counter(), time.process_time()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE messages (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, at INTEGER, body BLOB)")
        rows = [(one.id, one.at, encode(one)) for one in seen]
        connection.executemany("INSERT INTO messages (id, at, body) VALUES (?, ?, ?)", rows)
    connection.close()
    return time.perf_counter() - started, time.process_time() - busy


def main() -> None:
    """Print one line per store, bus and lap."""
    parser = argparse.ArgumentParser(description="Observations a second that become devices")
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        seen = observed(chosen.devices, folder)
        days = (seen, a_day_later(seen))
        postgres, nats = stack.enter_context(servers.postgres()), stack.enter_context(servers.nats())
        ends: set[bytes] = set()
        for number in range(chosen.rounds):
            taken.setdefault(("bare SQLite", "inserted"), []).append(inserted(folder / f"bare-{number}.db", seen))
            for row, store, bus in rows(postgres, nats, folder, number):
                for lap, seconds, busy in worked(store, bus, days):
                    taken.setdefault((row, lap), []).append((seconds, busy))
                ends.add(msgspec.msgpack.encode(sorted(store.all(Device), key=lambda device: device.id)))
                bus.close()
                store.close()
    if len(ends) != 1:
        raise SystemExit(f"the rows ended with {len(ends)} different inventories")
    report(taken, len(seen), chosen.rounds)


def rows(postgres: str, nats: str, folder: Path, number: int) -> list[tuple[str, Store, Bus]]:
    """Every store with every bus, each fresh."""
    found: list[tuple[str, Store, Bus]] = []
    for store_name in ("SQLite", "PostgreSQL"):
        for bus_name in ("log", "JetStream"):
            place = f"bench_{number}_{bus_name.lower()}"
            store = open_store(f"sqlite:///{folder / place}.db" if store_name == "SQLite" else made(postgres, place))
            bus: Bus = LogBus(store) if bus_name == "log" else NatsBus(nats, f"B{number}{store_name}")
            found.append((f"{store_name} + {bus_name}", store, bus))
    return found


def made(url: str, name: str) -> str:
    """The address of a new database on a server."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


def report(taken: dict[tuple[str, str], list[tuple[float, float]]], count: int, rounds: int) -> None:
    """One line per row and lap, beside the bare insertion and the bar."""
    bare = count / statistics.median(seconds for seconds, _ in taken["bare SQLite", "inserted"])
    print(f"{count:,} observations a day, {rounds} rounds, medians of observations/s")
    for (row, lap), laps in taken.items():
        rate, work = (count / statistics.median(column) for column in zip(*laps, strict=True))
        share = f"{rate / bare:5.2f} of bare"
        verdict = ("holds" if rate >= BAR else "misses") if lap.startswith("applied") else ""
        print(f"{row:24} {lap:15} {rate:9,.0f}/s  {work:9,.0f} per processor second  {share}  {verdict}")


if __name__ == "__main__":
    main()
