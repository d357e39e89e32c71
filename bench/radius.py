"""Access to the network: decisions by Garde through FreeRADIUS, and the same server with a static file.

Question: does a hospital that comes back after a power cut wait for its places?
Bar (issue 4, acceptance 2): 20,000 MAB requests in 60 seconds, none wrong, p99 below 500 ms. FreeRADIUS asks Garde for
each; the fleet, the journal, its reader and the stages run as in production. First the requests come at their pace
(20,000 in 60 s, whatever the answers do); every answer's VLAN is held against what the rules mean. Then, in alternating
rounds, as many as the server takes: with Garde, and the same server with the same places in its own file, without
Garde and without a journal. The ratio of the two is printed.

Example::

    python bench/radius.py --requests 20000 --seconds 60
"""

from __future__ import annotations

import argparse
import selectors
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde.model.zones.place import Placement  # noqa: E402
from tests.radius import HOST, Site, access_request, deciding, device, octets_of, server, site, udp_port  # noqa: E402

#: Milliseconds at the 99th percentile.
BAR = 500.0
#: Sockets, each with 256 identifiers (RFC 2865 §3).
SOCKETS = 64
KINDS = {"MON_BED": 120, "CT": 130, "INF_SYR": 140, "PRINT": 999}
RULES = """
[[zone]]
name = "Z8"
vlan = 999
onboarding = true
""" + "".join(
    f'[[zone]]\nname = "{kind}"\nvlan = {vlan}\n[[rule]]\nname = "{kind}"\nkind = "{kind}"\nzone = "{kind}"\n'
    for kind, vlan in KINDS.items()
    if vlan != 999
)


class Result(NamedTuple):
    """Milliseconds of each answer, how many were wrong, how many never came, and how long all took in seconds."""

    waits: list[float]
    wrong: int
    lost: int
    seconds: float


def mac(number: int) -> str:
    """Address of a station."""
    return f"00:09:fb:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


def vlan(number: int, known: int) -> bytes:
    """What the rules mean for a station; one in twenty is known to nobody."""
    return str(list(KINDS.values())[number % 4] if number < known else 999).encode()


def packet(number: int, identifier: int) -> bytes:
    """What the switch of a station asks."""
    return access_request(mac(number), identifier, nas=f"sw-{number % 50}", port=f"Gi1/0/{number % 48}")


def given(reply: bytes) -> tuple[int, bytes]:
    """Code, and the VLAN of Tunnel-Private-Group-Id."""
    return reply[0], dict(octets_of(reply)).get(81, b"")


