"""The kernel: a table of packets in, a bounded flow table, and the few payloads somebody may want to read.

Question: at millions of packets a second, which conversations are there, and which payloads go on to the dissectors?
Reference: DESIGN §4.2. The flow table is one array of 2^17 rows: open addressing over a window of 16
slots, never a hole; when a window is full the flow idle for longest gives way, and its row is handed out. So memory
is fixed: 32 MiB at the default size, whatever the file. The plain Python twin is in the tests and must give the same
arrays.

What is kept: of a stream or unicast datagram flow the first ``KEPT`` payloads in each direction, again in each bucket
of five minutes; more when a payload matches a pattern (`garde.dissect.spec.Keep`), once a minute; of frames,
multicast and broadcast every payload that was not seen lately. A caller may release a flow: nothing more of it is
kept. Two kernels may share a capture: both account for every packet, each keeps payloads of its share of the flows, and
together they keep exactly what one alone would.

Example: see `garde.wire.track`, the only user.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from garde.wire import decode as dec
from garde.wire.block import Bytes, Rows
from garde.wire.decode import decode
from garde.wire.jit import compiled, i64, u64

# --- a row of the flow table ----------------------------------------------------------------------------------
# 0..5 are the key: both addresses in a fixed order, protocol with ports, the sender's MAC where addresses are shared.
NUMBER: Final = 6
SIDE: Final = 7  # 1 when the first packet ran against the key's order
FIRST_AT: Final = 8
LAST_AT: Final = 9
PACKETS: Final = 10  # and 11: per direction; direction 0 is that of the first packet
OCTETS: Final = 12
LEFT: Final = 14  # payloads that will still be kept
NEXT: Final = 16  # TCP: sequence number after the contiguous data seen, -1 unknown
ORIGIN: Final = 18  # TCP: sequence number of the first octet, -1 when the SYN was not seen
MAC: Final = 20  # of the sender of each direction; before the second speaks, the destination MAC of the first packet
VLAN: Final = 22
HOPS: Final = 23  # and 24: last TTL per direction, and above its eight bits the last DSCP
STATE: Final = 25
PACKET: Final = 26  # and 27: number of the first packet of each direction
TCP: Final = 28  # and 29: flags seen
BUCKET: Final = 30
GRANTED: Final = 31  # when a pattern last enlarged the allowance, 0 never
COLUMNS: Final = 32

#: STATE bits.
RELEASED: Final = 1
PASSED: Final = 4  # and 8: payloads of that direction were not kept since the last that was
ENDED: Final = 16  # in a row handed out: the flow is over, not only its bucket

# --- an event -------------------------------------------------------------------------------------------------
# flow number, slot, direction, packet number, at, start, end, kind, sequence, acknowledgement or -1,
# length on the wire, whether payloads were passed over just before, origin of the stream or -1, start of the packet
EVENT: Final = 14

# --- a sighting: what the flow table itself learnt ------------------------------------------------------------
# what, packet number, at, offset in the packet, MAC, family, address high, address low, first, second, TTL, VLANs
SIGHT: Final = 12
HOST: Final = 1  # a sender: MAC and address
SYN: Final = 2  # a TCP opening: options in order, then window, MSS, scale, DF
SERVICE: Final = 3  # a port that answered: protocol, port

# --- counters -------------------------------------------------------------------------------------------------
EVENTS: Final = 0
GONE: Final = 1  # rows handed out
SIGHTS: Final = 2
N_PACKETS: Final = 3
N_OCTETS: Final = 4
N_FLOWS: Final = 5
N_EVICTED: Final = 6
N_SHORT: Final = 7
N_BROKEN: Final = 8
N_FOREIGN: Final = 9
N_PART: Final = 10
N_LATE: Final = 11  # patterns that do not begin at offset 0; the caller sets it
N_PATTERNS: Final = 12
N_KEPT: Final = 13
N_SHARES: Final = 14  # 2 when another kernel keeps the payloads of the other share, else 0; the caller sets it
N_SHARE: Final = 15  # which share this one keeps, 0 or 1; the caller sets it
N_AGAIN: Final = 16  # 1 when payloads sent again in one place are kept too; the caller sets it
COUNTERS: Final = 17

WINDOW: Final = 16
KEPT: Final = 4
#: Payloads kept per bucket of a frame, multicast or broadcast flow; addressing (ARP, ND) speaks of many in one flow.
GROUPED: Final = 64
ADDRESSING: Final = 4096
BUCKET_NS: Final = 300 * 1_000_000_000
#: A pattern enlarges the allowance again after this time: a busy link is sampled, a quiet one read whole.
RENEWAL: Final = 60 * 1_000_000_000
#: A TCP segment further ahead than this is not waited for.
AHEAD: Final = 1 << 20
#: Octets of a payload that are hashed to tell whether it was seen lately.
HASHED: Final = 512

#: Words the kernel works in: the fields of a packet, three words of TCP options, six of the flow's key.
SCRATCH: Final = dec.FIELDS + 9

Words = npt.NDArray[np.uint64]
_K1: Final = u64(0x9E3779B97F4A7C15)
_K0: Final = u64(0x243F6A8885A308D3)
_S29: Final = u64(29)


@compiled
def mix(h: int, word: int) -> int:
    """One round of the hash: 64 bits in, 64 bits out."""
    h = (u64(h) ^ u64(word)) * _K1
    return h ^ (h >> _S29)


@compiled
def _fresh(seen: Words, h: int, start: int, size: int) -> bool:
    """Whether the hash is not in its place of this part of the cache; it is afterwards."""
    h = u64(h) | u64(1)
    at = start + i64((h >> u64(20)) & u64(size - 1))
    if seen[at] == h:
        return False
    seen[at] = h
    return True


@compiled
def _digest(d: Bytes, p: int, e: int, h: int) -> int:
    """Hash of the payload's length and its first octets."""
    h = mix(h, e - p)
    e = min(e, p + HASHED)
    while p + 8 <= e:
        h = mix(h, dec.word(d, p))
        p += 8
    while p < e:
        h = mix(h, i64(d[p]) + 256)
        p += 1
    return h


