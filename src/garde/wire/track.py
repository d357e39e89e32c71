"""Tracker: blocks in; payloads, flow records and sightings out.

Question: what does the rest of Garde see of a capture?
Reference: DESIGN §4. The work is done by `garde.wire.kernel`; here its arrays become `Payload`, `FlowRecord` and
`Sighting`, streams are put in order and fragments together. Memory is bounded by the flow table: rows, and per row of
it at most one `Flow` and two `Assembly`; ``WAITING`` octets wait behind holes in all.

Example::

    tracker = Tracker(keep=[(0, b"\\x0bMSH", b"", 64)])
    for block in open_capture("ct.pcap"):
        observations = engine.feed(tracker.feed(block))
        tracker.release(engine.finished())
    observations = engine.feed(tracker.finish())
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np

from garde.wire import decode as dec
from garde.wire import kernel as k
from garde.wire.address import ip_text, mac_text, vlan_ids
from garde.wire.block import Block, Rows, table
from garde.wire.flow import DATAGRAM, FRAME, STREAM, Endpoint, Flow, Payload
from garde.wire.fragments import Fragments
from garde.wire.reassembly import Assembly, Run

#: Rows of the flow table.
SLOTS: Final = 1 << 17
#: Places in the cache of what was seen lately.
SEEN: Final = 1 << 16
#: Octets that wait behind holes, of all streams together.
WAITING: Final = 1 << 25
#: Octets of a pattern the kernel compares.
PATTERN: Final = 8

#: A pattern for which more of a flow is kept: offset in the payload, value, mask (empty: all ones), payloads.
Pattern = tuple[int, bytes, bytes, int]


class FlowRecord(msgspec.Struct, frozen=True, gc=False):
    """What went through one flow in one bucket of five minutes (RFC 7011 §2: a Flow Record).

    Attributes:
        number: of the flow; a long flow has several records.
        layer, protocol, ends, vlan, ttl: as in `Flow`.
        packets, octets: per direction, in this bucket.
        first_at, last_at: nanoseconds since 1970, in this bucket.
        packet: number of the first packet of each direction, 0 when there was none yet.
        opened: whether the TCP opening was seen, so that ``ends[0]`` is the client.
        dscp: last marking per direction (RFC 2474 §3), -1 where nothing was seen or there is no IP.
    """

    number: int
    layer: str
    protocol: int
    ends: tuple[Endpoint, Endpoint]
    vlan: tuple[int, ...]
    ttl: tuple[int, int]
    packets: tuple[int, int]
    octets: tuple[int, int]
    first_at: int
    last_at: int
    packet: tuple[int, int]
    opened: bool
    dscp: tuple[int, int] = (-1, -1)


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """What the flow table itself learnt of a sender, without reading a payload.

    Attributes:
        what: `garde.wire.kernel` HOST, SYN or SERVICE.
        packet, offset: where; ``offset`` is that of the IP header (HOST) or of the TCP or UDP header.
        mac, ip: of the sender, empty where there is none.
        one, two: SYN: option kinds as nibbles, then window, MSS, scale and DF packed; SERVICE: protocol and port.
    """

    what: int
    packet: int
    at: int
    offset: int
    mac: str
    ip: str
    one: int
    two: int
    ttl: int
    vlan: tuple[int, ...]


class Stats(msgspec.Struct):
    """Counts of what went through; ``lost`` counts packets that could not be read, by reason."""

    packets: int = 0
    octets: int = 0
    flows: int = 0
    evicted: int = 0
    kept: int = 0
    lost: dict[str, int] = {}


class Tracker:
    """The flow table and what hangs on it.

    Args:
        keep: patterns; see `Pattern`.
        slots: rows of the flow table, a power of two.
        share: 0 or 1 when another tracker, fed the same blocks, hands out the payloads and sightings of the other
            share; records of flows are handed out by both.

    Raises:
        ValueError: ``slots`` is no power of two, or a pattern has no value.
    """

    def __init__(self, keep: Iterable[Pattern] = (), *, slots: int = SLOTS, share: int | None = None) -> None:
        if slots < k.WINDOW or slots & (slots - 1):
            raise ValueError(f"slots must be a power of two and at least {k.WINDOW}, not {slots}")
        self._tags = np.zeros(slots, np.uint32)
        self._rows: Rows = np.zeros((slots, k.COLUMNS), np.int64)
        self._seen = np.zeros(SEEN, np.uint64)
        self._patterns, self._first, late = patterns(keep)
        self._count = np.zeros(k.COUNTERS, np.int64)
        self._count[k.N_LATE] = late
        self._count[k.N_PATTERNS] = len(self._patterns)
        self._share = share
        if share is not None:
            self._count[k.N_SHARES], self._count[k.N_SHARE] = 2, share
        self._scratch = np.zeros(k.SCRATCH, np.int64)
        self._size = 0
        self._events: Rows = np.zeros((0, k.EVENT), np.int64)
        self._gone: Rows = np.zeros((0, k.COLUMNS), np.int64)
        self._sights: Rows = np.zeros((0, k.SIGHT), np.int64)
        self._flows: dict[int, Flow] = {}
        #: flow number and direction → what puts that direction in order
        self._streams: dict[int, Assembly] = {}
        self._slots: dict[int, int] = {}
        self._fragments = Fragments()
        self._waiting = 0
        self._records: list[Rows] = []
        self._sightings: list[Rows] = []
        self._number = 1
        #: payloads whose place was delivered before, for those who compare them; None when nobody does
        self._again: list[Payload] | None = None

    def __len__(self) -> int:
        """Flows in the table."""
        return int(np.count_nonzero(self._tags))

    # --- in -------------------------------------------------------------------------------------------------------

    def account(self, block: Block) -> None:
        """Let the kernel account for a block, and leave what it kept in its arrays: the first half of `feed`."""
        size = len(block)
        if size > self._size:
            self._size = size
            self._events = np.zeros((size, k.EVENT), np.int64)
            self._gone = np.zeros((size, k.COLUMNS), np.int64)
            self._sights = np.zeros((3 * size, k.SIGHT), np.int64)
        count = self._count
        k.run(
            block.data,
            block.records,
            self._number,
            self._tags,
            self._rows,
            self._seen,
            self._patterns,
            self._first,
            self._events,
            self._gone,
            self._sights,
            count,
            self._scratch,
        )
        self._number += size

    def feed(self, block: Block) -> list[Payload]:
        """Account for a block; returns the payloads kept of it, in the order of capture."""
        self.account(block)
        count = self._count
        gone = self._gone[: count[k.GONE]]
        out = self._payloads(block, gone) if count[k.EVENTS] else []
        if len(gone):
            self._records.append(gone.copy())
            for number in gone[gone[:, k.STATE] & k.ENDED != 0, k.NUMBER].tolist():
                self._end(number, out)
        if count[k.SIGHTS]:
            sights = self._sights[: count[k.SIGHTS]]
            if self._share is not None:
                # By the sender, so that what is said of one is said by one.
                sights = sights[(sights[:, 4] ^ sights[:, 7]) & 1 == self._share]
            self._sightings.append(sights.copy())
        return out

    def finish(self) -> list[Payload]:
        """The capture is over: what still waits behind holes."""
        out: list[Payload] = []
        for number in list(self._flows):
            self._end(number, out)
        used = self._rows[self._tags != 0]
        if len(used):
            self._records.append(used)
        self._tags[:] = 0
        return out

    def lap(self, ports: Iterable[int]) -> None:
        """Hand out what flows of these ports did so far in this bucket, for a reader who cannot wait for its end.

        They go on from zero: the records of a bucket are parts of it, and their sums are what one record would be.
        """
        rows = self._rows
        wanted = np.fromiter(ports, np.int64)
        used = (self._tags != 0) & (rows[:, k.PACKETS] + rows[:, k.PACKETS + 1] > 0)
        used &= np.isin(rows[:, 4] >> 32 & 0xFFFF, wanted) | np.isin(rows[:, 4] >> 16 & 0xFFFF, wanted)
        if used.any():
            self._records.append(rows[used])
            rows[used, k.PACKETS : k.PACKETS + 4] = 0

    def release(self, numbers: Iterable[int]) -> None:
        """Nothing more is wanted of these flows; numbers that are not there any more are passed over."""
        for number in numbers:
            slot = self._slots.get(number)
            if slot is not None and self._rows[slot, k.NUMBER] == number:
                self._rows[slot, k.STATE] |= k.RELEASED

    def pause(self, numbers: Iterable[int]) -> None:
        """Nothing is wanted of these flows until a pattern matches again, or the next bucket begins."""
        for number in numbers:
            slot = self._slots.get(number)
            if slot is not None and self._rows[slot, k.NUMBER] == number:
                self._rows[slot, k.LEFT : k.LEFT + 2] = 0

    # --- out ------------------------------------------------------------------------------------------------------

    def flows(self) -> list[FlowRecord]:
        """Records complete since the last call: buckets gone by, flows that ended; after `finish`, the rest."""
        out = [record(row) for rows in self._records for row in rows.tolist() if row[k.PACKETS] or row[k.PACKETS + 1]]
        self._records.clear()
        return out

    def compare(self) -> None:
        """From now on, keep what is sent again in a place that was delivered, for `again`."""
        self._again = []
        self._count[k.N_AGAIN] = 1

    def again(self) -> list[Payload]:
        """What was sent again since the last call: retransmissions, and whatever else hides as one."""
        out, self._again = self._again or [], []
        return out

    @property
    def next_packet(self) -> int:
        """Number that the next packet will have."""
        return self._number

    def table(self) -> tuple[Rows, Rows]:
        """Rows of the flows in the table, and of those the last block took out of it; see `garde.wire.watch`."""
        return self._rows[self._tags != 0], self._gone[: self._count[k.GONE]]

    @property
    def pending(self) -> int:
        """How many records `flows` would give."""
        return sum(map(len, self._records))

    def forget(self) -> None:
        """Drop the records that `flows` would give, for a caller who wants none of them."""
        self._records.clear()

    def sightings(self) -> list[Sighting]:
        """What was learnt of senders since the last call."""
        out = [sighting(row) for rows in self._sightings for row in rows.tolist()]
        self._sightings.clear()
        return out

    @property
    def stats(self) -> Stats:
        """Counts so far."""
        count = self._count.tolist()
        lost = {
            "short": count[k.N_SHORT],
            "broken": count[k.N_BROKEN],
            "link-type": count[k.N_FOREIGN],
            "fragment": count[k.N_PART],
        }
        return Stats(
            packets=count[k.N_PACKETS],
            octets=count[k.N_OCTETS],
            flows=count[k.N_FLOWS],
            evicted=count[k.N_EVICTED],
            kept=count[k.N_KEPT],
            lost={name: many for name, many in lost.items() if many},
        )

    # --- between --------------------------------------------------------------------------------------------------

    def _payloads(self, block: Block, gone: Rows) -> list[Payload]:
        out: list[Payload] = []
        view, flows, streams = block.view, self._flows, self._streams
        events = self._events[: self._count[k.EVENTS]]
        self._meet(events, gone)
        for number, _, way, packet, at, start, stop, kind, seq, ack, length, passed, origin, begin in events.tolist():
            if kind == dec.FRAGMENT:
                whole = self._fragments.add(bytes(view[start:stop]), at, packet)
                if whole is not None and (known := flows.get(whole.number)):
                    out.append(Payload(known, whole.way, whole.at, whole.data, whole.packet, whole.start))
                continue
            flow = flows[number]
            data = bytes(view[start:stop])
            start -= begin
            if kind == dec.STREAM:
                name = number << 1 | way
                stream = streams.get(name)
                if stream is None:
                    stream = streams[name] = Assembly(origin)
                other = streams.get(name ^ 1)
                if other is not None and other.octets and ack >= 0:
                    self._acknowledged(flow, 1 - way, other, ack, out)
                if stream.follows(seq, len(data), length):
                    position, gap = stream.advance(length)
                    out.append(Payload(flow, way, at, data, packet, start, position, gap))
                else:
                    if self._again is not None and stream.old(seq, length):
                        self._again.append(Payload(flow, way, at, data, packet, start))
                    self._reorder(flow, way, stream, (seq, data, length, at, packet, start, passed == 1), out)
            elif kind == dec.BEGINNING:
                whole = self._fragments.begin(data, at, packet, start, number, way)
                if whole is not None:
                    out.append(Payload(flow, way, whole.at, whole.data, whole.packet, whole.start))
            else:
                out.append(Payload(flow, way, at, data, packet, start))
        return out

    def _meet(self, events: Rows, gone: Rows) -> None:
        """Make the flows that these events speak of for the first time."""
        met = self._flows
        fresh = {number: slot for number, slot in events[:, :2].tolist() if number >= 0 and number not in met}
        if not fresh:
            return
        rows = self._rows[list(fresh.values())].tolist()
        for (number, slot), row in zip(fresh.items(), rows, strict=True):
            if row[k.NUMBER] != number:
                row = gone[gone[:, k.NUMBER] == number][0].tolist()
            layer, protocol, ends = parties(row)
            ttl = (row[k.HOPS] & 255, row[k.HOPS + 1] & 255)
            self._flows[number] = Flow(
                number, layer, protocol, ends, vlan_ids(row[k.VLAN]), ttl, first_at=row[k.FIRST_AT]
            )
            self._slots[number] = slot

    def _acknowledged(self, flow: Flow, way: int, stream: Assembly, ack: int, out: list[Payload]) -> None:
        runs: list[Run] = []
        self._waiting -= stream.octets
        stream.acknowledged(ack, runs)
        self._waiting += stream.octets
        out += [_payload(flow, way, run) for run in runs]

    def _reorder(
        self,
        flow: Flow,
        way: int,
        stream: Assembly,
        segment: tuple[int, bytes, int, int, int, int, bool],
        out: list[Payload],
    ) -> None:
        self._waiting -= stream.octets
        out += [_payload(flow, way, run) for run in stream.add(*segment)]
        self._waiting += stream.octets
        if self._waiting > WAITING:
            self._flush(flow.number, out)

    def _flush(self, number: int, out: list[Payload]) -> None:
        flow = self._flows[number]
        for way in (0, 1):
            stream = self._streams.get(number << 1 | way)
            if stream is not None and stream.octets:
                self._waiting -= stream.octets
                runs: list[Run] = []
                stream.flush(runs)
                out += [_payload(flow, way, run) for run in runs]

    def _end(self, number: int, out: list[Payload]) -> None:
        if number in self._flows:
            self._flush(number, out)
            self._streams.pop(number << 1, None)
            self._streams.pop(number << 1 | 1, None)
            del self._flows[number], self._slots[number]


def ready() -> None:
    """Have the kernel's machine code, before a process is copied and each copy would make or load it."""
    Tracker(slots=k.WINDOW).account(Block(np.zeros(1, np.uint8), table(0)))


