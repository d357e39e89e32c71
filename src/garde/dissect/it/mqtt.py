"""MQTT: who publishes to which broker, under which client identifier.

Question: which devices are MQTT clients, of which version, called what, and what do they speak of?
Reference: MQTT 3.1 (IBM, 2010), OASIS MQTT 3.1.1 and MQTT 5.0: §2.1 fixed header, §3.1 CONNECT, §3.3 PUBLISH, §3.8
SUBSCRIBE. Only the first two levels of a topic are shown, cleaned (`garde.dissect.it.topic`). Left out: user names,
passwords, wills, payloads.

Example:
    >>> MQTT.looks_like(bytes.fromhex("100f00044d5154540402003c0003") + b"abc", Hint())
    0.95
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.it.topic import first_levels
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_CONNECT, _CONNACK, _PUBLISH, _SUBSCRIBE, _SUBACK, _UNSUBSCRIBE, _UNSUBACK = 1, 2, 3, 8, 9, 10, 11
_PINGREQ, _PINGRESP, _DISCONNECT, _AUTH = 12, 13, 14, 15
_FROM_CLIENT: Final = frozenset((_CONNECT, _SUBSCRIBE, _UNSUBSCRIBE, _PINGREQ))
_FROM_BROKER: Final = frozenset((_CONNACK, _SUBACK, _UNSUBACK, _PINGRESP))
#: §3.1.2.2; bridges of Mosquitto set the highest bit.
VERSIONS: Final = {3: "3.1", 4: "3.1.1", 5: "5.0"}
_PORTS: Final = (1883, 8883)
#: §2.1.3: the flags of all but PUBLISH are fixed.
_FLAGS: Final = {6: 2, 8: 2, 10: 2}
_LONGEST: Final = 1 << 14
_MOST_FILTERS: Final = 32
#: Topics of one connection that are stated.
_MOST_TOPICS: Final = 64


def measure(data: bytearray, synced: bool) -> int:
    """Size of the packet at the front (§2.1.4: up to four octets of remaining length)."""
    kind, flags = data[0] >> 4, data[0] & 15
    if not kind or (kind != _PUBLISH and flags != _FLAGS.get(kind, 0)) or (kind == _PUBLISH and flags & 6 == 6):
        return NO
    size = shift = 0
    for at in range(1, 5):
        if at >= len(data):
            return MORE
        size |= (data[at] & 0x7F) << shift
        shift += 7
        if not data[at] & 0x80:
            if kind in (_PINGREQ, _PINGRESP) and size:
                return NO
            return 1 + at + size if synced else _certain(bytes(data[at + 1 :]), kind, size, 1 + at)
    return NO


def _certain(rest: bytes, kind: int, size: int, before: int) -> int:
    """To join in the middle: the size when what follows can only be a CONNECT or a PUBLISH."""
    if kind == _CONNECT:
        names = (b"\0\4MQTT", b"\0\6MQIsdp")
        if rest.startswith(names):
            return before + size
        return MORE if len(rest) < 8 and any(name.startswith(rest) for name in names) else NO
    if kind != _PUBLISH or size < 5:
        return NO
    if len(rest) < 2:
        return MORE
    length = rest[0] << 8 | rest[1]
    if not 3 <= length <= min(size - 2, 200):
        return NO
    seen = rest[2 : 2 + length]
    if not all(32 < octet < 127 for octet in seen):
        return NO
    # Framed shows 64 bytes at most: of a longer topic its beginning must do.
    if len(seen) < min(length, 62 - before):
        return MORE
    return before + size if b"/" in seen else NO


class _Session:
    """One connection."""

    def __init__(self) -> None:
        self.done = False
        self._frames = tuple(
            Framed(measure, "mqtt.packet", longest=_LONGEST, anchor=rb"[\x10-\x1f\x30-\x3f]") for _ in "cb"
        )
        self._version = 0
        self._client: int | None = None
        self._topics: set[str] = set()

    def feed(self, payload: Payload) -> Iterator[Fact]:
        if self._client is None:
            on_port = [end.port in _PORTS for end in payload.flow.ends]
            if any(on_port):
                self._client = 1 if on_port[0] else 0
        for frame in self._frames[payload.direction].feed(payload):
            yield from self._packet(frame, payload.direction)

    def _packet(self, frame: Frame, side: int) -> Iterator[Fact]:
        kind = frame.data[0] >> 4
        r = Reader(frame.data, "mqtt.packet", frame.start)
        r.skip(1)
        while r.u8() & 0x80:
            pass
        if kind in _FROM_CLIENT:
            self._client = side
        elif kind in _FROM_BROKER:
            self._client = 1 - side
        if not frame.whole and kind != _PUBLISH:
            return
        if kind in (_CONNECT, _CONNACK):
            at = frame.start
            yield Fact("mqtt.role", "client", at, at + 1, about=SENDER if kind == _CONNECT else RECEIVER)
            yield Fact("mqtt.role", "broker", at, at + 1, about=RECEIVER if kind == _CONNECT else SENDER)
        if kind == _CONNECT:
            yield from self._connect(r)
        elif kind == _PUBLISH and side == self._client:
            yield from self._topic(r)
        elif kind == _SUBSCRIBE:
            r.skip(2)
            if self._version >= 5:
                r.skip(_varint(r))
            for _ in range(_MOST_FILTERS):
                if r.left < 4:
                    return
                yield from self._topic(r)
                r.skip(1)

    def _connect(self, r: Reader) -> Iterator[Fact]:
        if r.take(r.u16()) not in (b"MQTT", b"MQIsdp"):
            raise r.fail("no MQTT (§3.1.2.1)")
        at = r.at
        self._version = r.u8() & 0x7F
        version = VERSIONS.get(self._version)
        if version is None:
            raise r.fail(f"no MQTT of level {self._version} (§3.1.2.2)")
        yield Fact("mqtt.version", version, at, at + 1, about=SENDER)
        r.skip(3)
        if self._version >= 5:
            r.skip(_varint(r))
        size = r.u16()
        at = r.at
        name = r.take(size)
        if name:
            yield Fact("mqtt.client_id", name.decode("utf-8", "replace"), at, at + size, about=SENDER)

    def _topic(self, r: Reader) -> Iterator[Fact]:
        size = r.u16()
        at = r.at
        levels = first_levels(r.take(size).decode("utf-8", "replace"))
        if levels and levels not in self._topics and len(self._topics) < _MOST_TOPICS:
            self._topics.add(levels)
            yield Fact("mqtt.topic", levels, at, at + size, about=SENDER)


def _varint(r: Reader) -> int:
    """A variable byte integer (MQTT 5.0 §1.5.5)."""
    value = 0
    for shift in (0, 7, 14, 21):
        octet = r.u8()
        value |= (octet & 0x7F) << shift
        if not octet & 0x80:
            return value
    raise r.fail("a length of more than four octets (§1.5.5)")


def looks_like(data: bytes, hint: Hint) -> float:
    """A CONNECT by its name; other packets only on the MQTT ports, and when they are whole."""
    if len(data) < 2:
        return 0.0
    if data[0] == 0x10 and (b"\0\4MQTT" in data[2:12] or b"\0\6MQIsdp" in data[2:14]):
        return 0.95
    if not any(port in _PORTS for port in hint.ports):
        return 0.0
    size = measure(bytearray(data[:300]), True)
    if size <= 0 or size > 1 << 20:
        return 0.0
    if data[0] >> 4 == _PUBLISH:
        return 0.7 if measure(bytearray(data[:300]), False) > 0 else 0.0
    return 0.6 if size == len(data) and size <= 512 else 0.0


MQTT: Final = Dissector(
    name="mqtt",
    layer=STREAM,
    reference="OASIS MQTT 3.1.1 and 5.0, MQTT 3.1 (IBM, 2010)",
    emits=frozenset({"mqtt.client_id", "mqtt.role", "mqtt.version", "mqtt.topic"}),
    looks_like=looks_like,
    session=_Session,
    keep=(Keep(0, b"\x10\x00\x00\x04MQTT", b"\xff\x00\xff\xff\xff\xff\xff\xff", payloads=16),),
)
