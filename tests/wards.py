"""Wards: a gateway between three machines, in network namespaces that a test makes itself.

Example::

    with routed(tmp_path) as wards:
        assert wards.reaches(ATTACKER, PUMP)
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ATTACKER, PUMP, SERVER = "10.77.1.2", "10.77.2.2", "10.77.3.2"
#: A gateway with three machines behind it, and on each a listener on two ports; ends with its standard input.
SCENE = """
set -e
echo 1 > /proc/sys/net/ipv4/ip_forward
ip link set lo up
for number in 1 2 3; do
  unshare -n sh -c 'read line' < "$1/hold.$number" &
  pid=$!
  exec {fd}<>"$1/hold.$number"
  sleep 0.2
  ip link add v$number type veth peer name eth0 netns $pid
  ip address add 10.77.$number.1/24 dev v$number
  ip link set v$number up
  nsenter -t $pid -n sh -c "
ip link set lo up; ip address add 10.77.$number.2/24 dev eth0; ip link set eth0 up
ip route add default via 10.77.$number.1"
  for port in 104 445; do nsenter -t $pid -n "$2" -c "
import socket
ear = socket.create_server(('0.0.0.0', $port))
while True: ear.accept()[0].close()" & done
  echo $pid
done
echo ready
read line
kill $(jobs -p) 2>/dev/null
"""


class Wards:
    """The processes whose namespaces are the gateway and the machines."""

    def __init__(self, folder: Path) -> None:
        for number in (1, 2, 3):
            os.mkfifo(folder / f"hold.{number}")
        words = ["unshare", "-rn", "bash", "-c", SCENE, "scene", str(folder), sys.executable]
        pipe = subprocess.PIPE
        self.scene = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
        said = [self.scene.stdout.readline().strip() for _ in range(4)] if self.scene.stdout else []
        if said[-1] != "ready":
            self.close()
            pytest.skip(f"no namespaces here: {self.scene.stderr.read()[-300:] if self.scene.stderr else ''}")
        self.machines = dict(zip((ATTACKER, PUMP, SERVER), said[:3], strict=True))
        self.gateway = self.inside(str(self.scene.pid))

    def inside(self, pid: str) -> tuple[str, ...]:
        return ("nsenter", "-t", pid, "-U", "-n", "--preserve-credentials")

    def reaches(self, source: str, target: str, port: int = 104) -> bool:
        code = f"import socket; socket.create_connection(('{target}', {port}), 1)"
        words = [*self.inside(self.machines[source]), sys.executable, "-c", code]
        return subprocess.run(words, capture_output=True, timeout=30).returncode == 0

    def close(self) -> None:
        # Its session is its own: nobody else's process is in the group.
        os.killpg(self.scene.pid, signal.SIGKILL)
        self.scene.wait(timeout=10)
        for stream in (self.scene.stdin, self.scene.stdout, self.scene.stderr):
            if stream:
                stream.close()


@contextmanager
def routed(folder: Path) -> Iterator[Wards]:
    """The wards while the block lasts; the test is passed over where there can be none."""
    if not all(map(shutil.which, ("unshare", "nsenter", "nft", "ip"))):
        pytest.skip("needs util-linux, iproute2 and nftables")
    one = Wards(folder)
    try:
        yield one
    finally:
        one.close()
