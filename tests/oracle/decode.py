"""The twin of `garde.wire.decode`: one packet, read with slices, exceptions and dictionaries."""

from __future__ import annotations

from dataclasses import dataclass

from garde.wire import decode as d

EXTENSIONS = {0, 43, 60, 135, 139, 140}


class Stop(Exception):
    def __init__(self, why: int) -> None:
        self.why = why


@dataclass
class Packet:
    data: bytes
    pos: int
    end: int
    f: dict[int, int]

    def need(self, size: int) -> None:
        if self.pos + size > self.end:
            raise Stop(d.SHORT)

    def uint(self, size: int, at: int = 0) -> int:
        """Big-endian at ``pos + at``; whoever calls has asked `need` before."""
        start = self.pos + at
        assert start >= 0 and start + size <= self.end
        return int.from_bytes(self.data[start : start + size], "big")

    def signed(self, at: int) -> int:
        word = self.uint(8, at)
        return word - (1 << 64) if word >> 63 else word


def read(data: bytes, start: int, end: int, link: int) -> tuple[int, list[int]]:
    """What `garde.wire.decode.decode` returns and writes."""
    p = Packet(data, start, end, dict.fromkeys(range(d.FIELDS), 0))
    try:
        opener = LINKS.get(link)
        if opener is None:
            raise Stop(d.FOREIGN)
        step = opener(p)
        for _ in range(40):
            step = step(p)
            if step is None:
                return d.READ, list(p.f.values())
    except Stop as stop:
        return stop.why, list(p.f.values())
    return d.BROKEN, list(p.f.values())


# --- links ------------------------------------------------------------------------------------------------------


def sll(p: Packet):
    p.need(16)
    if p.uint(2, 4) == 6:
        p.f[d.SRC_MAC] = p.uint(6, 6)
    kind = p.uint(2, 14)
    p.pos += 16
    return by_type(kind)


def sll2(p: Packet):
    p.need(20)
    if p.uint(1, 11) == 6:
        p.f[d.SRC_MAC] = p.uint(6, 12)
    kind = p.uint(2)
    p.pos += 20
    return by_type(kind)


def loopback(p: Packet):
    p.pos += 4
    return by_version


def fddi(p: Packet):
    p.need(13)
    p.f[d.DST_MAC], p.f[d.SRC_MAC] = p.uint(6, 1), p.uint(6, 7)
    p.pos += 13
    return by_type(4)


def radiotap(p: Packet):
    p.need(4)
    p.pos += int.from_bytes(p.data[p.pos + 2 : p.pos + 4], "little")
    return wlan


def wlan(p: Packet):
    p.need(24)
    control, more = p.uint(1), p.uint(1, 1)
    if control & 0x0C != 8 or control & 0x40 or more & 0x40:
        raise Stop(d.FOREIGN)
    towards, size = more & 3, 24
    if towards == 3:
        p.need(30)
        size = 30
    target, source = {0: (4, 10), 1: (16, 10), 2: (4, 16), 3: (16, 24)}[towards]
    p.f[d.DST_MAC], p.f[d.SRC_MAC] = p.uint(6, target), p.uint(6, source)
    if control & 0x80:
        size += 6 if more & 0x80 else 2
    p.pos += size
    return by_type(4)


def ppp(p: Packet):
    if p.data[p.pos : min(p.pos + 2, p.end)] == b"\xff\x03":
        p.pos += 2
    p.need(2)
    size = 1 if p.uint(1) & 1 else 2
    proto = p.uint(size)
    p.pos += size
    if proto in (0x21, 0x57):
        return ip4 if proto == 0x21 else ip6
    return frame(p, 0x8864, False)


def ethernet(p: Packet):
    p.need(14)
    p.f[d.DST_MAC], p.f[d.SRC_MAC], p.f[d.VLANS] = p.uint(6), p.uint(6, 6), 0
    kind = p.uint(2, 12)
    p.pos += 14
    return by_type(kind)


# --- between ----------------------------------------------------------------------------------------------------


def by_version(p: Packet):
    p.need(1)
    version = p.uint(1) >> 4
    if version not in (4, 6):
        raise Stop(d.BROKEN)
    return ip4 if version == 4 else ip6


