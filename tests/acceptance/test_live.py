"""Acceptance 7, live: tcpreplay on one end of a veth pair, the ring on the other; nothing is dropped, tags survive."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.captures.build import Capture, Host

MISSING = [name for name in ("ip", "tcpreplay") if shutil.which(name) is None]
if os.environ.get("CI") and (MISSING or os.geteuid()):
    raise AssertionError(f"CI listens on a live interface: root and {MISSING or 'nothing more'} are needed")

pytestmark = pytest.mark.skipif(
    bool(MISSING) or os.geteuid() != 0,
    reason=f"a live interface needs root, ip and tcpreplay; missing: {MISSING or 'root'}",
)
NAMES = ("garde-a", "garde-b")
LISTEN = """
import sys
from garde.capture.ring import Ring
from garde.pipeline.sensor import Sensor
with Ring(sys.argv[1]) as ring:
    print("listening", flush=True)
    sensor, seen = Sensor("live", file=sys.argv[1]), []
    for block in ring.blocks(float(sys.argv[2])):
        seen += sensor.hear(block)
        if sensor.stats.packets >= int(sys.argv[3]):
            break
    seen += sensor.finish()
    print(sensor.stats.packets, ring.dropped, sorted({o.value for o in seen if o.attribute in ("vlan", "dns.query")}))
"""


@pytest.fixture
def interfaces() -> Iterator[tuple[str, str]]:
    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    with contextlib.suppress(subprocess.CalledProcessError):
        ip("link", "del", NAMES[0])
    try:
        ip("link", "add", NAMES[0], "type", "veth", "peer", "name", NAMES[1])
    except subprocess.CalledProcessError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"this machine makes no veth pair: {error.stderr!r}")
    for name in NAMES:
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        ip("link", "set", name, "up")
    yield NAMES
    ip("link", "del", NAMES[0])


def test_nothing_is_dropped_and_tags_survive(interfaces: tuple[str, str], tmp_path: Path) -> None:
    capture = Capture()
    client, server = Host("00:00:5e:00:53:01", "192.0.2.1"), Host("00:00:5e:00:53:02", "192.0.2.2")
    name = b"\x04ct01\x04chux\x07example\x00"
    for number in range(20_000):
        query = (
            (number & 0xFFFF).to_bytes(2, "big")
            + bytes.fromhex("01000001000000000000")
            + name
            + bytes.fromhex("00010001")
        )
        capture.udp(client, server, 40_000 + number % 1000, 53, query, vlan=(100,))
    path = tmp_path / "queries.pcap"
    path.write_bytes(capture.octets())
    listener = subprocess.Popen(
        [sys.executable, "-c", LISTEN, interfaces[1], "60", "20000"], stdout=subprocess.PIPE, text=True
    )
    assert listener.stdout is not None
    assert listener.stdout.readline().strip() == "listening"
    time.sleep(0.2)
    sent = subprocess.run(
        ["tcpreplay", "-q", "-t", "-i", interfaces[0], str(path)], capture_output=True, text=True, check=False
    )
    assert sent.returncode == 0, sent.stderr
    said = listener.communicate(timeout=90)[0].strip()
    assert said == "20000 0 ['100', 'ct01.chux.example']"
