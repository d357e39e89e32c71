"""Progress: how far a long work is, on a terminal that somebody watches.

Question: is it still doing something, and how much is left?
Reference: none. One line, written over itself; nothing where the stream is no terminal.

Example:
    >>> import io
    >>> progress(io.StringIO())(0.5, "ct.pcap")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

#: Called with the part of the work that is done, 0..1, and the name of the file.
Progress = Callable[[float, str], None]


def progress(stream: IO[str]) -> Progress:
    """A progress line on a terminal; nothing where nobody watches."""
    if not stream.isatty():
        return lambda part, name: None

    def show(part: float, name: str) -> None:
        width = 30
        done = round(part * width)
        end = "\n" if part >= 1 else ""
        print(f"\r{'█' * done}{'·' * (width - done)} {part:4.0%} {name[:40]:40}", end=end, file=stream, flush=True)

    return show