def _payload(flow: Flow, way: int, run: Run) -> Payload:
    return Payload(flow, way, run.at, run.data, run.packet, run.start, run.position, run.gap)


def patterns(keep: Iterable[Pattern]) -> tuple[Rows, np.ndarray[tuple[int], np.dtype[np.uint8]], int]:
    """The kernel's form of the patterns: rows, the octets they may begin with, how many have an offset."""
    rows: list[list[int]] = []
    first = np.zeros(256, np.uint8)
    for offset, value, mask, payloads in sorted(set(keep), key=lambda pattern: pattern[0] == 0):
        if not value or (mask and len(mask) != len(value)) or offset < 0:
            raise ValueError(f"a pattern has a value and a mask of the same length: {value!r}, {mask!r}")
        value, mask = value[:PATTERN], (mask or b"\xff" * len(value))[:PATTERN]
        bits = int.from_bytes(mask, "big")
        rows.append([offset, _signed(int.from_bytes(value, "big") & bits), _signed(bits), payloads, len(value)])
        if offset == 0:
            first[[octet for octet in range(256) if octet & mask[0] == value[0] & mask[0]]] = 1
    late = sum(row[0] > 0 for row in rows)
    return np.array(rows, np.int64).reshape(-1, 5), first, late


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word


def parties(row: list[int]) -> tuple[str, int, tuple[Endpoint, Endpoint]]:
    """Layer, protocol and ends of a row of the flow table; the first end is the one that was first seen to speak."""
    word = row[4]
    family, proto = word >> 48, word & 0xFFFF
    one, two = ip_text(family, row[0], row[1]), ip_text(family, row[2], row[3])
    first, second = word >> 32 & 0xFFFF, word >> 16 & 0xFFFF
    if row[k.SIDE]:
        one, two, first, second = two, one, second, first
    ends = Endpoint(mac_text(row[k.MAC]), one, first), Endpoint(mac_text(row[k.MAC + 1]), two, second)
    if family and proto == 6:
        return STREAM, proto, ends
    return DATAGRAM if family and proto == 17 else FRAME, proto, ends


def record(row: list[int]) -> FlowRecord:
    """A row of the flow table as a record."""
    layer, proto, ends = parties(row)
    return FlowRecord(
        row[k.NUMBER],
        layer,
        proto,
        ends,
        vlan_ids(row[k.VLAN]),
        (row[k.HOPS] & 255, row[k.HOPS + 1] & 255),
        (row[k.PACKETS], row[k.PACKETS + 1]),
        (row[k.OCTETS], row[k.OCTETS + 1]),
        row[k.FIRST_AT],
        row[k.LAST_AT],
        (row[k.PACKET], row[k.PACKET + 1]),
        row[k.ORIGIN] >= 0,
        (_dscp(row, 0), _dscp(row, 1)),
    )


def _dscp(row: list[int], way: int) -> int:
    return row[k.HOPS + way] >> 8 if row[4] >> 48 and row[k.PACKETS + way] else -1


def sighting(row: list[int]) -> Sighting:
    """A row of the kernel's sightings as a record."""
    what, packet, at, offset, mac, family, high, low, one, two, ttl, vlans = row
    return Sighting(what, packet, at, offset, mac_text(mac), ip_text(family, high, low), one, two, ttl, vlan_ids(vlans))
