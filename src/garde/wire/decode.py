"""Decode one captured packet down to its payload, through whatever was wrapped around it.

Question: who sends to whom in this packet, and where does the payload stand?
Reference: IEEE 802.3, 802.1Q and 802.1ad (tags), RFC 3032 (MPLS), RFC 2516 (PPPoE), IEEE 802.2 with SNAP, RFC 791,
RFC 8200 (extension headers §4), RFC 4302 (AH), RFC 9293, RFC 768; mirror tunnels RFC 7348 (VXLAN), RFC 8926 (GENEVE),
RFC 2784 and 2890 (GRE), ERSPAN types I to III, RFC 2003 and 4213 (IP in IP): what is inside is reported, not the
tunnel. Link types by the LINKTYPE_ registry. Left out: ESP and MACsec (encrypted), 802.11 that is protected, SCTP
chunks.

Everything here is compiled by numba and reads hostile bytes: each read is checked against the packet's end, each loop
ends after a fixed number of steps. The plain Python twin is in the tests.

Example:
    >>> import numpy as np
    >>> fields = np.zeros(FIELDS, np.int64)
    >>> frame = bytes.fromhex("ffffffffffff 020000000001 0806") + bytes(28)
    >>> decode(np.frombuffer(frame, np.uint8), 0, len(frame), 1, fields), hex(fields[PROTO]), int(fields[START])
    (0, '0x806', 14)
"""

from __future__ import annotations

from typing import Final

from garde.wire.block import Bytes, Rows
from garde.wire.jit import compiled, i64

# --- what decode() writes, by position ------------------------------------------------------------------------
FAMILY: Final = 0  # 4, 6, or 0 where there is no IP
PROTO: Final = 1  # IP protocol; without IP the EtherType, 0x2000 for CDP, the DSAP of other LLC
SRC_HIGH: Final = 2  # addresses in two words; IPv4 in the low word, without IP the MAC in the low word
SRC_LOW: Final = 3
DST_HIGH: Final = 4
DST_LOW: Final = 5
SPORT: Final = 6
DPORT: Final = 7
START: Final = 8  # of the payload
END: Final = 9
TRUE: Final = 10  # length of the payload on the wire, by the IP header
SRC_MAC: Final = 11  # 0 where the link has none
DST_MAC: Final = 12
VLANS: Final = 13  # up to three ids of 12 bits, the outermost highest, and their number in bits 60-61
TTL: Final = 14
L3: Final = 15  # start of the IP header
L4: Final = 16
FLAGS: Final = 17  # TCP flags
SEQ: Final = 18
ACK: Final = 19
WINDOW: Final = 20
DF: Final = 21
KIND: Final = 22
DEPTH: Final = 23  # how many tunnels were opened
DSCP: Final = 24  # RFC 2474 §3
FIELDS: Final = 25

# --- KIND -----------------------------------------------------------------------------------------------------
NOTHING: Final = 0
STREAM: Final = 1
DATAGRAM: Final = 2
FRAME: Final = 3
FRAGMENT: Final = 4  # of UDP; not the first: there are no ports
BEGINNING: Final = 5  # the first fragment of a UDP datagram

# --- what decode() returns ------------------------------------------------------------------------------------
READ: Final = 0
SHORT: Final = 1  # a header is cut off
BROKEN: Final = 2  # a header contradicts itself
FOREIGN: Final = 3  # a link type that Garde does not read
PART: Final = 4  # a later fragment of something that is not UDP

#: Most headers opened in one packet, and most tunnels.
_STEPS: Final = 40
_TUNNELS: Final = 4

_ETHER: Final = 0
_TYPE: Final = 1
_IP: Final = 2
_IP4: Final = 3
_IP6: Final = 4
_UPPER: Final = 5
_PPP: Final = 6
_WLAN: Final = 7


@compiled
def u16(d: Bytes, p: int) -> int:
    """Unsigned 16 bits at ``p``, big-endian."""
    return i64(d[p]) << 8 | i64(d[p + 1])


@compiled
def u32(d: Bytes, p: int) -> int:
    """Unsigned 32 bits at ``p``, big-endian."""
    return i64(d[p]) << 24 | i64(d[p + 1]) << 16 | i64(d[p + 2]) << 8 | i64(d[p + 3])


@compiled
def u48(d: Bytes, p: int) -> int:
    """A MAC address at ``p``."""
    return u16(d, p) << 32 | u32(d, p + 2)


@compiled
def word(d: Bytes, p: int) -> int:
    """64 bits at ``p`` as they stand, so the highest is the sign."""
    return u32(d, p) << 32 | u32(d, p + 4)


