"""Peers that misbehave, each in one way, and a relay that makes any honest peer slow. All on loopback.

Example::

    with hostile("hang") as port:
        assert probe(port).code == "probe.hanging"
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

from garde.errors import Unreachable
from garde.probing.line import Access, Line, Stream
from garde.probing.result import Result
from garde.probing.spec import Options, Probe, run
from tests.servers import free_port

HOST = "127.0.0.1"
#: What a web server, a printer or a wrong cable may say: no protocol of ours begins so.
NONSENSE = b"\xfe\xed GARBAGE \x00\xff\r\n\r\n" * 40


@contextlib.contextmanager
def serving(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], port: int = 0
) -> Iterator[int]:
    """A server in a thread of its own; yields its port."""
    ready = threading.Event()
    where: list[int] = []
    loop = asyncio.new_event_loop()
    stop: list[asyncio.Event] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handle(reader, writer)
        writer.close()

    async def main() -> None:
        stop.append(asyncio.Event())
        server = await asyncio.start_server(one, HOST, port)
        where.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop[0].wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0.01)

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield where[0]
    finally:
        loop.call_soon_threadsafe(stop[0].set)
        thread.join(10)
        loop.close()


@contextlib.contextmanager
def hostile(mood: str, said: bytes = b"\0") -> Iterator[int]:
    """A peer that refuses, hangs, talks nonsense, drips ``said`` octet by octet, closes or resets; yields its port."""
    if mood == "refuse":
        yield free_port()
        return

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if mood == "close":
            # Closing before what came was read would send RST.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(4096), 0.1)
            return
        if mood == "reset":
            raw = writer.get_extra_info("socket")
            # A time of zero to linger sends RST (RFC 9293 §3.10.4).
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            return
        if mood == "garbage":
            writer.write(NONSENSE)
            await writer.drain()
        if mood == "drip":
            for octet in said:
                writer.write(bytes([octet]))
                await asyncio.sleep(0.02)
        while await reader.read(4096):
            pass

    with serving(handle) as port:
        yield port


@contextlib.contextmanager
def slow(port: int, seconds: float = 0.3) -> Iterator[int]:
    """A relay in front of an honest peer that holds back the first of what it says; yields its port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(HOST, port)

        async def copy(one: asyncio.StreamReader, other: asyncio.StreamWriter, wait: float) -> None:
            while piece := await one.read(4096):
                await asyncio.sleep(wait)
                wait = 0.0
                other.write(piece)
                await other.drain()
            other.close()

        with contextlib.closing(back):
            await asyncio.gather(copy(reader, back, 0.0), copy(there, writer, seconds))

    with serving(handle) as relay:
        yield relay


@contextlib.contextmanager
def datagrams(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A peer over UDP that answers as told; None says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((HOST, 0))
        listener.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    data, peer = listener.recvfrom(65536)
                    said = answer(data)
                    if said is not None:
                        listener.sendto(said, peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join(10)


def probed(
    probe: Probe, port: int, *, timeout: float = 5.0, slow: float | None = None, address: str = HOST, **options: str
) -> Result:
    """One probe of loopback that nothing forbids; ``_`` in an option stands for a dash."""

    async def once() -> Result:
        words = {name.replace("_", "-"): value for name, value in options.items()}
        return await run(
            probe, Access(lambda *_: "", packets=10_000), address, port=port, options=words, timeout=timeout, slow=slow
        )

    return asyncio.run(once())


class Said(Stream):
    """A connection whose peer says these octets and closes."""

    def __init__(self, line: Line, octets: bytes) -> None:
        super().__init__(line, None)  # type: ignore[arg-type]
        self.octets = octets
        self.sent = b""
        self.certificate = octets

    async def _send(self, data: bytes) -> None:
        self.sent += data

    async def _receive(self) -> bytes:
        piece, self.octets = self.octets[:50], self.octets[50:]
        if not piece:
            raise Unreachable("probe.closed", "The peer closed")
        return piece


class Scripted(Line):
    """A line without a network: whoever asks is told these octets."""

    def __init__(self, octets: bytes) -> None:
        super().__init__(Access(lambda *_: "", packets=1e9), "127.0.0.1", "tcp", 1, 5.0)
        self.octets = octets

    @contextlib.asynccontextmanager
    async def stream(self, *, tls: bool = False, name: str = ""):  # type: ignore[no-untyped-def,override]
        yield Said(self, self.octets)

    async def ask(self, data: bytes, *, most: int = 65535, least: float = 0.0) -> bytes:
        return self.octets

    def random(self, octets: int) -> bytes:
        return bytes(octets)

    def now(self) -> float:
        return 1_795_000_000.0


def told(probe: Probe, octets: bytes, **options: str) -> object:
    """What the probe makes of a peer that says these octets: an Answer, or the failure it raises."""
    chosen: Options = {**probe.options, **{name.replace("_", "-"): value for name, value in options.items()}}

    async def once() -> object:
        return await probe.run(Scripted(octets), chosen)

    return asyncio.run(once())
