"""EtherNet/IP: controllers that answer "list identity".

Question: which vendor, product, revision and serial number does this controller have?
Reference: CIP volume 2 (EtherNet/IP), edition 1.25, §2-3 (encapsulation), §2-4.2 (ListIdentity), §2-6.2.2 (identity
item). Over UDP and TCP, with the same header. Left out: CIP itself: values of the process.

Example:
    >>> ENIP.looks_like(bytes.fromhex("65000400") + bytes(20) + bytes.fromhex("01000000"), Hint((1, 44818)))
    0.8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Framed
from garde.dissect.spec import DATAGRAM, SENDER, STREAM, Dissector, Fact, Hint, stateless
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_HEADER: Final = 24
_LIST_IDENTITY: Final = 0x63
#: §2-3.3: commands.
_COMMANDS: Final = frozenset((0x00, 0x04, 0x63, 0x64, 0x65, 0x66, 0x6F, 0x70, 0x72, 0x73))
_IDENTITY_ITEM: Final = 0x0C
_LONGEST: Final = 2048
_MOST_ITEMS: Final = 8
_PORT: Final = 44818

_EMITS: Final = frozenset(
    {"service", "enip.vendor_id", "enip.device_type", "enip.product_code", "model", "serial", "firmware"}
)


def measure(data: bytearray, synced: bool) -> int:
    """Size of the message at the front (§2-3.1): options are always 0."""
    if len(data) < _HEADER:
        return NO if len(data) > 1 and data[0] | data[1] << 8 not in _COMMANDS else MORE
    if data[0] | data[1] << 8 not in _COMMANDS or any(data[20:24]) or data[9] | data[10] | data[11]:
        return NO
    return _HEADER + (data[2] | data[3] << 8)


class _Session:
    """One TCP connection."""

    def __init__(self) -> None:
        self.done = False
        self._frames = tuple(Framed(measure, "enip.header", longest=_LONGEST) for _ in range(2))

    def feed(self, payload: Payload) -> Iterator[Fact]:
        for frame in self._frames[payload.direction].feed(payload):
            if frame.whole:
                yield from message(frame.data, frame.start)


def message(data: bytes, base: int) -> Iterator[Fact]:
    """What one message says of its sender: only an answer to ListIdentity says anything.

    Raises:
        Malformed: §2-4.2.3 is broken.
    """
    r = Reader(data, "enip.message", base)
    command, size = r.le16(), r.le16()
    if command not in _COMMANDS:
        raise r.fail("no command of EtherNet/IP (§2-3.3)")
    r.skip(_HEADER - 4)
    r = r.sub(size)
    if command != _LIST_IDENTITY or not r.left:
        return
    for _ in range(min(r.le16(), _MOST_ITEMS)):
        kind = r.le16()
        item = r.sub(r.le16())
        if kind == _IDENTITY_ITEM:
            yield from _identity(item)


def _identity(r: Reader) -> Iterator[Fact]:
    """§2-6.2.2: version, socket address, then the identity object's attributes 1 to 7."""
    r.skip(18)
    yield Fact("service", "enip", r.at, r.at, about=SENDER)
    for attribute in ("enip.vendor_id", "enip.device_type", "enip.product_code"):
        at = r.at
        yield Fact(attribute, str(r.le16()), at, at + 2, about=SENDER)
    at = r.at
    yield Fact("firmware", f"{r.u8()}.{r.u8():03d}", at, at + 2, about=SENDER)
    r.skip(2)
    at = r.at
    serial = r.le32()
    if serial:
        yield Fact("serial", f"{serial:08x}", at, at + 4, about=SENDER)
    size = r.u8()
    at = r.at
    name = r.take(size).decode("latin-1").rstrip("\0 ")
    if name:
        yield Fact("model", name, at, at + len(name), about=SENDER)


def _datagram(payload: Payload) -> Iterator[Fact]:
    return message(payload.data, 0)


def looks_like(data: bytes, hint: Hint) -> float:
    """A header with a known command; away from the port only one whose length fits and that names an identity."""
    if len(data) < _HEADER:
        return 0.0
    size = measure(bytearray(data[:_HEADER]), True)
    if size < _HEADER or size > _HEADER + 4096:
        return 0.0
    if _PORT in hint.ports:
        return 0.8 if size <= len(data) else 0.6
    return 0.9 if data[0] == _LIST_IDENTITY and size == len(data) and data[26:28] == b"\x0c\x00" else 0.0


ENIP: Final = Dissector(
    name="enip",
    layer=STREAM,
    reference="CIP volume 2 (EtherNet/IP), edition 1.25",
    emits=_EMITS,
    looks_like=looks_like,
    session=_Session,
)
ENIP_UDP: Final = Dissector(
    name="enip.udp",
    layer=DATAGRAM,
    reference="CIP volume 2 (EtherNet/IP), edition 1.25",
    emits=_EMITS,
    looks_like=looks_like,
    session=stateless(_datagram),
)