@compiled
def decode(d: Bytes, p: int, e: int, link: int, f: Rows) -> int:
    """Read the packet ``d[p:e]`` of link type ``link`` into the fields ``f``; returns READ or why it could not be."""
    for i in range(FIELDS):
        f[i] = 0
    kind = i64(0)  # EtherType
    if link == 1:
        step = _ETHER
    elif link == 101 or link == 12 or link == 14 or link == 228 or link == 229:
        step = _IP
    elif link == 113:
        if p + 16 > e:
            return SHORT
        if u16(d, p + 4) == 6:
            f[SRC_MAC] = u48(d, p + 6)
        kind = u16(d, p + 14)
        p += 16
        step = _TYPE
    elif link == 276:
        if p + 20 > e:
            return SHORT
        if d[p + 11] == 6:
            f[SRC_MAC] = u48(d, p + 12)
        kind = u16(d, p)
        p += 20
        step = _TYPE
    elif link == 0 or link == 108:
        p += 4
        step = _IP
    elif link == 10:
        if p + 13 > e:
            return SHORT
        f[DST_MAC] = u48(d, p + 1)
        f[SRC_MAC] = u48(d, p + 7)
        kind = i64(4)
        p += 13
        step = _TYPE
    elif link == 9:
        step = _PPP
    elif link == 105:
        step = _WLAN
    elif link == 127:
        if p + 4 > e:
            return SHORT
        p += i64(d[p + 2]) | i64(d[p + 3]) << 8
        step = _WLAN
    else:
        return FOREIGN

    proto = i64(0)
    later = False  # a fragment with more behind it
    whole = i64(0)  # where the IP packet ends on the wire
    for _ in range(_STEPS):
        if step == _ETHER:
            if p + 14 > e:
                return SHORT
            f[DST_MAC] = u48(d, p)
            f[SRC_MAC] = u48(d, p + 6)
            f[VLANS] = 0
            kind = u16(d, p + 12)
            p += 14
            step = _TYPE

        elif step == _TYPE:
            if kind == 0x0800:
                step = _IP4
            elif kind == 0x86DD:
                step = _IP6
            elif kind == 0x8100 or kind == 0x88A8 or kind == 0x9100:
                if p + 4 > e:
                    return SHORT
                count = f[VLANS] >> 60
                if count < 3:
                    ids = (f[VLANS] & 0xFFFFFFFFF) << 12 | (u16(d, p) & 0xFFF)
                    f[VLANS] = (count + 1) << 60 | ids
                kind = u16(d, p + 2)
                p += 4
            elif kind == 0x8847 or kind == 0x8848:
                if p + 5 > e:
                    return SHORT
                bottom = d[p + 2] & 1
                p += 4
                if bottom:
                    first = i64(d[p]) >> 4
                    if first == 4 or first == 6:
                        step = _IP
                    else:
                        # RFC 4448 §4.6: a control word before the Ethernet frame begins with a zero nibble.
                        if first == 0:
                            p += 4
                        if f[DEPTH] >= _TUNNELS:
                            return BROKEN
                        f[DEPTH] += 1
                        step = _ETHER
            elif kind == 0x8864:
                if p + 8 > e:
                    return SHORT
                if d[p] != 0x11 or d[p + 1] != 0:
                    return BROKEN
                p += 6
                step = _PPP
            elif kind < 0x600:
                if p + 3 > e:
                    return SHORT
                # IEEE 802.3 §3.2.6: up to 1500 it is a length; the cooked types of Linux use 1 and 4 for 802.3 and LLC.
                if 4 < kind <= 1500:
                    e = min(e, p + kind)
                if p + 8 <= e and d[p] == 0xAA and d[p + 1] == 0xAA and d[p + 2] == 3:
                    oui = u16(d, p + 3) << 8 | i64(d[p + 5])
                    kind = u16(d, p + 6)
                    p += 8
                    if oui == 0x00000C and kind == 0x2000:
                        return _frame(f, 0x2000, p, e)
                    if oui != 0 and oui != 0x0000F8:
                        return _frame(f, 0xAA, p, p)
                    if kind < 0x600:
                        return BROKEN
                elif p + 3 <= e:
                    return _frame(f, i64(d[p]), p, p)
                else:
                    return SHORT
            else:
                return _frame(f, kind, p, e)

        elif step == _PPP:
            if p + 2 <= e and d[p] == 0xFF and d[p + 1] == 3:
                p += 2
            if p + 2 > e:
                return SHORT
            # RFC 1661 §6.5: the protocol field may be compressed to one octet, which is then odd.
            if d[p] & 1:
                kind = i64(d[p])
                p += 1
            else:
                kind = u16(d, p)
                p += 2
            if kind == 0x21:
                step = _IP4
            elif kind == 0x57:
                step = _IP6
            else:
                return _frame(f, 0x8864, p, p)

        elif step == _WLAN:
            # IEEE 802.11 §9.2: only unprotected data frames carry what is read here.
            if p + 24 > e:
                return SHORT
            control = i64(d[p])
            more = i64(d[p + 1])
            if control & 0x0C != 0x08 or control & 0x40 or more & 0x40:
                return FOREIGN
            size = 24
            if more & 3 == 3:
                size = 30
                if p + 30 > e:
                    return SHORT
                f[DST_MAC] = u48(d, p + 16)
                f[SRC_MAC] = u48(d, p + 24)
            elif more & 3 == 1:
                f[DST_MAC] = u48(d, p + 16)
                f[SRC_MAC] = u48(d, p + 10)
            elif more & 3 == 2:
                f[DST_MAC] = u48(d, p + 4)
                f[SRC_MAC] = u48(d, p + 16)
            else:
                f[DST_MAC] = u48(d, p + 4)
                f[SRC_MAC] = u48(d, p + 10)
            if control & 0x80:
                size += 2
                if more & 0x80:
                    size += 4
            p += size
            kind = 4
            step = _TYPE

        elif step == _IP:
            if p >= e:
                return SHORT
            first = i64(d[p]) >> 4
            if first == 4:
                step = _IP4
            elif first == 6:
                step = _IP6
            else:
                return BROKEN

        elif step == _IP4:
            if p + 20 > e:
                return SHORT
            size = (i64(d[p]) & 15) * 4
            length = u16(d, p + 2)
            # A sender that offloads segmentation leaves 0 there: the frame says how long it is.
            if length == 0:
                length = e - p
            if i64(d[p]) >> 4 != 4 or size < 20 or length < size:
                return BROKEN
            if p + size > e:
                return SHORT
            whole = p + length
            e = min(e, whole)
            f[FAMILY] = 4
            f[SRC_HIGH] = 0
            f[SRC_LOW] = u32(d, p + 12)
            f[DST_HIGH] = 0
            f[DST_LOW] = u32(d, p + 16)
            f[TTL] = i64(d[p + 8])
            f[DSCP] = i64(d[p + 1]) >> 2
            f[L3] = p
            proto = i64(d[p + 9])
            cut = u16(d, p + 6)
            f[DF] = cut >> 14 & 1
            later = cut & 0x2000 != 0
            p += size
            if cut & 0x1FFF:
                return _part(f, proto, p, e)
            step = _UPPER

        elif step == _IP6:
            if p + 40 > e:
                return SHORT
            if i64(d[p]) >> 4 != 6:
                return BROKEN
            length = u16(d, p + 4)
            whole = p + 40 + length
            if length == 0:
                whole = e
            e = min(e, whole)
            f[FAMILY] = 6
            f[SRC_HIGH] = word(d, p + 8)
            f[SRC_LOW] = word(d, p + 16)
            f[DST_HIGH] = word(d, p + 24)
            f[DST_LOW] = word(d, p + 32)
            f[TTL] = i64(d[p + 7])
            f[DSCP] = u16(d, p) >> 6 & 63
            f[DF] = 1
            f[L3] = p
            proto = i64(d[p + 6])
            later = False
            p += 40
            for _ in range(16):
                if proto == 0 or proto == 43 or proto == 60 or proto == 135 or proto == 139 or proto == 140:
                    if p + 8 > e:
                        return SHORT
                    proto = i64(d[p])
                    p += (i64(d[p + 1]) + 1) * 8
                elif proto == 44:
                    if p + 8 > e:
                        return SHORT
                    proto = i64(d[p])
                    cut = u16(d, p + 2)
                    later = cut & 1 != 0
                    p += 8
                    if cut & 0xFFF8:
                        return _part(f, proto, p, e)
                else:
                    break
            step = _UPPER

        else:
            if p > e:
                return SHORT
            f[PROTO] = proto
            f[L4] = p
            f[START] = p
            f[END] = p
            if proto == 6:
                if p + 20 > e:
                    return SHORT
                f[SPORT] = u16(d, p)
                f[DPORT] = u16(d, p + 2)
                f[SEQ] = u32(d, p + 4)
                f[ACK] = u32(d, p + 8)
                f[FLAGS] = i64(d[p + 13])
                f[WINDOW] = u16(d, p + 14)
                size = (i64(d[p + 12]) >> 4) * 4
                if size < 20 or p + size > whole:
                    return BROKEN
                f[START] = min(p + size, e)
                f[END] = e
                f[TRUE] = whole - p - size
                f[KIND] = NOTHING if later else STREAM
                return READ
            if proto == 17:
                if p + 8 > e:
                    return SHORT
                f[SPORT] = u16(d, p)
                f[DPORT] = u16(d, p + 2)
                length = u16(d, p + 4)
                if later:
                    f[START] = p + 8
                    f[END] = e
                    f[KIND] = BEGINNING
                    return READ
                if length >= 8:
                    e = min(e, p + length)
                    whole = min(whole, p + length)
                p += 8
                f[START] = p
                f[END] = e
                f[TRUE] = whole - p
                f[KIND] = DATAGRAM
                port = f[DPORT]
                if f[DEPTH] < _TUNNELS and p + 8 + 14 <= e:
                    # RFC 7348 §5: the I flag is set and all reserved bits are 0. Linux long used port 8472.
                    if (port == 4789 or port == 8472) and u32(d, p) == 0x08000000 and d[p + 7] == 0:
                        f[DEPTH] += 1
                        p += 8
                        step = _ETHER
                        continue
                    # RFC 8926 §3.4: version 0, length of options in words, protocol type of what is inside.
                    size = 8 + (i64(d[p]) & 0x3F) * 4
                    if port == 6081 and d[p] < 64 and u16(d, p + 2) == 0x6558 and p + size + 14 <= e:
                        f[DEPTH] += 1
                        p += size
                        step = _ETHER
                        continue
                return READ
            if proto == 47 and f[DEPTH] < _TUNNELS:
                size = _gre(d, p, e)
                if size > 0:
                    kind = u16(d, p + 2)
                    sequenced = d[p] & 0x10
                    if kind == 0x6558 or kind == 0x88BE or kind == 0x22EB:
                        p += size
                        if kind == 0x88BE and sequenced:
                            p += 8
                        elif kind == 0x22EB:
                            if p + 12 > e:
                                return SHORT
                            p += 20 if d[p + 11] & 1 else 12
                        f[DEPTH] += 1
                        step = _ETHER
                        continue
                    if kind == 0x0800 or kind == 0x86DD:
                        p += size
                        f[DEPTH] += 1
                        step = _TYPE
                        continue
                return READ
            if (proto == 4 or proto == 41) and f[DEPTH] < _TUNNELS:
                f[DEPTH] += 1
                step = _IP4 if proto == 4 else _IP6
                continue
            if proto == 51:
                if p + 8 > e:
                    return SHORT
                proto = i64(d[p])
                p += (i64(d[p + 1]) + 2) * 4
                continue
            if proto == 132 and p + 4 <= e:
                f[SPORT] = u16(d, p)
                f[DPORT] = u16(d, p + 2)
            elif (proto == 1 or proto == 58) and p + 4 <= e and not later:
                f[KIND] = FRAME
                f[END] = e
                f[TRUE] = whole - p
            return READ
    return BROKEN


