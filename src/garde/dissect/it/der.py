"""DER: the tags, lengths and places of an ASN.1 structure.

Question: where in these bytes does each element of a certificate stand?
Reference: ITU-T X.690 (02/2021) §8.1, §10.1 (definite lengths only). Written here and not taken from a library because
a Why drawer needs the position of every value, which no library gives. Left out: tags above 30, indefinite lengths.

Example:
    >>> node = read(bytes.fromhex("3006 020105 0c0161"), 0)
    >>> [(child.tag, child.start, child.end) for child in children(bytes.fromhex("3006 020105 0c0161"), node)]
    [(2, 4, 5), (12, 7, 8)]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garde.errors import Malformed

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

#: Most elements looked at inside one element.
MOST: Final = 512


class Node(msgspec.Struct, frozen=True, gc=False):
    """An element: its identifier octet, where it begins, and where its contents begin and end."""

    tag: int
    head: int
    start: int
    end: int


def read(data: bytes, at: int, end: int | None = None) -> Node:
    """The element that begins at ``at`` and lies before ``end``.

    Raises:
        Malformed: X.690 §8.1.2 or §8.1.3 is broken, or the element is longer than what holds it.
    """
    end = len(data) if end is None else end
    if at + 2 > end:
        raise _broken("an element wants two octets at least", at)
    tag, size, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise _broken("tag numbers above 30 are not used here", at)
    if size & 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 4 or start + octets > end:
            raise _broken("the length is not definite, or longer than 4 octets", at)
        size = int.from_bytes(data[start : start + octets], "big")
        start += octets
    if start + size > end:
        raise _broken(f"{size} octets of contents, {end - start} are left", at)
    return Node(tag, at, start, start + size)


def children(data: bytes, node: Node) -> Iterator[Node]:
    """The elements inside a constructed element, `MOST` at most.

    Raises:
        Malformed: one of them is broken, or there are too many.
    """
    at = node.start
    for _ in range(MOST):
        if at >= node.end:
            return
        child = read(data, at, node.end)
        yield child
        at = child.end
    raise _broken(f"more than {MOST} elements", node.head)


def oid(data: bytes, node: Node) -> str:
    """An object identifier in dotted notation.

    Raises:
        Malformed: X.690 §8.19 is broken.
    """
    raw = data[node.start : node.end]
    if node.tag != OBJECT_IDENTIFIER or not raw or raw[-1] & 0x80 or len(raw) > 64:
        raise _broken("no object identifier", node.head)
    arcs: list[int] = []
    value = 0
    for octet in raw:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _broken(what: str, at: int) -> Malformed:
    return Malformed("der", what, where=f"X.690, offset {at}")
