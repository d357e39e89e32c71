"""Modbus/TCP: controllers and gateways, and who asks them.

Question: who is server, who is client, which units answer, and what does a unit say of its maker?
Reference: MODBUS Messaging on TCP/IP Implementation Guide V1.0b §3.1 (MBAP header), MODBUS Application Protocol V1.1b3
§6.21 (Read Device Identification, 0x2B / 0x0E). Who asks and who answers is told by transaction numbers, not by ports.
Left out: registers and coils: values of the process.

Example:
    >>> MODBUS.looks_like(bytes.fromhex("000100000006 11 03 006b 0003"), Hint((40000, 502)))
    0.8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint
from garde.model.key import Key
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_LONGEST: Final = 260
_ENCAPSULATED, _DEVICE_IDENTIFICATION = 0x2B, 0x0E
#: V1.1b3 §6: the public functions.
_FUNCTIONS: Final = frozenset((1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 0x2B))
#: §6.21, object id → attribute. VendorUrl (3) and UserApplicationName (6) say nothing of the device.
OBJECTS: Final = {0: "manufacturer", 1: "model_number", 2: "firmware", 4: "friendly_name", 5: "model"}
#: Unit identifiers that mean the server itself (Implementation Guide §4.4.1.1, and the common 1).
_ITSELF: Final = (0, 1, 255)
_MOST_UNITS: Final = 32
_MOST_PENDING: Final = 64


def measure(data: bytearray, synced: bool) -> int:
    """Size of the message at the front (MBAP: protocol 0, a length of 2 to 254)."""
    if len(data) < 8:
        return NO if len(data) > 3 and (data[2] or data[3]) else MORE
    size = data[4] << 8 | data[5]
    if data[2] or data[3] or not 2 <= size <= 254 or data[7] & 0x7F not in _FUNCTIONS:
        return NO
    if not synced and data[7] & 0x80 and size != 3:
        return NO
    return 6 + size


class _Session:
    """One connection."""

    def __init__(self) -> None:
        self.done = False
        self._frames = tuple(Framed(measure, "modbus.mbap", longest=_LONGEST) for _ in range(2))
        #: transaction, unit and function that each side sent and nobody answered yet
        self._pending: tuple[dict[tuple[int, int, int], None], ...] = ({}, {})
        self._server: int | None = None
        self._units: set[int] = set()

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = payload.direction
        for frame in self._frames[side].feed(payload):
            unit, function = frame.data[6], frame.data[7]
            key = frame.data[0] << 8 | frame.data[1], unit, function & 0x7F
            if self._server is None and key in self._pending[1 - side]:
                self._server = side
                yield Fact("modbus.role", "server", frame.start, frame.start + 2, about=SENDER)
                yield Fact("modbus.role", "client", frame.start, frame.start + 2, about=RECEIVER)
            if self._server is None:
                pending = self._pending[side]
                pending[key] = None
                if len(pending) > _MOST_PENDING:
                    del pending[next(iter(pending))]
            elif self._server == side and not function & 0x80:
                yield from self._answer(frame, unit)

    def _answer(self, frame: Frame, unit: int) -> Iterator[Fact]:
        if unit not in self._units and len(self._units) < _MOST_UNITS:
            self._units.add(unit)
            yield Fact("modbus.unit", str(unit), frame.start + 6, frame.start + 7, about=SENDER)
        if frame.data[7] == _ENCAPSULATED:
            yield from _identification(frame, unit)


def _identification(frame: Frame, unit: int) -> Iterator[Fact]:
    r = Reader(frame.data, "modbus.identification", frame.start)
    r.skip(8)
    if r.u8() != _DEVICE_IDENTIFICATION:
        return
    r.skip(4)
    # A unit of its own number answers through a gateway (Implementation Guide §3.1.3).
    about: Literal["sender"] | Key = SENDER if unit in _ITSELF else Key("equipment", f"modbus unit {unit}")
    for _ in range(r.u8()):
        number, size = r.u8(), r.u8()
        at = r.at
        value = r.take(size).decode("latin-1")
        if number in OBJECTS and value:
            yield Fact(OBJECTS[number], value, at, at + size, about=about)


def looks_like(data: bytes, hint: Hint) -> float:
    """An MBAP header whose length fits and a public function; away from port 502 only device identification."""
    if len(data) < 8 or data[2] or data[3]:
        return 0.0
    size = measure(bytearray(data[:8]), False)
    if size <= 0 or size > len(data) or (size < len(data) and measure(bytearray(data[size : size + 8]), False) == NO):
        return 0.0
    if 502 in hint.ports:
        return 0.8
    return 0.7 if data[7:9] == b"\x2b\x0e" and data[9] in (1, 2, 3, 4) else 0.0


MODBUS: Final = Dissector(
    name="modbus",
    layer=STREAM,
    reference="MODBUS Application Protocol V1.1b3, Messaging on TCP/IP V1.0b",
    emits=frozenset({"modbus.role", "modbus.unit", *OBJECTS.values()}),
    looks_like=looks_like,
    session=_Session,
)
