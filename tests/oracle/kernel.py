"""The twin of `garde.wire.kernel`: the flow table as a list of dictionaries, in plain Python integers.

Example::

    twin = Kernel(slots=64, seen=1 << 15, patterns=[(0, b"MSH", b"", 8)])
    events, gone, sights = twin.run(block.data.tobytes(), block.records.tolist(), number=1)
"""

from __future__ import annotations

from collections import Counter

from garde.wire import decode as d
from garde.wire import kernel as k
from tests.oracle.decode import read

MASK = (1 << 64) - 1
SEED, FACTOR = 0x243F6A8885A308D3, 0x9E3779B97F4A7C15


def mix(h: int, *words: int) -> int:
    for word in words:
        h = ((h ^ (word & MASK)) * FACTOR) & MASK
        h ^= h >> 29
    return h


def ahead(a: int, b: int) -> int:
    distance = (a - b) % (1 << 32)
    return distance - (1 << 32) if distance >= 1 << 31 else distance


class Kernel:
    """State between blocks: the table, the cache of what was seen, the counters."""

    def __init__(
        self, slots: int, seen: int, patterns: list[tuple[int, bytes, bytes, int]], share: int | None = None
    ) -> None:
        self.share = share
        self.rows: list[list[int] | None] = [None] * slots
        self.senders = [0] * (seen // 2)
        self.payloads = [[0] * (seen // 4), [0] * (seen // 4)]
        self.patterns = patterns
        self.count: Counter[int] = Counter()

    def run(self, data: bytes, records: list[list[int]], number: int) -> tuple[list[list[int]], ...]:
        self.events: list[list[int]] = []
        self.gone: list[list[int]] = []
        self.sights: list[list[int]] = []
        self.data = data
        for i, (begin, caught, wire, at, link) in enumerate(records):
            end = begin + caught
            if begin < 0 or caught < 0 or end > len(data):
                continue
            self.count[k.N_PACKETS] += 1
            self.count[k.N_OCTETS] += wire
            why, f = read(data, begin, end, link)
            if why != d.READ:
                self.count[k.N_SHORT + why - 1] += 1
            elif f[d.KIND] == d.FRAGMENT:
                self.emit(-1, -1, 0, number + i, at, f[d.L3], f[d.END], f, 0, -1, begin)
            else:
                self.packet(f, number + i, at, wire, begin)
        return self.events, self.gone, self.sights

    def fresh(self, cache: list[int], h: int) -> bool:
        h |= 1
        place = h >> 20 & len(cache) - 1
        known = cache[place] == h
        cache[place] = h
        return not known

    # --- the flow -----------------------------------------------------------------------------------------------

    def packet(self, f: list[int], number: int, at: int, wire: int, begin: int) -> None:
        group = bool(f[d.DST_MAC] >> 40 & 1)
        source = (f[d.SRC_HIGH], f[d.SRC_LOW], f[d.SPORT])
        target = (f[d.DST_HIGH], f[d.DST_LOW], f[d.DPORT])
        side = int(source > target)
        one, two = (target, source) if side else (source, target)
        shared = f[d.FAMILY] and (group or source[:2] == (0, 0))
        word = f[d.FAMILY] << 48 | one[2] << 32 | two[2] << 16 | f[d.PROTO]
        key = [*one[:2], *two[:2], word, f[d.SRC_MAC] if shared else 0]
        slot, row = self.find(key)
        opening = f[d.KIND] == d.STREAM and f[d.FLAGS] & 0x17 == 2
        kept = self.allowance(f, group)
        if row is None:
            row = self.rows[slot] = self.opened(key, side, number, at, f, kept)
        elif opening and row[k.ORIGIN + (side ^ row[k.SIDE])] != (f[d.SEQ] + 1) % (1 << 32) and row[k.LAST_AT] > 0:
            self.over(row)
            row = self.rows[slot] = self.opened(key, side, number, at, f, kept)
        elif at // k.BUCKET_NS != row[k.BUCKET]:
            self.gone.append(list(row))
            row[k.BUCKET], row[k.FIRST_AT] = at // k.BUCKET_NS, at
            for way in (0, 1):
                row[k.PACKETS + way] = row[k.OCTETS + way] = 0
                row[k.LEFT + way] = max(row[k.LEFT + way], kept)
        way = side ^ row[k.SIDE]
        self.who(row, way, f, number, at, begin, group, opening)
        row[k.LAST_AT] = at
        row[k.PACKETS + way] += 1
        row[k.OCTETS + way] += wire
        row[k.HOPS + way] = f[d.TTL] + 256 * f[d.DSCP]
        row[k.TCP + way] |= f[d.FLAGS]
        if not self.again(row, way, f):
            self.payload(row, slot, way, f, number, at, begin)

    def find(self, key: list[int]) -> tuple[int, list[int] | None]:
        """The slot of a key and its row; None when the slot was free or had to be freed."""
        home = mix(SEED, *key) & len(self.rows) - 1
        window = [(home + i) % len(self.rows) for i in range(k.WINDOW)]
        for slot in window:
            row = self.rows[slot]
            if row is None:
                return slot, None
            if row[:6] == key:
                return slot, row
        slot = min(window, key=lambda place: self.rows[place][k.LAST_AT])
        self.over(self.rows[slot])
        self.count[k.N_EVICTED] += 1
        return slot, None

    def over(self, row: list[int]) -> None:
        row[k.STATE] |= k.ENDED
        self.gone.append(row)

    def allowance(self, f: list[int], group: bool) -> int:
        if f[d.KIND] == d.FRAME and f[d.PROTO] in (0x0806, 58):
            return k.ADDRESSING
        return k.GROUPED if group or f[d.KIND] == d.FRAME else k.KEPT

    def opened(self, key: list[int], side: int, number: int, at: int, f: list[int], kept: int) -> list[int]:
        row = key + [0] * (k.COLUMNS - 6)
        row[k.NUMBER], row[k.SIDE], row[k.FIRST_AT] = self.count[k.N_FLOWS], side, at
        row[k.BUCKET], row[k.VLAN], row[k.PACKET] = at // k.BUCKET_NS, f[d.VLANS], number
        row[k.MAC], row[k.MAC + 1] = f[d.SRC_MAC], f[d.DST_MAC]
        for way in (0, 1):
            row[k.LEFT + way], row[k.NEXT + way], row[k.ORIGIN + way] = kept, -1, -1
        self.count[k.N_FLOWS] += 1
        return row

    # --- who speaks ---------------------------------------------------------------------------------------------

    def who(
        self, row: list[int], way: int, f: list[int], number: int, at: int, begin: int, group: bool, opening: bool
    ) -> None:
        address = (f[d.SRC_HIGH], f[d.SRC_LOW])
        port = (f[d.PROTO], f[d.SPORT])
        answers = f[d.KIND] == d.STREAM and f[d.FLAGS] & 0x17 == 0x12

        def sight(what: int, start: int, one: int, two: int) -> None:
            sender = [f[d.SRC_MAC], f[d.FAMILY], *address, one, two, f[d.TTL], f[d.VLANS]]
            self.sights.append([what, number, at, start - begin, *sender])

        def serves() -> None:
            if self.fresh(self.senders, mix(SEED, *address, port[0] << 16 | port[1], k.SERVICE)):
                sight(k.SERVICE, f[d.L4], *port)

        if not row[k.TCP + way] & 256:
            row[k.TCP + way] |= 256
            row[k.PACKET + way], row[k.MAC + way] = number, f[d.SRC_MAC]
            if self.fresh(self.senders, mix(SEED, f[d.SRC_MAC], *address, f[d.VLANS] << 8 | f[d.TTL], k.HOST)):
                sight(k.HOST, f[d.L3], 0, 0)
            if way == 1 and f[d.KIND] == d.DATAGRAM and not group and f[d.SPORT] < 49152:
                serves()
        if opening:
            kinds, mss, scale = self.options(f[d.L4] + 20, f[d.START])
            two = f[d.WINDOW] | mss << 16 | scale << 32 | f[d.DF] << 40
            if self.fresh(self.senders, mix(SEED, f[d.SRC_MAC], *address, kinds, two, k.SYN)):
                sight(k.SYN, f[d.L4], kinds, two)
        elif answers:
            serves()

    def options(self, pos: int, end: int) -> tuple[int, int, int]:
        kinds, mss, scale = 0, 0, 255
        for _ in range(15):
            if pos >= end:
                break
            kind = self.data[pos]
            kinds = kinds << 4 | (kind + 1 if kind <= 8 else 15)
            if kind == 0:
                break
            size = 1 if kind == 1 else self.data[pos + 1] if pos + 2 <= end else 0
            if kind != 1 and (size < 2 or pos + size > end):
                break
            if kind == 2 and size == 4:
                mss = int.from_bytes(self.data[pos + 2 : pos + 4], "big")
            if kind == 3 and size == 3:
                scale = self.data[pos + 2]
            pos += size
        return kinds, mss, scale

    # --- the payload ----------------------------------------------------------------------------------------------

    def again(self, row: list[int], way: int, f: list[int]) -> bool:
        """Keep account of the sequence; whether these octets were all seen before."""
        if f[d.KIND] != d.STREAM:
            return False
        if f[d.FLAGS] & 2:
            f[d.SEQ] = row[k.ORIGIN + way] = row[k.NEXT + way] = (f[d.SEQ] + 1) % (1 << 32)
        past = (f[d.SEQ] + f[d.TRUE]) % (1 << 32)
        if row[k.NEXT + way] < 0:
            row[k.NEXT + way] = past
        elif f[d.TRUE] > 0:
            start, stop = ahead(f[d.SEQ], row[k.NEXT + way]), ahead(past, row[k.NEXT + way])
            if stop <= 0 and start > -k.AHEAD:
                return True
            if not 0 < start <= k.AHEAD:
                row[k.NEXT + way] = past
        return False

    def payload(self, row: list[int], slot: int, way: int, f: list[int], number: int, at: int, begin: int) -> None:
        kind, start, stop = f[d.KIND], f[d.START], f[d.END]
        if start >= stop or row[k.STATE] & k.RELEASED or kind == d.NOTHING:
            return
        share = mix(SEED, *row[:6]) >> 40 & 1
        if self.share is not None and share != self.share:
            return
        data = self.data[start:stop]
        if kind in (d.STREAM, d.DATAGRAM, d.BEGINNING):
            wanted = self.wanted(data)
            since = at - row[k.GRANTED]
            if wanted and (row[k.GRANTED] == 0 or since >= k.RENEWAL or since < 0):
                row[k.GRANTED] = at
                for side in (0, 1):
                    row[k.LEFT + side] = max(row[k.LEFT + side], wanted)
        if row[k.LEFT + way] <= 0:
            row[k.STATE] |= k.PASSED << way
            return
        digest = self.digest(data, mix(SEED, row[k.NUMBER], way))
        if kind != d.STREAM and not self.fresh(self.payloads[share], digest):
            return
        row[k.LEFT + way] -= 1
        passed = int(bool(row[k.STATE] & k.PASSED << way))
        row[k.STATE] &= ~(k.PASSED << way)
        if kind == d.BEGINNING:
            start = f[d.L3]
        self.emit(row[k.NUMBER], slot, way, number, at, start, stop, f, passed, row[k.ORIGIN + way], begin)

    def wanted(self, data: bytes) -> int:
        best = 0
        for offset, value, mask, payloads in self.patterns:
            value, mask = value[:8], (mask or b"\xff" * len(value))[:8]
            piece = data[offset : offset + len(value)]
            same = all(a & m == b & m for a, b, m in zip(piece, value, mask, strict=False))
            if len(piece) == len(value) and same:
                best = max(best, payloads)
        return best

    def digest(self, data: bytes, h: int) -> int:
        h = mix(h, len(data))
        data = data[: k.HASHED]
        whole = len(data) // 8 * 8
        h = mix(h, *(int.from_bytes(data[i : i + 8], "big") for i in range(0, whole, 8)))
        return mix(h, *(octet + 256 for octet in data[whole:]))

    def emit(
        self, flow: int, slot: int, way: int, packet: int, at: int, start: int, stop: int, f: list[int], passed: int,
        origin: int, begin: int,
    ) -> None:  # fmt: skip
        ack = f[d.ACK] if f[d.FLAGS] & 16 else -1
        self.events.append(
            [flow, slot, way, packet, at, start, stop, f[d.KIND], f[d.SEQ], ack, f[d.TRUE], passed, origin, begin]
        )
        self.count[k.N_KEPT] += 1
