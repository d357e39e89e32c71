"""How a function of `garde.wire` becomes machine code.

Question: what may compiled code assume, and what does it cost to load?
Reference: numba's ``njit``: no Python objects inside, the interpreter lock is released, machine code is kept on disk
beside the source or in the user's cache. Left out: bounds checks; the functions check by themselves, and tests
compare them with plain Python twins.

Example::

    @compiled
    def double(x: int) -> int:
        return i64(x) * 2
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code, typed as it was."""
    return cast(Function, njit(cache=True, nogil=True)(function))


#: Widen to 64 bits, signed or not: numba keeps NumPy's types apart, where Python has one kind of int.
i64: Final[Callable[[Any], int]] = cast(Any, np.int64)
u64: Final[Callable[[Any], int]] = cast(Any, np.uint64)
