"""Packets for the tests of capture and wire: written by hand, octet by octet, sharing nothing with what reads them.

Example::

    frame = ether(ip4(tcp(b"hello", sport=1024, dport=104, seq=7)))
    path.write_bytes(pcap([frame]))
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np

from garde.wire.block import Block, table

A = bytes.fromhex("020000000001")
B = bytes.fromhex("020000000002")
T0 = 1_700_000_000 * 10**9


def ether(data: bytes, kind: int = 0x0800, *, src: bytes = A, dst: bytes = B, vlan: Sequence[int] = ()) -> bytes:
    tags = b"".join(struct.pack(">HH", 0x88A8 if i < len(vlan) - 1 else 0x8100, v) for i, v in enumerate(vlan))
    return dst + src + tags + struct.pack(">H", kind) + data


def ip4(
    data: bytes, proto: int = 6, *, src: str = "10.0.0.1", dst: str = "10.0.0.2", ttl: int = 64, ident: int = 1,
    cut: int = 0x4000, options: bytes = b"", dscp: int = 0,
) -> bytes:  # fmt: skip
    size = 20 + len(options)
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, dscp << 2, size + len(data), ident, cut, ttl, proto, 0)
    return head + bytes(map(int, src.split("."))) + bytes(map(int, dst.split("."))) + options + data


def ip6(data: bytes, proto: int = 6, *, src: int = 1, dst: int = 2, ttl: int = 64, dscp: int = 0) -> bytes:
    net = 0x20010DB8 << 96
    addresses = (net | src).to_bytes(16, "big") + (net | dst).to_bytes(16, "big")
    return struct.pack(">IHBB", 6 << 28 | dscp << 22, len(data), proto, ttl) + addresses + data


def tcp(
    data: bytes = b"", *, sport: int = 40000, dport: int = 104, seq: int = 0, ack: int = 0, flags: int = 0x18,
    window: int = 1000, options: bytes = b"",
) -> bytes:  # fmt: skip
    size = 20 + len(options)
    return struct.pack(">HHIIBBHHH", sport, dport, seq, ack, size << 2, flags, window, 0, 0) + options + data


def udp(data: bytes, *, sport: int = 40000, dport: int = 161, length: int = -1) -> bytes:
    return struct.pack(">HHHH", sport, dport, len(data) + 8 if length < 0 else length, 0) + data


def pcap(
    frames: Iterable[bytes],
    *,
    order: str = "<",
    nano: bool = False,
    link: int = 1,
    step: int = 1_000_000,
    snap: int = 65535,
) -> bytes:
    tick = 1 if nano else 1000
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snap, link)]
    for i, frame in enumerate(frames):
        seconds, rest = divmod(T0 + i * step, 10**9)
        caught = frame[:snap]
        out.append(struct.pack(order + "IIII", seconds, rest // tick, len(caught), len(frame)) + caught)
    return b"".join(out)


def block(frames: Sequence[bytes], *, link: int = 1, step: int = 1_000_000, at: int = T0) -> Block:
    """The frames as a block, back to back, so that reading past one is reading the next."""
    records = table(len(frames))
    pos = 0
    for i, frame in enumerate(frames):
        records[i] = (pos, len(frame), len(frame), at + i * step, link)
        pos += len(frame)
    return Block(np.frombuffer(b"".join(frames) or b"\0", np.uint8), records)
