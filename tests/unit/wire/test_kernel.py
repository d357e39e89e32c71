"""The kernel's own small pieces; equality with the plain twin is in tests/property/test_kernel.py."""

from __future__ import annotations

import numpy as np

from garde.wire import kernel
from garde.wire.track import Tracker


def test_the_hash_tells_words_and_their_order_apart() -> None:
    seed = np.uint64(1)
    words = [kernel.mix(np.uint64(kernel.mix(seed, a)), b) for a in range(-50, 50) for b in range(-50, 50)]
    assert len(set(words)) == len(words)


def test_the_flow_table_is_as_small_as_its_docstring_says() -> None:
    rows = (kernel.COLUMNS * 8 + 4) << 17
    assert f"{round(rows / (1 << 20))} MiB" in (kernel.__doc__ or "")
    assert len(Tracker(slots=16)) == 0
