"""BACnet/IP: building controllers, which say who made them when they are asked.

Question: which device instance is this, of which vendor, model, firmware and serial number, and behind which router?
Reference: ASHRAE 135-2020 annex J (BVLC), clause 6.2 (NPDU), clause 20.1 (APDU), 20.2 (tags), 16.10 (I-Am), 15.5 and
15.7 (ReadProperty, ReadPropertyMultiple), clause 21 (property numbers). Segmented answers are put together. A device
behind a BACnet router is named by network and address. Left out: all objects but the device object, and values of the
process.

Example:
    >>> BACNET.looks_like(bytes.fromhex("810b0019 0120ffff00ff 1000 c4020003e9 2201e0 9103 2201 04"), Hint())
    0.95
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.spec import DATAGRAM, SENDER, Dissector, Fact, Hint
from garde.model.key import Key
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_BVLC: Final = 0x81
_FORWARDED: Final = 0x04
#: Annex J.2: functions that carry an NPDU.
_CARRIERS: Final = (_FORWARDED, 0x09, 0x0A, 0x0B)
_UNCONFIRMED, _COMPLEX_ACK = 1, 3
_I_AM: Final = 0
_READ_PROPERTY, _READ_PROPERTY_MULTIPLE = 12, 14
_DEVICE: Final = 8
_CHARACTER_STRING, _UNSIGNED = 7, 2
#: Clause 21, BACnetPropertyIdentifier → attribute, of the device object.
PROPERTIES: Final = {
    12: "software",
    44: "firmware",
    58: "location",
    70: "model",
    77: "friendly_name",
    120: "bacnet.vendor_id",
    121: "manufacturer",
    372: "serial",
}
_MOST_ITEMS: Final = 256
_MOST_SEGMENTS: Final = 64
_MOST_ANSWERS: Final = 8

About = Literal["sender"] | Key


class Tag:
    """A tag (20.2.1): number, whether context-specific, and either the length of its value or an opening or closing."""

    __slots__ = ("closing", "context", "number", "opening", "size")

    def __init__(self, r: Reader) -> None:
        octet = r.u8()
        self.context = bool(octet & 8)
        self.number = octet >> 4
        if self.number == 15:
            self.number = r.u8()
        low = octet & 7
        self.opening = self.context and low == 6
        self.closing = self.context and low == 7
        self.size = 0 if self.opening or self.closing else low
        if low == 5:
            self.size = r.u8()
            if self.size == 254:
                self.size = r.u16()
            elif self.size == 255:
                self.size = r.u32()


class _Session:
    """One flow of datagrams; keeps the segments of answers that come in pieces."""

    def __init__(self) -> None:
        self.done = False
        self._segments: dict[tuple[int, int], dict[int, bytes]] = {}

    def feed(self, payload: Payload) -> Iterator[Fact]:
        r = Reader(payload.data, "bacnet.bvlc")
        if r.u8() != _BVLC:
            raise r.fail("no BACnet/IP (annex J.2)")
        function = r.u8()
        size = r.u16()
        if size < 4 or size - 4 > r.left:
            raise r.fail("a length beyond the datagram (annex J.2)")
        if function not in _CARRIERS:
            return
        r = r.sub(size - 4)
        about: About = SENDER
        if function == _FORWARDED:
            about = Key("ip", str(ipaddress.ip_address(r.take(4))))
            r.skip(2)
        about = _source(r, about)
        if r.left:
            yield from self._apdu(r, about, payload.direction)

    def _apdu(self, r: Reader, about: About, side: int) -> Iterator[Fact]:
        first = r.u8()
        if first >> 4 == _UNCONFIRMED:
            if r.u8() == _I_AM:
                yield from _i_am(r, about)
        elif first >> 4 == _COMPLEX_ACK:
            invoke = r.u8()
            if first & 8:
                whole = self._segment(r, (side, invoke), more=bool(first & 4))
                if whole is None:
                    return
                service, body, placed = whole[0], Reader(whole[1], "bacnet.segments"), False
            else:
                service, body, placed = r.u8(), r, True
            if service == _READ_PROPERTY:
                yield from _read_property(body, about, placed)
            elif service == _READ_PROPERTY_MULTIPLE:
                yield from _read_property_multiple(body, about, placed)

    def _segment(self, r: Reader, answer: tuple[int, int], *, more: bool) -> tuple[int, bytes] | None:
        """Clause 5.4: the service and the whole answer, once all segments are there."""
        number = r.u8()
        r.skip(1)
        service = r.u8()
        pieces = self._segments.setdefault(answer, {})
        if len(self._segments) > _MOST_ANSWERS:
            del self._segments[next(iter(self._segments))]
        if number < _MOST_SEGMENTS:
            pieces[number] = r.rest()
        if more or sorted(pieces) != list(range(number + 1)):
            return None
        self._segments.pop(answer, None)
        return service, b"".join(pieces[i] for i in range(number + 1))


def _source(r: Reader, about: About) -> About:
    """Read the NPDU header (6.2.2); a source network says that the device sits behind the sender, a router."""
    if r.u8() != 1:
        raise r.fail("no version 1 (6.2.1)")
    control = r.u8()
    if control & 0x20:
        r.skip(2)
        r.skip(r.u8())
    if control & 0x08:
        network = r.u16()
        address = r.take(r.u8())
        about = Key("equipment", f"bacnet {network}:{address.hex()}")
    if control & 0x20:
        r.skip(1)
    if control & 0x80:
        r.rest()  # a message of the network layer: nothing of a device
    return about


def _i_am(r: Reader, about: About) -> Iterator[Fact]:
    """16.10.1: device, longest APDU, segmentation, vendor."""
    tag = Tag(r)
    if (tag.context, tag.number, tag.size) != (False, 12, 4):
        raise r.fail("I-Am begins with an object identifier (16.10.1)")
    at = r.at
    kind, instance = _object(r)
    if kind != _DEVICE:
        raise r.fail("I-Am names a device (16.10.1)")
    yield Fact("service", "bacnet", at, at, about=about)
    yield Fact("bacnet.instance", str(instance), at, at + 4, about=about)
    for _ in range(2):
        r.skip(Tag(r).size)
    tag = Tag(r)
    if (tag.context, tag.number) != (False, _UNSIGNED) or tag.size > 4:
        raise r.fail("a vendor is an unsigned number (16.10.1)")
    at = r.at
    vendor = int.from_bytes(r.take(tag.size), "big")
    yield Fact("bacnet.vendor_id", str(vendor), at, at + tag.size, about=about)


def _object(r: Reader) -> tuple[int, int]:
    """20.2.14: ten bits of type, twenty-two of instance."""
    value = r.u32()
    return value >> 22, value & 0x3FFFFF


def _context(r: Reader, number: int) -> int:
    """The unsigned value of a context tag."""
    tag = Tag(r)
    if not tag.context or tag.opening or tag.closing or tag.number != number or tag.size > 4:
        raise r.fail(f"context tag {number} is wanted (20.2.1)")
    return int.from_bytes(r.take(tag.size), "big")


def _read_property(r: Reader, about: About, placed: bool) -> Iterator[Fact]:
    """15.5.1.2."""
    kind, instance, at = _named(r)
    which = _context(r, 1)
    tag = Tag(r)
    if tag.context and tag.number == 2 and not tag.opening:
        r.skip(tag.size)
        tag = Tag(r)
    if not (tag.opening and tag.number == 3):
        raise r.fail("an opening tag 3 is wanted (15.5.1.2)")
    if kind == _DEVICE:
        yield from _instance(instance, at, about, placed)
        yield from _value(r, which, about, placed)


def _read_property_multiple(r: Reader, about: About, placed: bool) -> Iterator[Fact]:
    """15.7.3.2: object after object, property after property, each a value or an error."""
    for _ in range(_MOST_ITEMS):
        if not r.left:
            return
        kind, instance, at = _named(r)
        if kind == _DEVICE:
            yield from _instance(instance, at, about, placed)
        if not (tag := Tag(r)).opening or tag.number != 1:
            raise r.fail("an opening tag 1 is wanted (15.7.3.2)")
        for _ in range(_MOST_ITEMS):
            tag = Tag(r)
            if tag.closing:
                break
            if tag.number != 2 or tag.opening or tag.size > 4:
                raise r.fail("a property is wanted (15.7.3.2)")
            which = int.from_bytes(r.take(tag.size), "big")
            tag = Tag(r)
            if tag.number == 3 and not tag.opening:
                r.skip(tag.size)
                tag = Tag(r)
            if not tag.opening:
                raise r.fail("a value or an error is wanted (15.7.3.2)")
            start = r.pos
            _skip_to_end(r)
            if kind == _DEVICE and tag.number == 4:
                yield from _value(Reader(r.data[start : r.pos], r.code, r.base + start), which, about, placed)


def _named(r: Reader) -> tuple[int, int, int]:
    tag = Tag(r)
    if not tag.context or tag.number != 0 or tag.size != 4:
        raise r.fail("an object identifier is wanted (15.5.1.2)")
    at = r.at
    return (*_object(r), at)


def _skip_to_end(r: Reader) -> None:
    """Pass over values until the closing tag that fits the opening one just read."""
    depth = 1
    for _ in range(_MOST_ITEMS * 4):
        tag = Tag(r)
        depth += tag.opening - tag.closing
        if not depth:
            return
        # An application tag 1 is a Boolean, whose value stands in the length (20.2.3).
        r.skip(tag.size if tag.context or tag.number != 1 else 0)
    raise r.fail("values without end (20.2.1.3.2)")


def _instance(instance: int, at: int, about: About, placed: bool) -> Iterator[Fact]:
    start, end = (at, at + 4) if placed else (0, 0)
    yield Fact("service", "bacnet", start, start, about=about)
    yield Fact("bacnet.instance", str(instance), start, end, about=about)


def _value(r: Reader, which: int, about: About, placed: bool) -> Iterator[Fact]:
    attribute = PROPERTIES.get(which)
    if attribute is None:
        return
    tag = Tag(r)
    at = r.at
    if tag.context or tag.number not in (_CHARACTER_STRING, _UNSIGNED):
        return
    raw = r.take(tag.size)
    if tag.number == _UNSIGNED:
        text, start = str(int.from_bytes(raw[:8], "big")), at
    else:
        # 20.2.9: the first octet is the character set.
        encoding = {0: "utf-8", 4: "utf-16-be", 5: "latin-1"}.get(raw[0] if raw else 0, "ascii")
        text, start = raw[1:].decode(encoding, "replace"), at + 1
    if text:
        first, last = (start, at + tag.size) if placed else (0, 0)
        yield Fact(attribute, text, first, last, about=about)


def looks_like(data: bytes, hint: Hint) -> float:
    """A BVLC whose length is that of the datagram, and an NPDU of version 1 in it."""
    if len(data) < 4 or data[0] != _BVLC or data[1] > 0x0C or int.from_bytes(data[2:4], "big") != len(data):
        return 0.0
    at = 10 if data[1] == _FORWARDED else 4
    if data[1] in _CARRIERS:
        return 0.95 if data[at : at + 1] == b"\x01" else 0.0
    return 0.7 if 47808 in hint.ports else 0.0


BACNET: Final = Dissector(
    name="bacnet",
    layer=DATAGRAM,
    reference="ASHRAE 135-2020, annex J and clauses 6, 15, 16, 20, 21",
    emits=frozenset({"service", "bacnet.instance", *PROPERTIES.values()}),
    looks_like=looks_like,
    session=_Session,
)
