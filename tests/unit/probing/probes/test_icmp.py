"""An echo comes back, or does not; and where this machine has no network, that is ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from garde.probing.probes.icmp import ICMP
from tests.hostile import probed

ROOT = Path(__file__).resolve().parents[4]
#: In a network of its own: one address that nobody has, beside ours.
ALONE = """
ip link set lo up
ip link add v0 type veth peer name v1 && ip addr add 10.77.0.1/24 dev v0 && ip link set v0 up && ip link set v1 up
exec "$0" -c "
import sys; sys.path[:0] = [sys.argv[1]]
from garde.probing.probes.icmp import ICMP
from garde.probing.probes.tcp import TCP
from tests.hostile import probed
for probe in (ICMP, TCP):
    for address in ('10.77.0.2', '10.99.0.1'):
        print(probed(probe, 80, address=address, timeout=0.4).code)
" "$1"
"""


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_echo_comes_back(address: str) -> None:
    result = probed(ICMP, 0, address=address)
    assert (result.state, result.code) == ("up", "ok") and result.metrics["answer_ms"] >= 0
    assert probed(ICMP, 0, address=address, slow=0.0).state == "slow"


def test_silence_and_no_way_are_told_apart() -> None:
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", ALONE, sys.executable, str(ROOT)], capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    icmp, no_way, tcp, no_tcp = done.stdout.split()
    assert icmp == tcp == "probe.silent"
    assert no_way == no_tcp == "prober.network"
