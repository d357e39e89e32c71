"""How a function of `garde.wire` becomes machine code.

Question: what may compiled code assume, and what does it cost to load?
Reference: numba's ``njit``: no Python objects inside, the interpreter lock is released. Machine code that was made once
is kept by `garde.wire.native` and called without numba, whose import alone takes longer than a million packets; numba
is asked where there is none yet, and for arguments that `garde.wire.native` does not pass on. Left out: bounds checks;
the functions check by themselves, and tests compare them with plain Python twins.

Example::

    @compiled
    def double(x: int) -> int:
        return i64(x) * 2
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, TypeVar, cast

import numpy as np

from garde.wire import native

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code, typed as it was."""
    return cast(Function, Compiled(function))


class Compiled:
    """A function that is compiled when it is first called.

    Args:
        function: what numba compiles; it may call other functions of this kind.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__wrapped__ = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        #: kinds of arguments → what is called with them
        self._known: dict[str, Callable[..., Any]] = {}

    def __call__(self, *args: Any) -> Any:
        kinds = native.kinds(args)
        run = self._known.get(kinds)
        if run is None:
            run = self._known[kinds] = self._made(kinds)
        return run(*args)

    def _made(self, kinds: str) -> Callable[..., Any]:
        found = None
        if kinds and not os.environ.get("NUMBA_DISABLE_JIT"):
            found = native.find(self.__wrapped__, kinds) or native.make(self.__wrapped__, kinds)
        return found or self.dispatcher

    @cached_property
    def dispatcher(self) -> Any:
        """The function as numba's own object, which takes any arguments."""
        from numba import njit

        return njit(cache=True, nogil=True)(self.__wrapped__)

    @property
    def _numba_type_(self) -> Any:
        """What numba sees where another compiled function calls this one."""
        return self.dispatcher._numba_type_


#: Widen to 64 bits, signed or not: numba keeps NumPy's types apart, where Python has one kind of int.
i64: Final[Callable[[Any], int]] = cast(Any, np.int64)
u64: Final[Callable[[Any], int]] = cast(Any, np.uint64)