def storm(port: int, numbers: Sequence[int], known: int, *, pace: float = 0.0, most: int = 128) -> Result:
    """Ask for every station.

    Args:
        pace: requests a second, sent when their time comes; 0 keeps ``most`` of them waiting.
        most: requests that wait at once without a pace.
    """
    chosen = selectors.DefaultSelector()
    sockets = []
    for _ in range(SOCKETS):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.connect((HOST, port))
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        chosen.register(one, selectors.EVENT_READ, len(sockets))
        sockets.append(one)
    packets = [packet(number, place // SOCKETS % 256) for place, number in enumerate(numbers)]
    waiting: dict[tuple[int, int], tuple[int, float]] = {}
    waits: list[float] = []
    wrong = sent = 0
    began = time.perf_counter()
    silent = began
    while len(waits) < len(numbers) and time.perf_counter() - silent < 10:
        now = time.perf_counter()
        due = int((now - began) * pace) + 1 if pace else sent + most - len(waiting)
        while sent < min(due, len(numbers)):
            name = (sent % SOCKETS, sent // SOCKETS % 256)
            waiting[name] = (numbers[sent], time.perf_counter())
            sockets[name[0]].send(packets[sent])
            sent += 1
        for key, _ in chosen.select(0.001):
            while True:
                try:
                    reply = sockets[key.data].recv(4096)
                except BlockingIOError:
                    break
                silent = time.perf_counter()
                number, at = waiting.pop((key.data, reply[1]), (-1, silent))
                waits.append((silent - at) * 1000)
                wrong += number < 0 or given(reply) != (2, vlan(number, known))
    seconds = time.perf_counter() - began
    for one in sockets:
        one.close()
    return Result(waits, wrong, len(numbers) - len(waits), seconds)


def bare(made: Site, folder: Path) -> Site:
    """The same server with the same places in its own file, and nothing of Garde."""
    alone = made._replace(folder=folder, port=udp_port(), accounting=udp_port())
    shutil.copytree(made.folder / "radius", folder / "radius", ignore=shutil.ignore_patterns("*.journal", "*.log"))
    path = folder / "radius" / "radiusd.conf"
    text = path.read_text("ascii").replace(str(made.folder), str(folder))
    text = text.replace(f"port = {made.port}\n", f"port = {alone.port}\n")
    text = text.replace(f"port = {made.accounting}\n", f"port = {alone.accounting}\n")
    begin = text.index("\tplace {\n")
    end = text.index("\t}\n}\nserver garde")
    text = text[:begin] + "\tplace {\n\t\tplaces.authorize\n" + text[end:]
    path.write_text(text, "ascii")
    return alone


def percentile(waits: Sequence[float], part: float) -> float:
    """The value below which that part of them lies."""
    ordered = sorted(waits)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else float("inf")


def main() -> int:
    """Print latency, audit and ratio; 1 when the bar is not met."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--requests", type=int, default=20_000)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--devices", type=int, default=20_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--round", type=int, default=4_000, help="requests of a round of the comparison")
    options = asked.parse_args()
    kinds = list(KINDS)
    known = options.devices * 19 // 20
    fleet = [device(number, kind=kinds[number % 4], macs=(mac(number),)) for number in range(known)]
    with tempfile.TemporaryDirectory(prefix="garde-radius-") as place:
        home = Path(place)
        (home / "garde").mkdir()
        (home / "bare").mkdir()
        made = site(home / "garde", RULES, fleet)
        alone = bare(made, home / "bare")
        numbers = [number * 7919 % options.devices for number in range(options.requests)]
        with server(made), server(alone), deciding(made):
            storm(made.port, numbers[:500], known)
            paced = storm(made.port, numbers, known, pace=options.requests / options.seconds)
            rates: dict[str, list[float]] = {"garde": [], "bare": []}
            wrong = paced.wrong
            for _ in range(options.rounds):
                for name, port in (("garde", made.port), ("bare", alone.port)):
                    one = storm(port, numbers[: options.round], known)
                    wrong += one.wrong + one.lost
                    rates[name].append(len(one.waits) / one.seconds)
            total = 500 + options.requests + options.rounds * options.round
            audited, cached = logged(made, total)
    p99 = percentile(paced.waits, 0.99)
    ours, theirs = (statistics.median(rates[name]) for name in ("garde", "bare"))
    print(
        f"{options.requests} requests in {paced.seconds:.1f} s: {paced.wrong} wrong, {paced.lost} without an answer, "
        f"p50 {percentile(paced.waits, 0.5):.1f} ms, p99 {p99:.1f} ms, worst {max(paced.waits):.1f} ms (bar {BAR:.0f})"
    )
    print(f"in the log: {audited} of {total} answers, {cached} of them decided from the file without Garde")
    spread = {name: f"{min(rates[name]):.0f} to {max(rates[name]):.0f}" for name in rates}
    print(
        f"as many as it takes: {ours:.0f}/s with Garde ({spread['garde']}), {theirs:.0f}/s bare FreeRADIUS "
        f"({spread['bare']}): ratio {ours / theirs:.2f}"
    )
    good = not wrong and not paced.lost and p99 < BAR and audited == total
    print("the bar is met" if good else "THE BAR IS NOT MET")
    return 0 if good else 1


def logged(made: Site, total: int) -> tuple[int, int]:
    """How many answers are in the log once the reader has come to the end, and how many of them Garde did not give."""
    kept = made.kept()
    until = time.monotonic() + 60
    found: list[Placement] = []
    while len(found) < total and time.monotonic() < until:
        time.sleep(0.5)
        found = [one for _, one in kept.log(0, [Placement], total * 2) if isinstance(one, Placement)]
    kept.close()
    return len(found), sum(one.by == "cache" for one in found)


if __name__ == "__main__":
    raise SystemExit(main())
