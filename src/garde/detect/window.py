"""Window: what happened lately, per something, bounded.

Question: how does a detector remember only the last minutes of only so many things?
Reference: none. Time comes with what is added; what is older than the span is dropped when the thing is next touched;
the thing untouched longest goes first when there are too many.

Example:
    >>> window = Window(span=10, most=2)
    >>> window.add("a", 0, "x"); window.add("a", 5, "y"); window.add("a", 12, "z")
    >>> [what for at, what in window["a"]]
    ['y', 'z']
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

What = TypeVar("What")
#: Entries of one thing.
EACH: Final = 4096


class Window(Generic[What]):
    """Things → what was added of each within ``span`` nanoseconds, at most ``each``; ``most`` things."""

    __slots__ = ("_each", "_held", "_most", "span")

    def __init__(self, span: int, most: int = 1 << 14, each: int = EACH) -> None:
        self.span = span
        self._most = most
        self._each = each
        self._held: dict[Hashable, deque[tuple[int, What]]] = {}

    def add(self, name: Hashable, at: int, what: What) -> None:
        """Add to a thing."""
        held = self._held.pop(name, None)
        if held is None:
            if len(self._held) >= self._most:
                del self._held[next(iter(self._held))]
            held = deque(maxlen=self._each)
        held.append((at, what))
        while held and held[0][0] < at - self.span:
            held.popleft()
        self._held[name] = held

    def __getitem__(self, name: Hashable) -> tuple[tuple[int, What], ...]:
        """What is in the window of a thing, oldest first."""
        return tuple(self._held.get(name, ()))

    def drop(self, name: Hashable) -> None:
        """Forget a thing."""
        self._held.pop(name, None)

    def __len__(self) -> int:
        return len(self._held)
