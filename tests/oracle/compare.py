"""Run the kernel and its twin over the same blocks and hold every array against the other."""

from __future__ import annotations

from collections.abc import Iterable

from garde.wire import kernel as k
from garde.wire.block import Block
from garde.wire.track import SEEN, Pattern, Tracker
from tests.oracle.kernel import Kernel

#: Patterns with and without offset and mask, short and long.
KEEP: list[Pattern] = [
    (0, b"\x0bMSH", b"", 64),
    (0, b"\x01\x00", b"", 24),
    (0, b"\x16\x03", b"", 24),
    (4, b"\xffSMB", b"", 24),
    (0, b"\x10\x00\x00\x04MQTT", b"\xff\x00\xff\xff\xff\xff\xff\xff", 16),
    (236, b"\x63\x82\x53\x63", b"", 16),
]


def assert_equal(
    blocks: Iterable[Block], slots: int = 1 << 10, keep: list[Pattern] = KEEP, share: int | None = None
) -> int:
    """Fails where they differ; returns the number of packets compared."""
    tracker, twin = Tracker(keep, slots=slots, share=share), Kernel(slots, SEEN, keep, share)
    number = 1
    for block in blocks:
        data, records = block.data.tobytes(), block.records.tolist()
        tracker.feed(block)
        events, gone, sights = twin.run(data, records, number)
        count = tracker._count
        assert tracker._events[: count[k.EVENTS]].tolist() == events
        assert tracker._gone[: count[k.GONE]].tolist() == gone
        assert tracker._sights[: count[k.SIGHTS]].tolist() == sights
        number += len(block)
    used = {slot: row for slot, row in enumerate(twin.rows) if row is not None}
    assert [slot for slot in range(slots) if tracker._tags[slot]] == list(used)
    assert tracker._rows[list(used)].tolist() == list(used.values())
    counters = [i for i in range(k.N_PACKETS, k.N_SHARES) if i not in (k.N_LATE, k.N_PATTERNS)]
    assert [int(tracker._count[i]) for i in counters] == [twin.count[i] for i in counters]
    return number - 1
