"""Watch: the turns in the lives of flows, read off the flow table after each block.

Question: who tried to reach whom, was it answered, refused or passed over in silence, and how much went through?
Reference: RFC 9293 §3.5 (a SYN is answered by SYN-ACK or RST), RFC 768. Only those who detect threats pay for it: the
kernel does nothing more, its table is looked at. Memory is bounded by ``PENDING`` flows without an outcome; the oldest
are then taken for silent. Left out: ICMP errors as refusals of UDP.

Example::

    watch = Watch(tracker)
    payloads = tracker.feed(block)
    for happening in watch.look():
        ...
"""

from __future__ import annotations

from typing import Final

import numpy as np

from garde.wire import kernel as k
from garde.wire.block import Rows
from garde.wire.signal import ACCEPTED, OPENED, REFUSED, SILENT, TRAFFIC, Happening
from garde.wire.track import Tracker, parties

#: Flows whose outcome is awaited, at most.
PENDING: Final = 1 << 16
#: How long an answer is awaited, and how often volumes are told, in nanoseconds.
PATIENCE: Final = 5_000_000_000
SWEEP: Final = 60_000_000_000
_SPOKE: Final = 256
_SYN, _RST = 2, 4
_TCP, _UDP = 6, 17


class Watch:
    """Reads the table of one tracker; call `look` after every `Tracker.feed`."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._from = 1
        self._now = 0
        self._swept = 0
        #: flow number → when it began, of flows without an outcome
        self._pending: dict[int, int] = {}

    def look(self, *, over: bool = False) -> list[Happening]:
        """What happened since the last call, in order of time.

        Args:
            over: the capture has ended: what is pending is decided, and every volume told. Call it before
                `Tracker.finish`.
        """
        table, gone = self._tracker.table()
        out: list[Happening] = []
        first, self._from = self._from, self._tracker.next_packet
        met: set[int] = set()
        for row in gone.tolist():
            fresh = row[k.PACKET] >= first and row[k.NUMBER] not in met
            self._settle(row, out, fresh=fresh, over=bool(row[k.STATE] & k.ENDED))
            out.append(_traffic(row))
            met.add(row[k.NUMBER])
        # A flow whose bucket passed in this block was handed out and is in the table still.
        for row in table[table[:, k.PACKET] >= first].tolist():
            self._settle(row, out, fresh=row[k.NUMBER] not in met, over=False)
        if len(table):
            self._now = max(self._now, int(table[:, k.LAST_AT].max()))
        self._decide(table, out, over)
        if over or self._now - self._swept >= SWEEP:
            out += [_traffic(row) for row in table[table[:, k.LAST_AT] >= self._swept].tolist()]
            self._swept = self._now
        out.sort(key=lambda one: one.at)
        return out

    def _settle(self, row: list[int], out: list[Happening], *, fresh: bool, over: bool) -> None:
        number = row[k.NUMBER]
        if fresh:
            out.append(_happening(OPENED, row, row[k.FIRST_AT]))
        elif number not in self._pending:
            return
        outcome = _outcome(row)
        if outcome or over:
            self._pending.pop(number, None)
            out.append(_happening(outcome or SILENT, row, row[k.LAST_AT] if outcome else row[k.FIRST_AT] + PATIENCE))
        else:
            if len(self._pending) >= PENDING:
                del self._pending[next(iter(self._pending))]
            self._pending[number] = row[k.FIRST_AT]

    def _decide(self, table: Rows, out: list[Happening], over: bool) -> None:
        """Look again at flows whose answer is awaited."""
        if not self._pending:
            return
        waiting = table[np.isin(table[:, k.NUMBER], np.fromiter(self._pending, np.int64))]
        for row in waiting.tolist():
            outcome = _outcome(row)
            began = self._pending[row[k.NUMBER]]
            if outcome or over or self._now - began > PATIENCE:
                del self._pending[row[k.NUMBER]]
                out.append(_happening(outcome or SILENT, row, row[k.LAST_AT] if outcome else began + PATIENCE))


def _outcome(row: list[int]) -> str:
    """What the other end did so far; empty while it did nothing."""
    protocol = row[4] & 0xFFFF
    there = row[k.TCP + 1]
    if row[4] >> 48 and protocol == _TCP:
        if there & _SYN or (row[k.ORIGIN] < 0 and there & _SPOKE and not there & _RST):
            return ACCEPTED
        return REFUSED if there & _RST else ""
    return ACCEPTED if there & _SPOKE else ""


def _happening(what: str, row: list[int], at: int) -> Happening:
    _, protocol, (client, server) = parties(row)
    opened = row[k.ORIGIN] >= 0 if protocol == _TCP else protocol == _UDP
    return Happening(what, at, row[k.PACKET], row[k.NUMBER], protocol, client, server, opened=opened)


def _traffic(row: list[int]) -> Happening:
    _, protocol, (client, server) = parties(row)
    return Happening(
        TRAFFIC,
        row[k.LAST_AT],
        row[k.PACKET],
        row[k.NUMBER],
        protocol,
        client,
        server,
        (row[k.PACKETS], row[k.PACKETS + 1]),
        (row[k.OCTETS], row[k.OCTETS + 1]),
        row[k.BUCKET],
        row[k.ORIGIN] >= 0,
    )
