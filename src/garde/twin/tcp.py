"""TCP: a whole conversation as frames, with handshake, acknowledgements, losses and farewell.

Question: which segments carry these turns of a dialogue across the wire?
Reference: RFC 9293 §3.5 (handshake), §3.6 (close), RFC 7323 (scale, timestamps), RFC 2018 (SACK permitted).
Now and then a segment is sent twice or overtakes its neighbour, as on real networks. Left out: congestion control.

Example:
    >>> from random import Random
    >>> from garde.twin.station import Stack, Station
    >>> a = Station(mac=bytes(6), ip="10.0.0.1", stack=Stack("linux"))
    >>> b = Station(mac=bytes(6), ip="10.0.0.2", stack=Stack("linux"))
    >>> len(list(converse(a, b, 104, 0, [Turn(True, b"hello")], Random(1))))
    8
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from random import Random
from typing import Final, NamedTuple

from garde.twin.frames import ACK, FIN, PSH, SYN, TCP, packed, routed, tcp
from garde.twin.station import Station

Frame = tuple[int, bytes]

MICRO: Final = 1_000
MILLI: Final = 1_000_000
SECOND: Final = 1_000_000_000
MSS: Final = 1460
#: One segment in so many is sent twice, or overtaken.
_REPEATED: Final = 400
_OVERTAKEN: Final = 300


class Turn(NamedTuple):
    """What one side says.

    Attributes:
        client: whether the side that opened the connection speaks.
        data: its bytes.
        pause: nanoseconds of silence before.
        setup: part of opening the conversation: a capture that begins later has not seen it.
    """

    client: bool
    data: bytes
    pause: int = 2 * MILLI
    setup: bool = False


class _Side:
    """One end's sequence numbers and constant header parts."""

    def __init__(self, station: Station, peer: Station, ports: tuple[int, int], rng: Random) -> None:
        self.station = station
        self.mac = station.towards(peer)
        self.source, self.target = packed(station.ip), packed(peer.ip)
        self.ports = ports
        self.seq = rng.getrandbits(32)
        self.stack = station.stack
        self.window = min(station.stack.window, 65535)

    def segment(
        self, flags: int, ack: int, payload: bytes = b"", options: bytes = b"", seq: int | None = None
    ) -> bytes:
        return routed(
            self.station, self.mac, self.target, TCP,
            tcp(self.source, self.target, self.ports, self.seq if seq is None else seq, ack, flags, self.window,
                payload, options),
        )  # fmt: skip

    def options(self, at: int, echo: int) -> bytes:
        """The options of its SYN, in its stack's order."""
        out = b""
        for name in self.stack.options:
            if name == "mss":
                out += struct.pack("!BBH", 2, 4, MSS)
            elif name == "sok":
                out += b"\x04\x02"
            elif name == "ts":
                out += struct.pack("!BBII", 8, 10, (at // MILLI) & 0xFFFFFFFF, echo)
            elif name == "ws":
                out += struct.pack("!BBB", 3, 3, self.stack.scale)
            else:
                out += b"\x01"
        return out.ljust(-(-len(out) // 4) * 4, b"\0")


def knock(client: Station, server: Station, port: int, at: int, rng: Random) -> Iterator[Frame]:
    """A SYN to nobody, and its two repetitions (RFC 6298 §5.7)."""
    sport = client.port()
    side = _Side(client, server, (sport, port), rng)
    for wait in (0, 1, 3):
        yield at + wait * SECOND, side.segment(SYN, 0, options=side.options(at, 0))


def converse(
    client: Station, server: Station, port: int, at: int, turns: Iterable[Turn], rng: Random, *,
    started: bool = False, close: bool = True, sport: int = 0,
) -> Iterator[Frame]:  # fmt: skip
    """Frames of a connection from ``client`` to ``port`` of ``server``.

    Args:
        at: nanoseconds since 1970 of the SYN.
        turns: what is said, in order; read as it is sent, so it may be endless data.
        rng: decides sequence numbers, delays and losses.
        started: the capture begins after the handshake and the set-up turns, which are then not shown.
        close: whether it ends with a FIN in each direction.
        sport: the client's port; 0 for its next ephemeral one.
    """
    sport = sport or client.port()
    here = _Side(client, server, (sport, port), rng)
    there = _Side(server, client, (port, sport), rng)
    trip = rng.randrange(80, 600) * MICRO
    if not started:
        yield at, here.segment(SYN, 0, options=here.options(at, 0))
        yield at + trip, there.segment(SYN | ACK, here.seq + 1, options=there.options(at, at // MILLI & 0xFFFFFFFF))
    here.seq += 1
    there.seq += 1
    if not started:
        yield at + trip + 40 * MICRO, here.segment(ACK, there.seq)
    at += trip + 60 * MICRO
    for turn in turns:
        at += turn.pause
        speaker, listener = (here, there) if turn.client else (there, here)
        if started and turn.setup:
            speaker.seq += len(turn.data)
            continue
        held: bytes | None = None
        view = turn.data
        for number, start in enumerate(range(0, len(view), MSS)):
            piece = view[start : start + MSS]
            last = start + MSS >= len(view)
            frame = speaker.segment(PSH | ACK if last else ACK, listener.seq, piece)
            speaker.seq += len(piece)
            at += 12 * MICRO
            if held is not None:
                yield at, frame
                yield at + 3 * MICRO, held
                held = None
            elif not last and not rng.randrange(_OVERTAKEN):
                held = frame
                continue
            else:
                yield at, frame
            if not rng.randrange(_REPEATED):
                at += 300 * MICRO
                yield at, frame
            if number & 1 or last:
                at += 5 * MICRO
                yield at + trip, listener.segment(ACK, speaker.seq)
        at += trip
    if close:
        at += MILLI
        yield at, here.segment(FIN | ACK, there.seq)
        here.seq += 1
        yield at + trip, there.segment(FIN | ACK, here.seq)
        there.seq += 1
        yield at + 2 * trip, here.segment(ACK, there.seq)