@compiled
def _wanted(d: Bytes, p: int, e: int, patterns: Rows, first: Bytes, late: int, count: int) -> int:
    """The largest allowance of the patterns this payload matches, 0 for none."""
    best = i64(0)
    size = late
    if first[d[p]]:
        size = count
    for i in range(size):
        at = p + patterns[i, 0]
        length = patterns[i, 4]
        if at + length > e:
            continue
        word = i64(0)
        for k in range(length):
            word = word << 8 | i64(d[at + k])
        if word & patterns[i, 2] == patterns[i, 1] and patterns[i, 3] > best:
            best = patterns[i, 3]
    return best


@compiled
def _options(d: Bytes, p: int, e: int, out: Rows) -> None:
    """TCP options of a SYN (RFC 9293 §3.2): out = kinds in order as nibbles, MSS, window scale (255 none)."""
    kinds = i64(0)
    mss = i64(0)
    scale = i64(255)
    for _ in range(15):
        if p >= e:
            break
        kind = i64(d[p])
        kinds = kinds << 4 | (kind + 1 if kind <= 8 else 15)
        if kind == 0:
            break
        if kind == 1:
            p += 1
            continue
        if p + 2 > e or d[p + 1] < 2 or p + d[p + 1] > e:
            break
        if kind == 2 and d[p + 1] == 4:
            mss = dec.u16(d, p + 2)
        elif kind == 3 and d[p + 1] == 3:
            scale = i64(d[p + 2])
        p += i64(d[p + 1])
    out[0] = kinds
    out[1] = mss
    out[2] = scale


@compiled
def _sight(
    sights: Rows, count: Rows, what: int, packet: int, at: int, offset: int, f: Rows, one: int, two: int
) -> None:
    row = sights[count[SIGHTS]]
    row[0] = what
    row[1] = packet
    row[2] = at
    row[3] = offset
    row[4] = f[dec.SRC_MAC]
    row[5] = f[dec.FAMILY]
    row[6] = f[dec.SRC_HIGH]
    row[7] = f[dec.SRC_LOW]
    row[8] = one
    row[9] = two
    row[10] = f[dec.TTL]
    row[11] = f[dec.VLANS]
    count[SIGHTS] += 1


