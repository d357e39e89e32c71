"""Collector: syslog messages handed to the hospital's log collector over TLS, TCP or UDP.

Question: syslog has no answer; when does the collector have what was sent?
Reference: RFC 5425 (TLS; §4.4: both sides close_notify), RFC 6587 §3.4.1 (TCP), RFC 5426 (UDP). We close a stream when
all is written, and a collector closes in turn only after it has read up to that end: then it has them, and not before.
A datagram promises nothing. Left out: RELP.

Example::

    for name, _ in Collector(channel, clock).carry(parcels):
        print(name, "was read")
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Generator, Sequence
from typing import Final

import msgspec

from garde.config import ChannelSection
from garde.errors import Refused, Unreachable
from garde.notify.letter import Facts
from garde.notify.parcel import PATIENCE, Parcel, address, reaching, trust
from garde.notify.syslog import LARGEST_DATAGRAM, frame, message
from garde.ports import Clock

PORTS: Final = {"tls": 6514, "tcp": 601, "udp": 514}


class Collector:
    """One collector; see `garde.notify.carriers.Carrier`."""

    def __init__(self, channel: ChannelSection, clock: Clock) -> None:
        self._channel = channel
        self._scheme, self._host, self._port = address(channel.address, PORTS)
        self._here = socket.gethostname()

    def carry(self, parcels: Sequence[Parcel]) -> Generator[tuple[str, str], None, None]:
        """All on one stream, named together once the collector has read it to its end; or one datagram each."""
        sent = [(parcel.id, self._message(parcel)) for parcel in parcels]
        with reaching(self._host):
            if self._scheme == "udp":
                self._datagrams([one for _, one in sent])
            elif self._scheme == "tls":
                self._over_tls(trust(self._channel.authority), b"".join(frame(one) for _, one in sent))
            else:
                with socket.create_connection((self._host, self._port), timeout=PATIENCE) as stream:
                    stream.sendall(b"".join(frame(one) for _, one in sent))
                    stream.shutdown(socket.SHUT_WR)
                    _read_to_end(stream)
        for name, _ in sent:
            yield name, ""

    def _message(self, parcel: Parcel) -> bytes:
        if parcel.facts is None:
            raise Refused("notify.kind", "Syslog speaks of findings only")
        one = message(parcel.facts, self._here, self._channel.format)
        if self._scheme == "udp" and len(one) > LARGEST_DATAGRAM:
            return message(_shorter(parcel.facts), self._here, self._channel.format)
        return one

    def _datagrams(self, messages: list[bytes]) -> None:
        family, kind, _, _, where = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as datagrams:
            datagrams.settimeout(PATIENCE)
            datagrams.connect(where)
            for one in messages:
                datagrams.send(one)

    def _over_tls(self, context: ssl.SSLContext, octets: bytes) -> None:
        with (
            socket.create_connection((self._host, self._port), timeout=PATIENCE) as stream,
            context.wrap_socket(stream, server_hostname=self._host) as secured,
        ):
            secured.sendall(octets)
            try:
                secured.unwrap().close()
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                # The collector closed the stream without a close_notify of its own: it had read ours.
                return


def _read_to_end(stream: socket.socket) -> None:
    """Until the peer closes; what it says meanwhile means nothing.

    Raises:
        Unreachable: it goes on speaking.
    """
    for _ in range(64):
        if not stream.recv(4096):
            return
    raise Unreachable("notify.unreachable", "The collector speaks instead of closing")


def _shorter(facts: Facts) -> Facts:
    """Without what is longest: a collector may cut a datagram anywhere, the page behind the link has all."""
    return msgspec.structs.replace(facts, reasons=(), noun="", ward="", addresses=facts.addresses[:1])
