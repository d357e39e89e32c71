"""Addresses have one spelling, failures have names, and what leaves is counted."""

from __future__ import annotations

import asyncio
import errno

import pytest

from garde.errors import Malformed, Unreachable
from garde.probing.line import Access, _named, canonical
from garde.probing.spec import run
from garde.probing.table import PROBES
from tests.hostile import HOST, hostile, probed


@pytest.mark.parametrize(
    ("text", "one"), [("::ffff:10.0.0.5", "10.0.0.5"), ("2001:DB8:0::5", "2001:db8::5"), ("::1", "::1")]
)
def test_an_address_has_one_spelling(text: str, one: str) -> None:
    assert canonical(text) == one


@pytest.mark.parametrize(
    "text",
    ["64:ff9b::10.0.0.5", "2002:a00:5::", "::10.0.0.5", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "255.255.255.255",
     "10.0.0.0/24", "scope"],
)  # fmt: skip
def test_no_way_round_through_another_spelling(text: str) -> None:
    with pytest.raises(Malformed, match="probe.address"):
        canonical(text)


def test_the_policy_is_asked_about_whom_it_reaches() -> None:
    asked: list[str] = []

    def permit(address: str, probe: str) -> str:
        asked.append(address)
        return ""

    with hostile("hang") as port:
        result = asyncio.run(run(PROBES["tcp"], Access(permit, packets=1000), "::ffff:127.0.0.1", port=port))
    assert result.state == "up" and asked == [HOST, HOST]


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ECONNREFUSED, "probe.refused"), (errno.ECONNRESET, "probe.reset"),
     (errno.EHOSTUNREACH, "probe.unreachable"),
     (errno.ENETUNREACH, "prober.network"), (errno.EMFILE, "prober.sockets"), (errno.EPERM, "prober.permission"),
     (errno.ETIMEDOUT, "probe.silent")],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_failures_of_sockets(number: int, code: str) -> None:
    error = _named(OSError(number, "x"))
    assert isinstance(error, Unreachable) and error.code == code


def test_a_peer_that_announces_too_much_and_one_that_never_ends() -> None:
    with hostile("drip", b"HTTP/1.1 200 OK\r\n" + b"a" * 3) as port:
        assert probed(PROBES["http"], port, timeout=0.7).code == "probe.dripping"


def test_packets_are_counted() -> None:
    async def once(port: int) -> int:
        access = Access(lambda *_: "", packets=1000)
        await run(PROBES["tcp"], access, HOST, port=port)
        return access.bucket.spent

    with hostile("hang") as port:
        # SYN, ACK, FIN, and the acknowledgement of the other's FIN.
        assert asyncio.run(once(port)) == 4


def test_only_some_run_at_once() -> None:
    now, most = 0, 0

    async def work() -> None:
        access = Access(lambda *_: "", packets=1e6, together=3, apart=0)

        async def one() -> None:
            nonlocal now, most
            async with access.line(HOST, "tcp", 1, 1.0):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0)
                now -= 1

        await asyncio.gather(*(one() for _ in range(20)))

    asyncio.run(work())
    assert most == 3


def test_one_device_is_not_asked_twice_in_a_second_and_keeps_nobody_else_waiting() -> None:
    begun: list[tuple[str, float]] = []

    async def work() -> None:
        access = Access(lambda *_: "", packets=1e6, together=1, apart=0.2)

        async def one(address: str) -> None:
            async with access.line(address, "tcp", 1, 1.0):
                begun.append((address, asyncio.get_running_loop().time()))

        await asyncio.gather(*(one(address) for address in ("127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.2")))

    asyncio.run(work())
    assert [address for address, _ in begun] == ["127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.1"]
    first, *others = [at for address, at in begun if address == "127.0.0.1"]
    assert others[0] - first >= 0.199 and others[1] - others[0] >= 0.199