@compiled
def _frame(f: Rows, proto: int, p: int, e: int) -> int:
    f[FAMILY] = 0
    f[PROTO] = proto
    f[SRC_HIGH] = 0
    f[SRC_LOW] = f[SRC_MAC]
    f[DST_HIGH] = 0
    f[DST_LOW] = f[DST_MAC]
    f[L3] = p
    f[L4] = p
    f[START] = p
    f[END] = max(p, e)
    f[TRUE] = f[END] - p
    f[KIND] = FRAME
    return READ


@compiled
def _part(f: Rows, proto: int, p: int, e: int) -> int:
    f[PROTO] = proto
    f[START] = p
    f[END] = e
    if proto != 17 or p > e:
        return PART
    f[KIND] = FRAGMENT
    return READ


@compiled
def _gre(d: Bytes, p: int, e: int) -> int:
    """Length of a GRE header of version 0 (RFC 2784 §2.1, RFC 2890 §2), 0 when it is none or is cut off."""
    if p + 4 > e or d[p + 1] & 7:
        return 0
    flags = i64(d[p])
    if flags & 0x40:
        return 0
    size = 4
    if flags & 0x80:
        size += 4
    if flags & 0x20:
        size += 4
    if flags & 0x10:
        size += 4
    return size if p + size <= e else 0
