"""A clock answers, is wrong, is not set, or sends us away."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.probing.probes.ntp import EPOCH, NTP, read
from tests.hostile import NONSENSE, datagrams, hostile, probed


def answer(asked: bytes, offset: float = 0.0, leap: int = 0, stratum: int = 2, source: bytes = b"\x0a\0\0\1") -> bytes:
    now = struct.pack(">II", int(time.time() + offset) + EPOCH & 0xFFFFFFFF, int((time.time() + offset) % 1 * 2**32))
    return bytes([leap << 6 | 0x24, stratum, 6, 0xEC]) + bytes(8) + source + bytes(8) + asked[40:48] + now + now


def test_a_clock() -> None:
    with datagrams(answer) as port:
        result = probed(NTP, port)
        assert probed(NTP, port, slow=0.0).state == "slow"
    assert (result.state, result.code) == ("up", "ok")
    assert abs(result.metrics["offset_ms"]) < 1000 and result.metrics["stratum"] == 2


@pytest.mark.parametrize(
    ("parts", "state", "code"),
    [({"offset": 7200.0}, "up", "ntp.offset"), ({"leap": 3}, "down", "ntp.unsynchronised"),
     ({"stratum": 16}, "down", "ntp.unsynchronised"), ({"stratum": 0, "source": b"RATE"}, "down", "ntp.kiss")],
    ids=["wrong", "leap", "stratum", "kiss"],
)  # fmt: skip
def test_clocks_in_trouble(parts: dict[str, object], state: str, code: str) -> None:
    with datagrams(lambda asked: answer(asked, **parts)) as port:  # type: ignore[arg-type]
        result = probed(NTP, port)
    assert (result.state, result.code) == (state, code)


def test_peers_that_misbehave() -> None:
    with hostile("refuse") as port:
        assert probed(NTP, port).code == "probe.refused"
    with datagrams(lambda _: None) as port:
        assert probed(NTP, port, timeout=0.3).code == "probe.silent"
    with datagrams(lambda _: NONSENSE) as port:
        assert probed(NTP, port).code == "probe.garbage"
    with datagrams(lambda asked: answer(bytes(48))) as port:
        assert probed(NTP, port).code == "probe.garbage"


def test_the_era_after_2036() -> None:
    raw = bytes([0x24, 1]) + bytes(10) + b"GPS\0" + bytes(8) + b"12345678" + struct.pack(">IIII", 100, 0, 100, 0)
    now = 2**32 + 100 - EPOCH
    found = read(raw, b"12345678", now, now)
    assert found.code == "ok" and found.metrics["offset_ms"] == 0 and found.evidence == {"source": "GPS"}


@given(st.binary(max_size=60))
def test_any_packet(raw: bytes) -> None:
    for octets in (raw, b"\x24" + raw[:23].ljust(23, b"\1") + b"12345678" + raw):
        try:
            assert read(octets, b"12345678", 0.0, 1.0).code
        except Malformed as error:
            assert error.code == "probe.garbage"
