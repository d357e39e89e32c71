from __future__ import annotations

import numpy as np

from garde.wire.jit import compiled, i64, u64


@compiled
def _widen(octet: int) -> int:
    return i64(octet) << 40


def test_an_octet_is_widened_before_it_is_shifted() -> None:
    assert _widen(np.uint8(255)) == 255 << 40
    assert u64(3) == 3
