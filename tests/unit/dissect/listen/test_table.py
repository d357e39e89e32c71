"""The table of listeners: each asks for patterns the kernel can compare, and tells what it lists."""

from __future__ import annotations

from garde.dissect.listen.table import LISTENERS
from garde.wire.track import patterns


def test_rows_are_complete() -> None:
    rows, _, _ = patterns((one.offset, one.value, one.mask, one.payloads) for row in LISTENERS for one in row.keep)
    assert len(rows) > 20
    for row in LISTENERS:
        assert row.reference and row.tells and row.layer in ("stream", "datagram", "frame")
