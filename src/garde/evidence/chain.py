"""Walking the chain: is every message where and what it was when it was linked?

Question: which message is the first that was altered, removed, moved or added?
Reference: `garde.model.chain`. Values come from a database that anybody may have altered: what has not even the right
type is a break like any other.

Example::

    walk = Walk(0, GENESIS)
    for entry in entries:
        for line in walk.step(entry): print(line)
"""

from __future__ import annotations

import struct

from garde.model.chain import follow, item
from garde.ports import Entry


def digest_of(entry: Entry) -> bytes | None:
    """Item digest of a stored message; None when its values cannot be those of a message."""
    try:
        return item(entry.seq, entry.at, entry.id, entry.kind, entry.body)
    except (TypeError, AttributeError, struct.error):
        return None


def called(entry: Entry) -> str:
    """The id of a stored message, as a terminal may show it."""
    text = str(entry.id)
    return text if text.isascii() and text.isprintable() and len(text) <= 80 else ascii(text)[1:81]


class Walk:
    """Follows the links from one place on.

    Attributes:
        seq: number of the last message that was met.
        link: its link.
        count: how many were met.
    """

    def __init__(self, seq: int, link: bytes) -> None:
        self.seq = seq
        self.link = link
        self.count = 0

    def step(self, entry: Entry) -> str:
        """Go on to the next message; a sentence when it does not follow from the one before, empty when it does.

        After a break the walk goes on from the stored link, so that the next break is another one.
        """
        digest = digest_of(entry)
        before, self.seq = self.seq, entry.seq
        self.count += 1
        if digest is not None and follow(self.link, digest) == entry.link:
            self.link = entry.link
            return ""
        self.link = entry.link if isinstance(entry.link, bytes) else b""
        return (
            f"message {entry.seq} ({called(entry)}) does not follow from message {before}: "
            "it was altered, or one between them was removed, added or moved"
        )
