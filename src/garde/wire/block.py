"""Block: a run of captured packets, as one buffer and one table of where each packet stands in it.

Question: how do packets travel from a capture to the flow table without one Python object each?
Reference: DESIGN §4.1 (blocks, never single packets). A block's buffer may be reused by whoever made it once the next
block is asked for, so nobody keeps a view of it: payloads that are kept are copied.

Example:
    >>> records = table(1)
    >>> records[0] = (0, 3, 3, 1_700_000_000_000_000_000, 1)
    >>> block = Block(np.frombuffer(b"abc", np.uint8), records)
    >>> len(block), bytes(block.view[0:3])
    (1, b'abc')
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

# An element of an array is an ``int`` to the compiled functions; NumPy's own types for elements would say otherwise.
#: Raw bytes (uint8), one dimension, contiguous.
Bytes = npt.NDArray[Any]
#: Whole numbers (int64) in rows, contiguous.
Rows = npt.NDArray[Any]

#: Columns of a record table.
OFFSET: Final = 0  # of the packet's first byte in the buffer
CAPLEN: Final = 1  # bytes captured
WIRELEN: Final = 2  # bytes on the wire
AT: Final = 3  # nanoseconds since 1970
LINK: Final = 4  # link type, the number of the LINKTYPE_ registry
COLUMNS: Final = 5

#: Most records in one block: 4,096 packets of 500 bytes stay in the second-level cache between walker and kernel.
RECORDS: Final = 4096


def table(size: int = RECORDS) -> Rows:
    """An empty record table of ``size`` rows."""
    return np.zeros((size, COLUMNS), np.int64)


class Block:
    """Captured packets in one buffer.

    Args:
        data: the buffer, shape ``(bytes,)``.
        records: shape ``(packets, COLUMNS)``; every row lies inside the buffer.
    """

    __slots__ = ("data", "records", "view")

    def __init__(self, data: Bytes, records: Rows) -> None:
        self.data = data
        self.records = records
        self.view = data.data

    def __len__(self) -> int:
        return len(self.records)
