"""Peer: the program that runs in a device's network namespace, answers on its ports and calls others when told.

Question: can this device reach that port, as a real connection of the kernel?
Reference: RFC 862 (echo) on whatever ports the device serves. Its ports stand on its command line as ``tcp/104``; each
line it reads is a list of calls, each line it writes the answers. It ends when its input does, and its namespace with
it, so nothing is left however the twin ends. Left out: what is said on the ports, which is `garde.twin.voices`.

Example::

    unshare -n python peer.py tcp/104 udp/123
    {"patience": 0.5, "calls": [["tcp", "10.20.0.8", 104]]}
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Sequence
from typing import Final

#: What is sent and must come back.
WORD: Final = b"garde"


class _Echo(asyncio.DatagramProtocol):
    """Answers every datagram with itself."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str | object, ...]) -> None:
        self.transport.sendto(data, address)  # type: ignore[attr-defined]


async def serve(port: str) -> None:
    """Answer on ``tcp/PORT`` or ``udp/PORT``, in both versions of IP."""
    protocol, _, number = port.partition("/")
    for family, everywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 - a namespace of its own
        listener = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((everywhere, int(number)))
        listener.setblocking(False)
        if protocol == "tcp":
            await asyncio.start_server(_answer, sock=listener)
        else:
            await asyncio.get_running_loop().create_datagram_endpoint(_Echo, sock=listener)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.close()


async def call(protocol: str, address: str, port: int, patience: float) -> bool:
    """Whether the word comes back within ``patience`` seconds."""
    try:
        async with asyncio.timeout(patience):
            if protocol == "tcp":
                return await _call_tcp(address, port)
            return await _call_udp(address, port)
    except (OSError, TimeoutError):
        return False


async def _call_tcp(address: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(WORD)
        await writer.drain()
        return await reader.read(4096) == WORD
    finally:
        writer.close()


async def _call_udp(address: str, port: int) -> bool:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        caller.connect((address, port))
        await loop.sock_sendall(caller, WORD)
        return await loop.sock_recv(caller, 4096) == WORD


async def live(ports: Sequence[str]) -> None:
    """Serve and call until the input ends."""
    for port in ports:
        await serve(port)
    print("ready", flush=True)  # noqa: T201 - its output is its interface
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        told = json.loads(line)
        calls = [call(protocol, address, port, told["patience"]) for protocol, address, port in told["calls"]]
        print(json.dumps(await asyncio.gather(*calls)), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1:]))
