from __future__ import annotations

import numpy as np

from garde.wire.block import COLUMNS, RECORDS, Block, table


def test_a_block_counts_its_packets_and_shows_its_bytes() -> None:
    block = Block(np.frombuffer(b"abcdef", np.uint8), table(2))
    assert len(block) == 2
    assert bytes(block.view[2:4]) == b"cd"


def test_a_table_is_empty_and_has_the_kernels_shape() -> None:
    assert table().shape == (RECORDS, COLUMNS)
    assert not table().any()
