"""The live ring: packets of an interface, block by block, without a system call per packet.

Question: what passes on this mirror port now, and how much of it did we miss?
Reference: Linux packet(7) and Documentation/networking/packet_mmap.rst, TPACKET_V3. The kernel fills blocks of a
memory map that both sides see; a block is handed on whole and given back when the next one is asked for. Needs
CAP_NET_RAW. Left out: fanout to several processes, hardware time stamps.

Example::

    with Ring("eth1") as ring:
        for block in ring.blocks(seconds=10):
            observations = sensor.hear(block)
    print(ring.dropped)
"""

from __future__ import annotations

import mmap
import select
import socket
import struct
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Final

import numpy as np

from garde.errors import Refused, Unreachable
from garde.wire.block import Block, Bytes, Rows, table
from garde.wire.jit import compiled, i64

#: Names of linux/if_packet.h and linux/if_ether.h that Python does not know.
SOL_PACKET: Final = 263
PACKET_ADD_MEMBERSHIP, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION, PACKET_RESERVE = 1, 5, 6, 10, 12
PACKET_MR_PROMISC: Final = 1
TPACKET_V3: Final = 2
ETH_P_ALL: Final = 3
#: TP_STATUS_USER: the block is ours. TP_STATUS_VLAN_VALID and _TPID_VALID: a tag was taken off, and its type is known.
OURS: Final = 1
VLAN_VALID: Final = 1 << 4
TPID_VALID: Final = 1 << 6
#: Room before each packet for the tag to be put back.
RESERVE: Final = 4
#: Octets of a block and blocks of the ring: 64 MiB ride out a second of 500 Mbit/s while Python works.
SIZE: Final = 1 << 20
BLOCKS: Final = 64
FRAME: Final = 2048
#: Milliseconds after which the kernel hands over a block that is not full.
PATIENCE: Final = 50
ETHERNET: Final = 1
#: Most packets in one block: the shortest frame with its header takes 112 octets.
MOST: Final = SIZE // 96


class Ring:
    """A ring on one interface; use it in a ``with`` statement.

    Args:
        interface: name of the interface; it is set to promiscuous mode while the ring is open.
        blocks: blocks of the ring, of 1 MiB each.

    Raises:
        Unreachable: there is no such interface.
        Refused: this process may not listen.
    """

    def __init__(self, interface: str, *, blocks: int = BLOCKS) -> None:
        self.name = interface
        self._blocks = blocks
        self._seen = [0, 0]
        self._records = table(MOST)
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        except PermissionError:
            hint = "Run it as root, or give it CAP_NET_RAW: setcap cap_net_raw+ep on the Python that runs Garde"
            raise Refused("capture.permission", f"Listening on {interface} is not allowed", hint=hint) from None
        try:
            self._map = self._open(interface)
        except OSError as error:
            self._socket.close()
            what = f"{interface} cannot be listened to: {error.strerror or error}"
            raise Unreachable("capture.interface", what, hint="ip link lists the interfaces") from None
        self._data = np.frombuffer(self._map, np.uint8)
        self._words = np.frombuffer(self._map, np.uint32)

    def _open(self, interface: str) -> mmap.mmap:
        ring = struct.pack("7I", SIZE, self._blocks, FRAME, SIZE * self._blocks // FRAME, PATIENCE, 0, 0)
        self._socket.setsockopt(SOL_PACKET, PACKET_VERSION, struct.pack("i", TPACKET_V3))
        self._socket.setsockopt(SOL_PACKET, PACKET_RESERVE, struct.pack("i", RESERVE))
        self._socket.setsockopt(SOL_PACKET, PACKET_RX_RING, ring)
        # Mapped before it is bound: bound first, packets would wait in a queue that nobody reads.
        area = mmap.mmap(self._socket.fileno(), SIZE * self._blocks, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        self._socket.bind((interface, ETH_P_ALL))
        member = struct.pack("iHH8s", socket.if_nametoindex(interface), PACKET_MR_PROMISC, 0, b"")
        self._socket.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, member)
        return area

    def blocks(self, seconds: float = 0.0) -> Iterator[Block]:
        """Blocks as they come, an empty one in each second of silence; a block is valid until the next is asked for.

        Args:
            seconds: how long to listen; 0 listens until the caller stops.
        """
        until = time.monotonic() + seconds if seconds else float("inf")
        poll = select.poll()
        poll.register(self._socket, select.POLLIN | select.POLLERR)
        place, words = 0, SIZE // 4
        silent = 0
        while time.monotonic() < until:
            if not int(self._words[place * words + 2]) & OURS:
                silent += 1
                if not poll.poll(PATIENCE * 2) and silent % 10 == 0:
                    yield Block(self._data, self._records[:0])
                continue
            silent = 0
            count = walk(self._data, place * SIZE, self._records)
            yield Block(self._data, self._records[:count])
            self._words[place * words + 2] = 0
            place = (place + 1) % self._blocks

    @property
    def dropped(self) -> int:
        """Packets that the kernel had no room for since the ring was opened."""
        self._count()
        return self._seen[1]

    @property
    def passed(self) -> int:
        """Packets that the kernel saw since the ring was opened, the dropped ones too."""
        self._count()
        return self._seen[0]

    def _count(self) -> None:
        # The kernel's counters start again at each reading.
        packets, dropped, _ = struct.unpack("3I", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 12))
        self._seen[0] += packets
        self._seen[1] += dropped

    def close(self) -> None:
        """Give the ring back."""
        del self._data, self._words
        self._socket.close()

    def __enter__(self) -> Ring:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@compiled
def _u32(d: Bytes, p: int) -> int:
    return i64(d[p + 3]) << 24 | i64(d[p + 2]) << 16 | i64(d[p + 1]) << 8 | i64(d[p])


@compiled
def walk(d: Bytes, base: int, out: Rows) -> int:
    """Note the packets of the TPACKET_V3 block at ``base``; returns how many.

    struct tpacket_block_desc: version, offset of a private area, then tpacket_hdr_v1 with status, number of
    packets and offset of the first. struct tpacket3_hdr: next offset, second, nanosecond, captured length,
    length, status, offset of the MAC header; then hash, VLAN tag and its type. Where the kernel took a VLAN tag
    off, it is put back into the room that PACKET_RESERVE left before the packet.
    """
    count: int = min(_u32(d, base + 12), out.shape[0])
    pos = base + _u32(d, base + 16)
    for number in range(count):
        start = pos + i64(d[pos + 24]) + (i64(d[pos + 25]) << 8)
        size = _u32(d, pos + 12)
        wire = _u32(d, pos + 16)
        if _u32(d, pos + 20) & VLAN_VALID and size >= 12:
            tpid = _u32(d, pos + 36) & 0xFFFF if _u32(d, pos + 20) & TPID_VALID else 0x8100
            tag = _u32(d, pos + 32) & 0xFFFF
            for octet in range(12):
                d[start - RESERVE + octet] = d[start + octet]
            start -= RESERVE
            d[start + 12] = tpid >> 8
            d[start + 13] = tpid & 0xFF
            d[start + 14] = tag >> 8
            d[start + 15] = tag & 0xFF
            size += RESERVE
            wire += RESERVE
        out[number, 0] = start
        out[number, 1] = size
        out[number, 2] = wire
        out[number, 3] = _u32(d, pos + 4) * 1_000_000_000 + _u32(d, pos + 8)
        out[number, 4] = ETHERNET
        step = _u32(d, pos)
        if step == 0:
            return number + 1
        pos += step
    return count
