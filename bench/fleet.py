"""Lists, facets and searches of a large fleet: milliseconds of the server, and memory.

Question: does a person who types wait, with 20,000 devices of which two million observations were kept?
Bar (DESIGN §9): p95 below 100 ms and less than 4 GiB resident. A store is filled with replicas of a simulated
hospital's devices, each with addresses and names of its own, and with a log of observations about them; then the whole
application is asked in process. ``Fleet.find`` alone is measured beside it, in the same rounds. The first page after
the start, which compiles the template, is said apart.

Example::

    python bench/fleet.py --devices 20000 --observations 2000000
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import httpx
import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde import twin  # noqa: E402 (the line above lets it be found)
from garde.app import open_store, replay  # noqa: E402
from garde.bus.log import LogBus  # noqa: E402
from garde.inventory.describe import device_id  # noqa: E402
from garde.model.codec import encode  # noqa: E402
from garde.model.device import Claim, Device  # noqa: E402
from garde.model.key import Key  # noqa: E402
from garde.model.observation import Observation, Place, observe  # noqa: E402
from garde.report.fleet import Fleet, Query  # noqa: E402
from garde.web.application import build  # noqa: E402
from garde.web.site import Site  # noqa: E402

#: Milliseconds and octets of DESIGN §9.
BAR, MOST = 100.0, 4 << 30
START = 1_780_000_000 * 1_000_000_000
#: What people ask, as filters, words and order.
ASKED: tuple[tuple[str, Query], ...] = (
    ("list", Query()),
    ("list, last page", Query(first=19_950, order="last_seen", down=True)),
    ("facet", Query(filters=(("kind", "CT", True),))),
    (
        "facets",
        Query(filters=(("kind", "MON_BED", True), ("manufacturer", "", False), ("certainty", "accepted", True))),
    ),
    ("search, many", Query(text="10.")),
    ("search, two words", Query(text="philips 7-1")),
    ("search, none", Query(text="no such thing anywhere")),
)


def hospital(folder: Path, devices: int) -> list[Device]:
    """The devices of a simulated hospital, as Garde sees them."""
    path = folder / "hospital.pcap"
    twin.make(devices, 7, path)
    return replay([path]).devices


def replicas(models: Sequence[Device], count: int) -> Iterator[Device]:
    """As many devices, each with a MAC, an IP and a name of its own; all else is that of a real one."""
    for number, model in zip(range(count), itertools.cycle(models), strict=False):
        octets = f"{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        ip = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        keys = (Key("mac", f"00:09:fb:{octets}"), Key("ip", ip), *(key for key in model.keys if key.kind == "serial"))
        names = (Claim("hostname", f"HOST-{number % 997}-{number}", 0.9),)
        yield msgspec.structs.replace(
            model, id=device_id(keys[0]), keys=keys, last_at=START + number, many={**model.many, "hostname": names}
        )


def observations(devices: Sequence[Device], count: int) -> Iterator[Observation]:
    """As many sightings, spread over the devices."""
    for number, device in zip(range(count), itertools.cycle(devices), strict=False):
        yield observe(
            sensor="core-1",
            at=START + number,
            subject=device.keys[:2],
            attribute="hostname",
            value=f"HOST-{number}",
            source="dhcp",
            weight=0.9,
            place=Place("core.pcap", number + 1, 60, 8),
        )


def fill(path: Path, devices: Sequence[Device], count: int) -> None:
    """A store with these devices and a log of that length, written past the port because it is only an input."""
    store = open_store(f"sqlite:///{path}")
    with store.begin() as unit:
        unit.put(devices)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        rows = ((one.id, one.at, "Observation", encode(one)) for one in observations(devices, count))
        connection.executemany("INSERT INTO messages (id, at, kind, body) VALUES (?, ?, ?, ?)", rows)
    connection.close()


def address(query: Query) -> str:
    """The address of the page that asks this."""
    values = [(name if keep else f"not.{name}", value) for name, value, keep in query.filters]
    values += [("q", query.text)] if query.text else []
    values += [("sort", f"{'-' if query.down else ''}{query.order}"), ("page", str(query.first // query.most + 1))]
    return f"/devices?{urlencode(values)}"


async def ask(site: Site, rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds of the page and of the index alone, by question."""
    taken: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name, _ in ASKED}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=build(site)), base_url="http://garde") as client:
        for _ in range(rounds):
            for name, query in ASKED:
                started = time.perf_counter()
                answer = await client.get(address(query))
                middle = time.perf_counter()
                site.fleet.find(query)
                ended = time.perf_counter()
                answer.raise_for_status()
                taken[name][0].append((middle - started) * 1000)
                taken[name][1].append((ended - middle) * 1000)
    return taken


def quantiles(times: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    cut = statistics.quantiles(times, n=20)
    return cut[9], cut[18]


def main() -> None:
    """Print one line per question and the memory."""
    parser = argparse.ArgumentParser(description="Lists, facets and searches of a large fleet")
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--observations", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "garde.db"
        fill(path, list(replicas(hospital(Path(name), 200), chosen.devices)), chosen.observations)
        store = open_store(f"sqlite:///{path}")
        started = time.perf_counter()
        fleet = Fleet(store.all(Device))
        size = path.stat().st_size / 1e6
        print(f"{len(fleet):,} devices, {chosen.observations:,} observations, {size:,.0f} MB of store")
        print(f"the fleet was read in {time.perf_counter() - started:.1f} s")
        site = Site(store, LogBus(store), fleet)
        [first], _ = asyncio.run(ask(site, 1))[ASKED[0][0]]
        print(f"the first page took {first:.0f} ms")
        every: list[float] = []
        for question, (page, index) in asyncio.run(ask(site, chosen.rounds)).items():
            every += page
            (p50, p95), (q50, q95) = quantiles(page), quantiles(index)
            print(f"{question:20} page p50 {p50:6.1f} p95 {p95:6.1f} ms   index alone p50 {q50:6.2f} p95 {q95:6.2f} ms")
        store.close()
    p95 = quantiles(every)[1]
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    print(f"all questions: p95 {p95:.1f} ms, bar {BAR:.0f} ms: {'holds' if p95 < BAR else 'misses'}")
    verdict = "holds" if resident < MOST else "misses"
    print(f"largest resident size {resident / (1 << 20):,.0f} MiB, bar 4,096 MiB: {verdict}")


if __name__ == "__main__":
    main()
