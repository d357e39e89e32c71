"""Listen for flow exports: the UDP socket behind `garde.capture.flowexport`.

Question: which datagrams did switches and firewalls send to this address?
Reference: RFC 768; RFC 7011 §10.3 (IPFIX over UDP, port 4739), NetFlow's customary port 2055. Who may send is a
matter of the network: UDP proves no sender. Left out: DTLS.

Example::

    with Listener("0.0.0.0", 4739) as listener:
        for datagram, exporter in listener.read(wait=1.0):
            records += export.read(datagram, exporter, clock.now())
"""

from __future__ import annotations

import select
import socket
from types import TracebackType
from typing import Final

from garde.errors import Unreachable

#: Longest UDP payload, and datagrams taken at once so that a flood cannot hold its reader.
LONGEST: Final = 65_535
AT_ONCE: Final = 1000
#: Room in the kernel for bursts: exporters send all their flows at the same second.
ROOM: Final = 8 << 20


class Listener:
    """A UDP socket that is read in batches.

    Raises:
        Unreachable: the address is not ours, or somebody else listens there.
    """

    def __init__(self, address: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
            self._socket.setblocking(False)
            self._socket.bind((address, port))
        except OSError as error:
            self._socket.close()
            what = f"{address} port {port}: {error.strerror or error}"
            raise Unreachable("capture.listen", what, hint="Another collector may hold the port") from None

    @property
    def port(self) -> int:
        """The port, which the system chose when 0 was asked for."""
        port: int = self._socket.getsockname()[1]
        return port

    def read(self, wait: float) -> list[tuple[bytes, str]]:
        """Datagrams with the address of their sender; empty when none came within ``wait`` seconds."""
        out: list[tuple[bytes, str]] = []
        if not select.select([self._socket], [], [], wait)[0]:
            return out
        while len(out) < AT_ONCE:
            try:
                data, sender = self._socket.recvfrom(LONGEST)
            except BlockingIOError:
                break
            out.append((data, sender[0]))
        return out

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