def by_type(kind: int):
    def step(p: Packet):
        if kind == 0x0800:
            return ip4
        if kind == 0x86DD:
            return ip6
        if kind in (0x8100, 0x88A8, 0x9100):
            p.need(4)
            count, ids = p.f[d.VLANS] >> 60, p.f[d.VLANS] & (1 << 60) - 1
            if count < 3:
                p.f[d.VLANS] = count + 1 << 60 | ids << 12 | p.uint(2) & 0xFFF
            inner = p.uint(2, 2)
            p.pos += 4
            return by_type(inner)
        if kind in (0x8847, 0x8848):
            return mpls(p)
        if kind == 0x8864:
            p.need(8)
            if p.uint(2) != 0x1100:
                raise Stop(d.BROKEN)
            p.pos += 6
            return ppp
        return llc(p, kind) if kind < 0x600 else frame(p, kind, True)

    return step


def mpls(p: Packet):
    p.need(5)
    bottom = p.uint(1, 2) & 1
    p.pos += 4
    if not bottom:
        return by_type(0x8847)
    first = p.uint(1) >> 4
    if first in (4, 6):
        return by_version
    if first == 0:
        p.pos += 4
    return tunnel(p, ethernet, d.BROKEN)


def llc(p: Packet, length: int):
    p.need(3)
    if 4 < length <= 1500:
        p.end = min(p.end, p.pos + length)
    if p.pos + 8 <= p.end and p.uint(3) == 0xAAAA03:
        oui, kind = p.uint(3, 3), p.uint(2, 6)
        p.pos += 8
        if (oui, kind) == (0x0C, 0x2000):
            return frame(p, 0x2000, True)
        if oui not in (0, 0xF8):
            return frame(p, 0xAA, False)
        if kind < 0x600:
            raise Stop(d.BROKEN)
        return by_type(kind)
    p.need(3)
    return frame(p, p.uint(1), False)


def tunnel(p: Packet, step, otherwise: int = -1):
    if p.f[d.DEPTH] >= 4:
        if otherwise >= 0:
            raise Stop(otherwise)
        return None
    p.f[d.DEPTH] += 1
    return step


def frame(p: Packet, proto: int, whole: bool) -> None:
    end = max(p.pos, p.end) if whole else p.pos
    p.f |= {
        d.FAMILY: 0, d.PROTO: proto, d.SRC_HIGH: 0, d.SRC_LOW: p.f[d.SRC_MAC], d.DST_HIGH: 0, d.DST_LOW: p.f[d.DST_MAC],
        d.L3: p.pos, d.L4: p.pos, d.START: p.pos, d.END: end, d.TRUE: end - p.pos, d.KIND: d.FRAME,
    }  # fmt: skip


# --- IP ---------------------------------------------------------------------------------------------------------


def ip4(p: Packet):
    p.need(20)
    size, length = (p.uint(1) & 15) * 4, p.uint(2, 2) or p.end - p.pos
    if p.uint(1) >> 4 != 4 or size < 20 or length < size:
        raise Stop(d.BROKEN)
    p.need(size)
    whole = p.pos + length
    p.end = min(p.end, whole)
    cut = p.uint(2, 6)
    p.f |= {
        d.FAMILY: 4, d.SRC_HIGH: 0, d.SRC_LOW: p.uint(4, 12), d.DST_HIGH: 0, d.DST_LOW: p.uint(4, 16),
        d.TTL: p.uint(1, 8), d.DSCP: p.uint(1, 1) // 4, d.L3: p.pos, d.DF: cut >> 14 & 1,
    }  # fmt: skip
    proto = p.uint(1, 9)
    p.pos += size
    return fragment(p, proto) if cut & 0x1FFF else upper(proto, whole, bool(cut & 0x2000))


