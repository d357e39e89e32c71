"""CoAP: small devices and what is asked of them.

Question: who serves CoAP, who asks, and for which resources?
Reference: RFC 7252 §3 (message), §3.1 (options), §5.10 (option numbers), RFC 6690 (``/.well-known/core``). Only the
first two levels of a path are shown, cleaned (`garde.dissect.it.topic`). Left out: queries, payloads, CoAP over TCP.

Example:
    >>> COAP.looks_like(bytes.fromhex("4001 0001 bb 2e77656c6c2d6b6e6f776e 04 636f7265"), Hint((40000, 5683)))
    0.9
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from garde.dissect.it.topic import first_levels
from garde.dissect.spec import DATAGRAM, RECEIVER, SENDER, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_URI_HOST, _URI_PATH = 3, 11
_PAYLOAD_MARKER: Final = 0xFF
_MOST_OPTIONS: Final = 64
#: RFC 7252 §5.10: the numbers that are in use lie below this.
_HIGHEST_OPTION: Final = 2053


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message: its code, and its options as number, value and place."""

    code: int
    options: tuple[tuple[int, bytes, int, int], ...]


def message(data: bytes) -> Message:
    """Read header and options.

    Raises:
        Malformed: RFC 7252 §3 is broken.
    """
    r = Reader(data, "coap.message")
    first = r.u8()
    token = first & 15
    if first >> 6 != 1 or token > 8:
        raise r.fail("not version 1, or a token longer than 8 (RFC 7252 §3)")
    code = r.u8()
    r.skip(2 + token)
    if code == 0 and (token or r.left):
        raise r.fail("an empty message that is not empty (RFC 7252 §4.1)")
    options: list[tuple[int, bytes, int, int]] = []
    number = 0
    while r.left:
        octet = r.u8()
        if octet == _PAYLOAD_MARKER:
            if not r.left:
                raise r.fail("a payload marker without payload (RFC 7252 §3)")
            break
        number += _extended(r, octet >> 4)
        size = _extended(r, octet & 15)
        at = r.at
        options.append((number, r.take(size), at, at + size))
        if len(options) > _MOST_OPTIONS or number > _HIGHEST_OPTION:
            raise r.fail("more options, or higher ones, than there are (RFC 7252 §5.10)")
    return Message(code, tuple(options))


def _extended(r: Reader, nibble: int) -> int:
    """RFC 7252 §3.1: 13 and 14 announce one and two more octets."""
    if nibble == 13:
        return 13 + r.u8()
    if nibble == 14:
        return 269 + r.u16()
    if nibble == 15:
        raise r.fail("15 is reserved (RFC 7252 §3.1)")
    return nibble


def _facts(payload: Payload) -> Iterator[Fact]:
    read = message(payload.data)
    kind = read.code >> 5
    if kind == 0 and read.code:
        yield Fact("coap.role", "client", 1, 2, about=SENDER)
        path = [option for option in read.options if option[0] == _URI_PATH]
        if path:
            levels = "/" + first_levels("/".join(value.decode("utf-8", "replace") for _, value, _, _ in path))
            yield Fact("coap.path", levels, path[0][2], path[-1][3], about=RECEIVER)
        for number, value, start, end in read.options:
            if number == _URI_HOST:
                yield Fact("peer_name", value.decode("utf-8", "replace"), start, end, about=SENDER)
    elif kind in (2, 4, 5):
        yield Fact("coap.role", "server", 1, 2, about=SENDER)


def looks_like(data: bytes, hint: Hint) -> float:
    """A message whose options all parse, on the CoAP port; elsewhere only one that asks for a path in plain letters."""
    if len(data) < 4 or data[0] >> 6 != 1 or data[0] & 15 > 8 or data[1] >> 5 not in (0, 2, 4, 5) or data[1] & 31 > 8:
        return 0.0
    try:
        read = message(data)
    except Malformed:
        return 0.0
    path = [value for number, value, _, _ in read.options if number == _URI_PATH]
    plain = bool(path) and all(value and all(32 < octet < 127 for octet in value) for value in path)
    if 5683 in hint.ports:
        return 0.9 if plain else 0.8
    return 0.7 if plain and path[0] == b".well-known" else 0.0


COAP: Final = Dissector(
    name="coap",
    layer=DATAGRAM,
    reference="RFC 7252",
    emits=frozenset({"coap.role", "coap.path", "peer_name"}),
    looks_like=looks_like,
    session=stateless(_facts),
)