@compiled
def _open(row: Rows, count: Rows, side: int, packet: int, at: int, f: Rows, allowance: int) -> None:
    """Begin a flow in a row whose key is already there."""
    for i in range(NUMBER, COLUMNS):
        row[i] = 0
    row[NUMBER] = count[N_FLOWS]
    count[N_FLOWS] += 1
    row[SIDE] = side
    row[FIRST_AT] = at
    row[BUCKET] = at // BUCKET_NS
    row[LEFT] = allowance
    row[LEFT + 1] = allowance
    row[NEXT] = -1
    row[NEXT + 1] = -1
    row[ORIGIN] = -1
    row[ORIGIN + 1] = -1
    row[MAC] = f[dec.SRC_MAC]
    row[MAC + 1] = f[dec.DST_MAC]
    row[VLAN] = f[dec.VLANS]
    row[PACKET] = packet


@compiled
def _hand_out(gone: Rows, count: Rows, row: Rows) -> None:
    """Copy a row of the flow table to the rows that leave it."""
    place = count[GONE]
    for i in range(COLUMNS):
        gone[place, i] = row[i]
    count[GONE] += 1


@compiled
def _allowance(f: Rows, group: bool) -> int:
    kind = f[dec.KIND]
    proto = f[dec.PROTO]
    if kind == dec.FRAME and (proto == 0x0806 or proto == 58):
        return ADDRESSING
    if group or kind == dec.FRAME:
        return GROUPED
    return KEPT