def ip6(p: Packet):
    p.need(40)
    if p.uint(1) >> 4 != 6:
        raise Stop(d.BROKEN)
    whole = p.pos + 40 + p.uint(2, 4) if p.uint(2, 4) else p.end
    p.end = min(p.end, whole)
    p.f |= {
        d.FAMILY: 6, d.SRC_HIGH: p.signed(8), d.SRC_LOW: p.signed(16), d.DST_HIGH: p.signed(24),
        d.DST_LOW: p.signed(32), d.TTL: p.uint(1, 7), d.DSCP: (p.uint(1) % 16 * 16 + p.uint(1, 1) // 16) // 4,
        d.DF: 1, d.L3: p.pos,
    }  # fmt: skip
    proto, later = p.uint(1, 6), False
    p.pos += 40
    for _ in range(16):
        if proto in EXTENSIONS:
            p.need(8)
            proto, size = p.uint(1), (p.uint(1, 1) + 1) * 8
            p.pos += size
        elif proto == 44:
            p.need(8)
            proto, cut = p.uint(1), p.uint(2, 2)
            later = bool(cut & 1)
            p.pos += 8
            if cut >> 3:
                return fragment(p, proto)
        else:
            break
    return upper(proto, whole, later)


def fragment(p: Packet, proto: int) -> None:
    p.f |= {d.PROTO: proto, d.START: p.pos, d.END: p.end}
    if proto != 17 or p.pos > p.end:
        raise Stop(d.PART)
    p.f[d.KIND] = d.FRAGMENT


def upper(proto: int, whole: int, later: bool):
    def step(p: Packet):
        p.need(0)
        p.f |= {d.PROTO: proto, d.L4: p.pos, d.START: p.pos, d.END: p.pos}
        if proto == 6:
            return tcp(p, whole, later)
        if proto == 17:
            return udp(p, whole, later)
        if proto == 47:
            return gre(p)
        if proto in (4, 41):
            return tunnel(p, ip4 if proto == 4 else ip6)
        if proto == 51:
            p.need(8)
            inner, size = p.uint(1), (p.uint(1, 1) + 2) * 4
            p.pos += size
            return upper(inner, whole, later)
        if p.pos + 4 <= p.end:
            if proto == 132:
                p.f |= {d.SPORT: p.uint(2), d.DPORT: p.uint(2, 2)}
            elif proto in (1, 58) and not later:
                p.f |= {d.KIND: d.FRAME, d.END: p.end, d.TRUE: whole - p.pos}
        return None

    return step


def tcp(p: Packet, whole: int, later: bool) -> None:
    p.need(20)
    p.f |= {
        d.SPORT: p.uint(2), d.DPORT: p.uint(2, 2), d.SEQ: p.uint(4, 4), d.ACK: p.uint(4, 8), d.FLAGS: p.uint(1, 13),
        d.WINDOW: p.uint(2, 14),
    }  # fmt: skip
    size = (p.uint(1, 12) >> 4) * 4
    if size < 20 or p.pos + size > whole:
        raise Stop(d.BROKEN)
    p.f |= {d.START: min(p.pos + size, p.end), d.END: p.end, d.TRUE: whole - p.pos - size}
    p.f[d.KIND] = d.NOTHING if later else d.STREAM


def udp(p: Packet, whole: int, later: bool):
    p.need(8)
    port, length = p.uint(2, 2), p.uint(2, 4)
    p.f |= {d.SPORT: p.uint(2), d.DPORT: port}
    if later:
        p.f |= {d.START: p.pos + 8, d.END: p.end, d.KIND: d.BEGINNING}
        return None
    if length >= 8:
        whole, p.end = min(whole, p.pos + length), min(p.end, p.pos + length)
    p.pos += 8
    p.f |= {d.START: p.pos, d.END: p.end, d.TRUE: whole - p.pos, d.KIND: d.DATAGRAM}
    if p.pos + 22 > p.end or p.f[d.DEPTH] >= 4:
        return None
    if port in (4789, 8472) and p.uint(4) == 0x08000000 and p.uint(1, 7) == 0:
        p.pos += 8
        return tunnel(p, ethernet)
    size = 8 + (p.uint(1) & 0x3F) * 4
    if port == 6081 and p.uint(1) < 64 and p.uint(2, 2) == 0x6558 and p.pos + size + 14 <= p.end:
        p.pos += size
        return tunnel(p, ethernet)
    return None


def gre(p: Packet):
    if p.f[d.DEPTH] >= 4 or p.pos + 4 > p.end or p.uint(1, 1) & 7 or p.uint(1) & 0x40:
        return None
    flags, kind = p.uint(1), p.uint(2, 2)
    size = 4 + 4 * sum(bool(flags & bit) for bit in (0x80, 0x20, 0x10))
    if p.pos + size > p.end:
        return None
    if kind in (0x0800, 0x86DD):
        p.pos += size
        return tunnel(p, by_type(kind))
    if kind not in (0x6558, 0x88BE, 0x22EB):
        return None
    p.pos += size
    if kind == 0x88BE and flags & 0x10:
        p.pos += 8
    elif kind == 0x22EB:
        p.need(12)
        p.pos += 20 if p.uint(1, 11) & 1 else 12
    return tunnel(p, ethernet)


LINKS = {
    0: loopback, 108: loopback, 1: lambda p: ethernet, 9: lambda p: ppp, 10: fddi, 105: lambda p: wlan, 113: sll,
    127: radiotap, 276: sll2, **dict.fromkeys((12, 14, 101, 228, 229), lambda p: by_version),
}  # fmt: skip
