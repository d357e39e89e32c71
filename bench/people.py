"""Situation, alerts and search while twenty people click each second: milliseconds of the server, and weights of pages.

Question: does anybody wait in the morning, with 20,000 devices, 5,000 open findings and twenty people at work?
Bar (issue 3, acceptance 4): p95 below 100 ms of the server, and the page weights of the reference of the pages §8. The
product is served by uvicorn in a process of its own, as people meet it; twenty clients in another process each ask for
one page a second, signed in, with the roles of a hospital. What a client waits is measured, so the network of this
machine and the clients' own work are in it.

Example::

    python bench/people.py --devices 20000 --findings 5000 --seconds 30
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import uvicorn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.fleet import hospital, quantiles, replicas  # noqa: E402 (the line above lets it be found)
from garde.app import open_store  # noqa: E402
from garde.bus.log import LogBus  # noqa: E402
from garde.model.device import Device  # noqa: E402
from garde.model.finding import SEVERITIES, Finding, finding_id  # noqa: E402
from garde.model.person import Grant  # noqa: E402
from garde.people.register import Register  # noqa: E402
from garde.people.roles import roles  # noqa: E402
from garde.people.sealing import Sealing  # noqa: E402
from garde.report.fleet import Fleet  # noqa: E402
from garde.report.queue import Queue  # noqa: E402
from garde.serve import freeze  # noqa: E402
from garde.web.application import build  # noqa: E402
from garde.web.site import STATIC, Site  # noqa: E402

#: Milliseconds of the bar, and octets of the reference of the pages §8.
BAR, HTML, CSS, JS = 100.0, 60_000, 14_000, 30_000
PEOPLE = 20
#: What people ask, in turn.
ASKED = (
    "/",
    "/alerts",
    "/alerts?severity=high",
    "/search?q=philips",
    "/devices",
    "/alerts?shelf=mine",
    "/search?q=10.1.2",
)


def fill(folder: Path, devices: int, findings: int) -> str:
    """A store with devices, open findings and twenty people; returns its address."""
    url = f"sqlite:///{folder / 'garde.db'}"
    fleet = list(replicas(hospital(folder, 200), devices))
    store = open_store(url)
    with store.begin() as unit:
        unit.put(fleet)
        unit.put(
            Finding(
                id=finding_id("identity.conflict", fleet[number * 7 % devices].id, str(number)),
                rule=("identity.conflict", "certificate.expiry", "sensor.silent")[number % 3],
                identifier=str(number),
                device=fleet[number * 7 % devices].id,
                severity=SEVERITIES[number % 4],
                status=("open", "open", "open", "taken")[number % 4],
                reasons=(f"model: A{number}", f"model: B{number}"),
                first_at=time.time_ns() - number * 10**9,
            )
            for number in range(findings)
        )
    register = Register(store, Sealing(bytes(32)))
    names = [role for role in roles().names if role != "ward"]
    for number in range(PEOPLE):
        register.add(
            "bench", time.time_ns(), login=f"p{number}", name=f"P{number}", grants=(Grant(names[number % len(names)]),)
        )
    store.close()
    return url


def served(url: str, ready: multiprocessing.Queue[object]) -> None:
    """The product's pages; hands over the port and a cookie for each person."""
    store = open_store(url)
    register = Register(store, Sealing(bytes(32)))
    site = Site(
        store,
        LogBus(store),
        Fleet(store.all(Device)),
        Queue(store.all(Finding)),
        register=register,
        demonstration=False,
    )
    freeze()
    assert site.door is not None
    cookies = [
        site.door.open(register.person(f"p{number}"), "password", origin="bench", agent="", now=site.now())
        for number in range(PEOPLE)
    ]
    settings = uvicorn.Config(build(site), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(settings)

    async def run() -> None:
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        ready.put((server.servers[0].sockets[0].getsockname()[1], cookies))
        await task

    asyncio.run(run())


async def clicked(port: int, cookies: Sequence[str], seconds: int) -> dict[str, list[float]]:
    """Milliseconds that each click waited, by address; each person clicks once a second, at a moment of their own."""
    waited: dict[str, list[float]] = {path: [] for path in ASKED}

    async def person(number: int, client: httpx.AsyncClient) -> None:
        await asyncio.sleep(number / PEOPLE)
        begun = time.perf_counter()
        for turn in range(seconds):
            path = ASKED[(number + turn) % len(ASKED)]
            started = time.perf_counter()
            answer = await client.get(path, cookies={"garde": cookies[number]})
            if answer.status_code < 300:
                waited[path].append((time.perf_counter() - started) * 1000)
            elif answer.status_code >= 400 and answer.status_code != 403:
                raise SystemExit(f"{path} answered {answer.status_code}")
            await asyncio.sleep(max(begun + turn + 1 - time.perf_counter(), 0))

    limits = httpx.Limits(max_connections=PEOPLE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=30) as client:
        await asyncio.gather(*(person(number, client) for number in range(PEOPLE)))
    return waited


def weights(port: int, cookie: str) -> None:
    """Octets of pages, and of what they load, against the reference of the pages §8."""
    worst = 0
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies={"garde": cookie}) as client:
        for path in ("/", "/alerts", "/devices", "/search?q=philips"):
            size = len(client.get(path).content)
            worst = max(worst, size)
            print(f"{path:24} {size:8,} octets of HTML")
    css = len(gzip.compress((STATIC / "garde.css").read_bytes()))
    scripts = sum(len(gzip.compress(file.read_bytes())) for file in STATIC.rglob("*.js"))
    for name, size, most in (("HTML", worst, HTML), ("CSS, gzip", css, CSS), ("scripts, gzip", scripts, JS)):
        print(f"{name:24} {size:8,} octets, bar {most:,}: {'holds' if size <= most else 'misses'}")


def main() -> None:
    """Print one line per address, the verdict and the weights."""
    parser = argparse.ArgumentParser(description="Situation, alerts and search with twenty people clicking")
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--findings", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = fill(Path(name), chosen.devices, chosen.findings)
        ready: multiprocessing.Queue[object] = multiprocessing.Queue()
        process = multiprocessing.Process(target=served, args=(url, ready), daemon=True)
        process.start()
        port, cookies = ready.get(timeout=120)  # type: ignore[misc]
        asyncio.run(clicked(port, cookies, 5))
        waited = asyncio.run(clicked(port, cookies, chosen.seconds))
        for path, times in waited.items():
            p50, p95 = quantiles(times)
            print(f"{path:24} p50 {p50:6.1f} p95 {p95:6.1f} ms  ({len(times)} clicks)")
        every = [one for times in waited.values() for one in times]
        p95 = quantiles(every)[1]
        verdict = "holds" if p95 < BAR else "misses"
        print(f"all: p50 {statistics.median(every):.1f} p95 {p95:.1f} ms, bar {BAR:.0f} ms: {verdict}")
        weights(port, cookies[0])
        process.terminate()
        process.join(10)


if __name__ == "__main__":
    main()