@compiled
def run(
    d: Bytes,
    records: Rows,
    number: int,
    tags: npt.NDArray[np.uint32],
    rows: Rows,
    seen: Words,
    patterns: Rows,
    first: Bytes,
    events: Rows,
    gone: Rows,
    sights: Rows,
    count: Rows,
    f: Rows,
) -> None:
    """Account for every packet of a record table.

    Args:
        d: the buffer.
        records: shape (n, 5), `garde.wire.block`.
        number: number of the first of these packets in the capture.
        tags: shape (slots,), a power of two; 0 = empty.
        rows: shape (slots, COLUMNS).
        seen: shape (power of two,): hashes of what was seen lately; half for senders, a quarter for each share.
        patterns: shape (m, 5): offset, value, mask, allowance, octets; those with an offset first.
        first: shape (256,): 1 where a pattern at offset 0 may begin with that octet.
        events: shape (at least n, EVENT).
        gone: shape (at least n, COLUMNS): rows of flows that ended, gave way or passed a bucket.
        sights: shape (at least 3 n, SIGHT).
        count: shape (COUNTERS,); EVENTS, GONE and SIGHTS are set to 0 first, the others go on counting.
        f: scratch, shape (SCRATCH,).
    """
    slots = rows.shape[0]
    half = seen.shape[0] >> 1
    shared = count[N_SHARES] > 1
    mine = count[N_SHARE]
    count[EVENTS] = 0
    count[GONE] = 0
    count[SIGHTS] = 0
    options = f[dec.FIELDS : dec.FIELDS + 3]
    key = f[dec.FIELDS + 3 :]
    for i in range(records.shape[0]):
        begin = records[i, 0]
        end = begin + records[i, 1]
        if begin < 0 or end < begin or end > d.shape[0]:
            continue
        at = records[i, 3]
        packet = number + i
        count[N_PACKETS] += 1
        count[N_OCTETS] += records[i, 2]
        why = decode(d, begin, end, records[i, 4], f)
        if why != dec.READ:
            count[N_SHORT + why - 1] += 1
            continue
        kind = f[dec.KIND]
        if kind == dec.FRAGMENT:
            _emit(events, count, -1, -1, 0, packet, at, f[dec.L3], f[dec.END], kind, f, 0, -1, begin)
            continue

        # --- the flow -------------------------------------------------------------------------------------------------
        proto = f[dec.PROTO]
        group = f[dec.DST_MAC] >> 40 & 1 == 1
        a0 = f[dec.SRC_HIGH]
        a1 = f[dec.SRC_LOW]
        z0 = f[dec.DST_HIGH]
        z1 = f[dec.DST_LOW]
        sp = f[dec.SPORT]
        dp = f[dec.DPORT]
        side = 0
        if a0 > z0 or (a0 == z0 and (a1 > z1 or (a1 == z1 and sp > dp))):
            side = 1
            key[0] = z0
            key[1] = z1
            key[2] = a0
            key[3] = a1
            key[4] = f[dec.FAMILY] << 48 | dp << 32 | sp << 16 | proto
        else:
            key[0] = a0
            key[1] = a1
            key[2] = z0
            key[3] = z1
            key[4] = f[dec.FAMILY] << 48 | sp << 32 | dp << 16 | proto
        # One address, many speakers: 0.0.0.0 asking for a lease, everybody on a group address.
        key[5] = f[dec.SRC_MAC] if f[dec.FAMILY] and (group or (a0 == 0 and a1 == 0)) else 0
        h = _K0
        for k in range(6):
            h = mix(h, key[k])
        tag = np.uint32(h >> u64(32)) | np.uint32(1)
        share = i64(h >> u64(40) & u64(1))
        home = i64(h & u64(slots - 1))
        slot = i64(-1)
        oldest = home
        known = False
        for k in range(WINDOW):
            s = (home + k) & (slots - 1)
            if tags[s] == 0:
                slot = s
                break
            r = rows[s]
            if (
                tags[s] == tag
                and r[4] == key[4]
                and r[1] == key[1]
                and r[3] == key[3]
                and r[0] == key[0]
                and r[2] == key[2]
                and r[5] == key[5]
            ):
                slot = s
                known = True
                break
            if r[LAST_AT] < rows[oldest, LAST_AT]:
                oldest = s
        if slot < 0:
            slot = oldest
            rows[slot, STATE] |= ENDED
            _hand_out(gone, count, rows[slot])
            count[N_EVICTED] += 1
        row = rows[slot]
        flags = f[dec.FLAGS]
        opening = kind == dec.STREAM and flags & 0x17 == 2
        if not known:
            tags[slot] = tag
            for k in range(6):
                row[k] = key[k]
            _open(row, count, side, packet, at, f, _allowance(f, group))
        elif opening and row[ORIGIN + (side ^ row[SIDE])] != (f[dec.SEQ] + 1) & 0xFFFFFFFF and row[LAST_AT] > 0:
            # RFC 9293 §3.6.1: the same ports again, a new connection.
            row[STATE] |= ENDED
            _hand_out(gone, count, row)
            _open(row, count, side, packet, at, f, _allowance(f, group))
        elif at // BUCKET_NS != row[BUCKET]:
            _hand_out(gone, count, row)
            row[BUCKET] = at // BUCKET_NS
            row[FIRST_AT] = at
            for k in range(2):
                row[PACKETS + k] = 0
                row[OCTETS + k] = 0
                row[LEFT + k] = max(row[LEFT + k], _allowance(f, group))
        way = side ^ row[SIDE]

        # --- who speaks -----------------------------------------------------------------------------------------------
        if row[TCP + way] & 256 == 0:
            row[TCP + way] |= 256
            row[PACKET + way] = packet
            row[MAC + way] = f[dec.SRC_MAC]
            h = mix(mix(mix(mix(_K0, f[dec.SRC_MAC]), a0), a1), f[dec.VLANS] << 8 | f[dec.TTL])
            if _fresh(seen, mix(h, HOST), 0, half):
                _sight(sights, count, HOST, packet, at, f[dec.L3] - begin, f, 0, 0)
            if way == 1 and kind == dec.DATAGRAM and not group and sp < 49152:
                h = mix(mix(mix(_K0, a0), a1), proto << 16 | sp)
                if _fresh(seen, mix(h, SERVICE), 0, half):
                    _sight(sights, count, SERVICE, packet, at, f[dec.L4] - begin, f, proto, sp)
        if opening:
            _options(d, f[dec.L4] + 20, f[dec.START], options)
            two = f[dec.WINDOW] | options[1] << 16 | options[2] << 32 | f[dec.DF] << 40
            h = mix(mix(mix(mix(mix(_K0, f[dec.SRC_MAC]), a0), a1), options[0]), two)
            if _fresh(seen, mix(h, SYN), 0, half):
                _sight(sights, count, SYN, packet, at, f[dec.L4] - begin, f, options[0], two)
        elif kind == dec.STREAM and flags & 0x17 == 0x12:
            h = mix(mix(mix(_K0, a0), a1), proto << 16 | sp)
            if _fresh(seen, mix(h, SERVICE), 0, half):
                _sight(sights, count, SERVICE, packet, at, f[dec.L4] - begin, f, proto, sp)

        row[LAST_AT] = at
        row[PACKETS + way] += 1
        row[OCTETS + way] += records[i, 2]
        row[HOPS + way] = f[dec.TTL] | f[dec.DSCP] << 8
        row[TCP + way] |= flags

        # --- the payload ----------------------------------------------------------------------------------------------
        seq = f[dec.SEQ]
        again = False
        if kind == dec.STREAM:
            if flags & 2:
                seq = (seq + 1) & 0xFFFFFFFF
                f[dec.SEQ] = seq
                row[ORIGIN + way] = seq
                row[NEXT + way] = seq
            past = (seq + f[dec.TRUE]) & 0xFFFFFFFF
            if row[NEXT + way] < 0:
                row[NEXT + way] = past
            elif f[dec.TRUE] > 0:
                ahead = _ahead(seq, row[NEXT + way])
                if _ahead(past, row[NEXT + way]) <= 0 and ahead > -AHEAD:
                    again = True
                elif ahead <= 0 or ahead > AHEAD or ahead <= -AHEAD:
                    row[NEXT + way] = past
        start = f[dec.START]
        stop = f[dec.END]
        if (
            start >= stop
            or row[STATE] & RELEASED
            or (again and count[N_AGAIN] == 0)
            or kind == dec.NOTHING
            or (shared and share != mine)
        ):
            continue
        if kind == dec.STREAM or kind == dec.DATAGRAM or kind == dec.BEGINNING:
            wanted = _wanted(d, start, stop, patterns, first, count[N_LATE], count[N_PATTERNS])
            if wanted > 0 and (row[GRANTED] == 0 or at - row[GRANTED] >= RENEWAL or at < row[GRANTED]):
                row[GRANTED] = at
                row[LEFT] = max(row[LEFT], wanted)
                row[LEFT + 1] = max(row[LEFT + 1], wanted)
        if row[LEFT + way] <= 0:
            row[STATE] |= PASSED << way
            continue
        if kind != dec.STREAM:
            h = _digest(d, start, stop, mix(mix(_K0, row[NUMBER]), way))
            if not _fresh(seen, h, half + share * (half >> 1), half >> 1):
                continue
        row[LEFT + way] -= 1
        passed = row[STATE] >> (2 + way) & 1
        row[STATE] &= ~(PASSED << way)
        if kind == dec.BEGINNING:
            start = f[dec.L3]
        _emit(events, count, row[NUMBER], slot, way, packet, at, start, stop, kind, f, passed, row[ORIGIN + way], begin)


@compiled
def _ahead(a: int, b: int) -> int:
    """How far sequence number ``a`` is ahead of ``b``, modulo 2^32 (RFC 9293 §3.4)."""
    return ((a - b + 0x80000000) & 0xFFFFFFFF) - 0x80000000


@compiled
def _emit(
    events: Rows,
    count: Rows,
    number: int,
    slot: int,
    way: int,
    packet: int,
    at: int,
    start: int,
    stop: int,
    kind: int,
    f: Rows,
    passed: int,
    origin: int,
    begin: int,
) -> None:
    row = events[count[EVENTS]]
    row[0] = number
    row[1] = slot
    row[2] = way
    row[3] = packet
    row[4] = at
    row[5] = start
    row[6] = stop
    row[7] = kind
    row[8] = f[dec.SEQ]
    row[9] = f[dec.ACK] if f[dec.FLAGS] & 16 else -1
    row[10] = f[dec.TRUE]
    row[11] = passed
    row[12] = origin
    row[13] = begin
    count[EVENTS] += 1
    count[N_KEPT] += 1
