"""Probes: how many a minute, at which cost, and how many packets in any second.

Question: does supervision of a large hospital fit on one small machine, and does it stay within its budget of packets?
Bar (issue 5, acceptance 3): 2,000 C-ECHO, 2,000 HL7 messages and 96,000 light checks a minute below 60 % of two cores;
the budget of N packets a second is never exceeded, counted on the wire. The light ones are a third each of ICMP, TCP
and HTTP. Every check has an address of its own. The prober and the peers stand in two network namespaces with a virtual
wire between them: dcmtk's storescp, and a listener for HL7, HTTP and TCP. The kernel counts what leaves the prober's
end. In a second part the budget is too small for the checks, and must hold; in a third, C-ECHO one after the other is
compared with pynetdicom in alternating rounds.

Example::

    python bench/probes.py --seconds 60
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from garde.probing.line import Access  # noqa: E402
from garde.probing.result import Result  # noqa: E402
from garde.probing.schedule import Check, Counts, Plan, Schedule  # noqa: E402
from garde.probing.spec import run  # noqa: E402
from garde.probing.table import PROBES  # noqa: E402

#: The prober's end of the wire, and the peers'.
OURS, THEIRS = "10.88.0.1", "10.88.0.2"
#: Addresses behind the peers' end, all of which its kernel takes for its own.
NETWORK = "10.90.0.0/15"
DICOM, HL7, WEB, PLAIN = 11112, 2575, 8080, 9000
SCENE = f"""
mkfifo "$1/hold"
unshare -n sh -c 'read line' < "$1/hold" & peer=$!
exec 9> "$1/hold"
until [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link set lo up
ip link add v0 type veth peer name v1 netns $peer
ip addr add {OURS}/24 dev v0; ip link set v0 up; ip route add {NETWORK} via {THEIRS}
inside="nsenter -t $peer -n"
$inside ip link set lo up; $inside ip addr add {THEIRS}/24 dev v1; $inside ip link set v1 up
$inside ip route add local {NETWORK} dev lo; $inside sysctl -qw net.core.somaxconn=4096
TCP_NODELAY=1 $inside storescp --fork -od "$1" {DICOM} > /dev/null 2>&1 & first=$!
$inside "$2" "$3" --peers & second=$!
sleep 1.5
shift 3
"$@"; code=$?
kill $first $second; exec 9>&-; wait 2>/dev/null
exit $code
"""


class Mllp(asyncio.Protocol):
    """An HL7 listener that acknowledges."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        if self._held.endswith(b"\x1c\r"):
            fields = self._held[1:].split(b"\r")[0].split(b"|")
            self._transport.write(  # type: ignore[attr-defined]
                b"\x0bMSH|^~\\&|EAI|H|||20261124||ACK|1|T|2.5.1\rMSA|AA|" + fields[9] + b"\r\x1c\r"
            )
            self._held = b""


class Web(asyncio.Protocol):
    """A web server that answers and closes; what says nothing is only connected to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")  # type: ignore[attr-defined]


async def peers() -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    for kind, port in ((Mllp, HL7), (Web, WEB), (asyncio.Protocol, PLAIN)):
        await loop.create_server(kind, "0.0.0.0", port, backlog=4096)
    await asyncio.Event().wait()


class Wire:
    """Reads how many packets left, ten times a second."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self.seen: list[tuple[float, float, int]] = []

    def __enter__(self) -> Wire:
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._stop.wait(0.1):
            began = time.monotonic()
            # /sys still shows the network that it was mounted in.
            line = Path("/proc/self/net/dev").read_text().partition("v0:")[2].split("\n")[0].split()
            self.seen.append((began, time.monotonic(), int(line[9])))

    @property
    def total(self) -> int:
        return self.seen[-1][2] - self.seen[0][2]

    def worst(self) -> float:
        """The most that left within any second that was looked at, scaled to exactly one second.

        A busy machine holds the reader up between the clock and the counter: the clock is read on both sides.
        """
        worst, late = 0.0, 0
        for _, ended, count in self.seen:
            while self.seen[late][0] < ended - 1.05:
                late += 1
            began, _, before = self.seen[late]
            if ended - began >= 0.95:
                worst = max(worst, (count - before) / max(ended - began, 1.0))
        return worst


def checks(scale: float, every: float) -> list[Check]:
    """The checks of the bar, each of an address of its own."""
    kinds = (
        [("dicom-echo", DICOM)] * int(2000 * scale) + [("hl7", HL7)] * int(2000 * scale)
        + [("icmp", 0), ("tcp", PLAIN), ("http", WEB)] * int(32_000 * scale)
    )  # fmt: skip
    return [
        Check(
            target=f"10.{90 + at // 65_000}.{at % 65_000 // 250 % 256}.{at % 250 + 2}",
            probe=name,
            every=every,
            port=port,
        )
        for at, (name, port) in enumerate(kinds)
    ]


def cores() -> float:
    """Seconds that all processes of this machine spent so far."""
    words = Path("/proc/stat").read_text().split("\n")[0].split()
    idle = int(words[4]) + int(words[5])
    return (sum(map(int, words[1:9])) - idle) / os.sysconf("SC_CLK_TCK")


def measured(title: str, wanted: list[Check], seconds: float, budget: int) -> tuple[float, float, Counter[str]]:
    """Run a schedule; share of two cores of the prober, worst second on the wire over the budget, states."""
    states: Counter[str] = Counter()

    def result(check: Check, found: Result) -> None:
        states[f"{found.state}" if found.state == "up" else f"{check.probe} {found.state} {found.code}"] += 1

    async def work() -> Counts:
        access = Access(lambda *_: "", packets=budget, together=512)
        schedule = Schedule(Plan(wanted), access, PROBES, heard=lambda _: None, result=result)
        return await schedule.run(seconds)

    before, all_before, began = resource.getrusage(resource.RUSAGE_SELF), cores(), time.monotonic()
    with Wire() as wire:
        counts = asyncio.run(work())
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    done = sum(states.values())
    # What the wanted rate costs, also where a busy machine did not let us reach it.
    share, worst = spent / done * 100_000 / 120, wire.worst() / budget
    busy = (cores() - all_before) / took / 2
    print(
        f"{title}: {done / took * 60:,.0f} checks a minute in {took:.1f} s, {counts.late:,} late\n"
        f"  prober {spent / took / 2:.0%} of two cores, {share:.0%} for 100,000 a minute; whole machine {busy:.0%}\n"
        f"  packets: {wire.total:,} on the wire, {counts.packets:,} paid for; "
        f"worst second {worst:.0%} of a budget of {budget:,}\n  {dict(states.most_common(6))}"
    )
    return share, worst, states


def against_pynetdicom(rounds: int = 3, each: int = 60) -> float:
    """How many times as fast one C-ECHO after the other is."""
    from pynetdicom import AE

    def ours() -> float:
        async def work() -> float:
            access = Access(lambda *_: "", packets=1e6, apart=0)
            began = time.perf_counter()
            for _ in range(each):
                found = await run(PROBES["dicom-echo"], access, THEIRS, port=DICOM)
                assert found.state == "up", found
            return each / (time.perf_counter() - began)

        return asyncio.run(work())

    def theirs() -> float:
        entity = AE()
        entity.add_requested_context("1.2.840.10008.1.1")
        began = time.perf_counter()
        for _ in range(each):
            made = entity.associate(THEIRS, DICOM)
            assert made.send_c_echo().Status == 0
            made.release()
        return each / (time.perf_counter() - began)

    pairs = [(ours(), theirs()) for _ in range(rounds)]
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"C-ECHO one after the other: {statistics.median(p[0] for p in pairs):,.0f}/s, pynetdicom "
          f"{statistics.median(p[1] for p in pairs):,.0f}/s: {ratio:.1f} times")  # fmt: skip
    return ratio


def main() -> int:
    """Make the namespaces, or measure inside them."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--peers", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.peers:
        asyncio.run(peers())
        return 0
    if not chosen.inside:
        if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "ip", "storescp"))):
            print("Needs root, iproute2, util-linux and dcmtk: for network namespaces of its own and a peer")
            return 1
        with tempfile.TemporaryDirectory(prefix="garde-probes-") as folder:
            script = str(Path(__file__).resolve())
            words = [
                "unshare",
                "-n",
                "bash",
                "-c",
                SCENE,
                "scene",
                folder,
                sys.executable,
                script,
                sys.executable,
                script,
            ]
            return subprocess.run([*words, "--inside", f"--seconds={chosen.seconds}"], check=False).returncode
    share, first, states = measured("Bar", checks(1.0, 60.0), chosen.seconds, 10_000)
    _, second, _ = measured("Budget too small", checks(0.2, 10.0), 10.0, 2_000)
    ratio = against_pynetdicom()
    reached = (
        states["up"] >= 0.99 * sum(states.values()) and sum(states.values()) >= 0.97 * 100_000 * chosen.seconds / 60
    )
    held = share < 0.6 and reached and max(first, second) <= 1.0 and ratio > 1
    print("held" if held else "NOT HELD")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
