"""HL7 v2: which application sends what to whom, in which version, and how it is acknowledged.

Question: which systems exchange messages, of which types, by which software, and how fast do they acknowledge?
Reference: HL7 v2.5.1 §2.14 (MSH, SFT, MSA, BHS, FHS), v2.8.2 §7.4.4 (PRT), IHE DEV TF-2 (PCD-01 and appendix B);
framing: `garde.dissect.medical.mllp`. Left out: every patient segment (PID, NK1, GT1, IN1, PV1, …), results, orders,
message control ids (used inside to match an acknowledgement, never stated).

What a message says of the device that measured is read by `garde.dissect.medical.hl7v2_device`.

Example: ``MSH|^~\\&|MONITOR|ICU|…|ORU^R01|…|2.6`` gives ``hl7.application`` MONITOR, ``hl7.message_type`` ORU^R01.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.medical.hl7v2_device import Devices
from garde.dissect.medical.hl7v2_fields import Field, Message, recalled
from garde.dissect.medical.mllp import Segment, Segments
from garde.dissect.news import DAY
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.flow import Payload

#: Requests without an answer that are remembered per connection; MLLP allows one at a time.
WAITING: Final = 64
#: Statements remembered per connection.
TOLD: Final = 1 << 10
_HEADERS: Final = (b"MSH", b"BHS", b"FHS")
#: Segments that state something by themselves; what the others tell of devices waits for the end of the message.
_TELLING: Final = frozenset({*_HEADERS, b"MSA", b"SFT", b"EVN"})
#: MSA-1 codes (table 0008).
_ACKNOWLEDGEMENTS: Final = frozenset({"AA", "AE", "AR", "CA", "CE", "CR"})
_CONTROL_ID: Final = 10
#: Fields of a header that facts are made of, and the character set.
_STATED: Final = (2, 3, 4, 5, 6, 9, 12, 18, 21)


class _Side:
    """One direction: its segments, the message under way, and the ids waiting for an answer from the other side."""

    __slots__ = ("asked", "devices", "message", "segments", "started")

    def __init__(self) -> None:
        self.segments = Segments()
        self.started = False
        self.message: Message | None = None
        self.devices = Devices()
        self.asked: dict[bytes, int] = {}


class _Session:
    """Both directions of one connection.

    An interface says the same of itself and of its devices in every message. What was stated in the same words that day
    (a day of UTC, as `garde.dissect.news` counts) is not stated again.
    """

    def __init__(self) -> None:
        self.done = False
        self._told: set[tuple[object, ...]] = set()
        self._day = 0
        self._sides = (_Side(), _Side())
        self._delay = 0

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side, other = self._sides[payload.direction], self._sides[1 - payload.direction]
        if not side.started and payload.data:
            side.started = True
            if payload.gap == 0 and payload.offset == 0 and not _begins(payload.data):
                raise Malformed("hl7.start", "neither <VT> nor a header segment begins the stream", where="offset 0")
        if payload.gap:
            side.message = None
            side.devices = Devices()
        day = payload.at // DAY
        if day != self._day or len(self._told) >= TOLD:
            self._told.clear()
            self._day = day
        for segment in side.segments.feed(payload.data, payload.offset):
            name = segment.text[:3]
            if name and name not in _TELLING:
                if side.message is not None:
                    side.message.segment = segment
                    side.devices.segment(side.message, name)
                continue
            for fact in self._segment(side, other, segment, payload.at):
                if fact.value:
                    yield fact

    def _segment(self, side: _Side, other: _Side, segment: Segment, at: int) -> Iterator[Fact]:
        name = segment.text[:3]
        if not segment.text or name in _HEADERS:
            yield from side.devices.close(self._told)
            side.message = None
        if name in _HEADERS:
            side.message = Message.begin(segment)
            if side.message is not None:
                words = (side is self._sides[0], name, *side.message.raw(_STATED))
                if words not in self._told:
                    self._told.add(words)
                    yield from _header(side.message)
                if name == b"MSH":
                    control = side.message.field(_CONTROL_ID).raw
                    if control and not side.message.type.startswith("ACK"):
                        _remember(side.asked, control, at)
        elif side.message is not None and segment.text:
            side.message.segment = segment
            if name == b"MSA":
                yield from self._acknowledgement(side.message, other, at)
            elif name == b"SFT":
                yield from _software(side.message)
            elif name == b"EVN":
                yield from _named("hl7.facility", side.message.field(7), about=SENDER)

    def _acknowledgement(self, message: Message, other: _Side, at: int) -> Iterator[Fact]:
        code = message.field(1)
        if code.text in _ACKNOWLEDGEMENTS:
            yield Fact("hl7.acknowledgement", code.text, code.start, code.end)
        asked = other.asked.pop(message.field(2).raw, None)
        if asked is None or at < asked:
            return
        delay = (at - asked) // 1_000_000
        # Every answer takes another time: only a change by more than a factor of two is news.
        if not self._delay or not self._delay / 2 <= max(delay, 1) <= self._delay * 2:
            self._delay = max(delay, 1)
            yield Fact("hl7.delay", str(delay), code.start, code.end)


def _remember(asked: dict[bytes, int], control: bytes, at: int) -> None:
    if len(asked) >= WAITING:
        del asked[next(iter(asked))]
    asked[control] = at


def _header(message: Message) -> Iterator[Fact]:
    """MSH, BHS and FHS share fields 3 to 6; the rest is the message header's."""
    yield from _named("hl7.application", message.field(3), about=SENDER)
    yield from _named("hl7.facility", message.field(4), about=SENDER)
    yield from _named("hl7.application", message.field(5), about=RECEIVER)
    yield from _named("hl7.facility", message.field(6), about=RECEIVER)
    if message.segment.text[:3] != b"MSH":
        return
    kind, version = message.field(9), message.field(12).component(1)
    yield Fact("hl7.message_type", message.type, kind.start, kind.end)
    yield Fact("hl7.version", version.text, version.start, version.end)
    for profile in message.field(21).repetitions():
        part = next((part for part in (profile.component(1), profile.component(3)) if part.text), None)
        if part is not None:
            yield Fact("hl7.profile", part.text, part.start, part.end)
    if not message.type.startswith("ACK"):
        yield Fact("hl7.role", "sender", kind.start, kind.end)
        yield Fact("hl7.role", "receiver", kind.start, kind.end, RECEIVER)


def _named(attribute: str, field: Field, *, about: Literal["sender", "receiver"]) -> Iterator[Fact]:
    """A hierarchic designator (HD, v2.5.1 §2.A.33): namespace id, else universal id; an EUI-64 is also a key."""
    (shown, start, end), (key, first, last) = _designator(field)
    yield Fact(attribute, shown, field.start + start, field.start + end, about)
    if key and attribute == "hl7.application":
        yield Fact("eui64", key, field.start + first, field.start + last, about)


@recalled
def _designator(field: Field) -> tuple[tuple[str, int, int], tuple[str, int, int]]:
    """What a designator shows and the EUI-64 it gives, each with its place in the field."""
    name, universal, kind = (field.component(number) for number in (1, 2, 3))
    shown = name if name.text else universal
    key = universal.eui64() if kind.text.upper() == "EUI-64" else ""
    return (shown.text, shown.start, shown.end), (key, universal.start, universal.end)


def _software(message: Message) -> Iterator[Fact]:
    """SFT: who made the sending application, which version, which product (v2.5.1 §2.14.12)."""
    vendor, version, product = message.field(1).component(1), message.field(2), message.field(3)
    # An interface engine adds its own SFT behind the first, which is the originator's.
    if not message.told:
        message.told = True
        yield Fact("manufacturer", vendor.text, vendor.start, vendor.end)
        yield Fact("software", version.text, version.start, version.end)
    yield Fact("user_agent", " ".join(filter(None, (product.text, version.text))), product.start, product.end)


def _begins(data: bytes) -> bool:
    start = data.lstrip(b"\x0b\r\n\xef\xbb\xbf")[:3]
    return start in _HEADERS or any(name.startswith(start) for name in _HEADERS)


_JOINED: Final = re.compile(rb"[\x0b\r\n](?:MSH|BHS|FHS)[^A-Za-z0-9\s]")
_USUAL: Final = (b"OBX|", b"PID|", b"OBR|", b"NTE|", b"PV1|", b"MSA|")
_MIDDLE: Final = re.compile(rb"[\r\n](?:OBX|OBR|PID|PV1|NTE|ORC|PRT|MSA|SFT|EVN|AL1|DG1|RXA)\|[ -~]{0,8}")


def _looks_like(data: bytes, hint: Hint) -> float:
    del hint
    start = data[:8].lstrip(b"\x0b\xef\xbb\xbf")[:4]
    if start[:3] in _HEADERS and len(start) == 4 and not start[3:].isalnum() and 0x21 <= start[3] < 0x7F:
        return 0.98 if data[0] == 0x0B else 0.9
    if data[:1] == b"\x0b" and any(name.startswith(start[:3]) for name in _HEADERS):
        return 0.6
    if len(data) < 8:
        return 0.0
    # Cheap tests first: this runs for every payload that nobody knows, and most of those are no text.
    if not (data[:24].isascii() or data[-24:].isascii()):
        return 0.0
    if any(name in data for name in _HEADERS) and _JOINED.search(data):
        return 0.85
    if b"|" not in data or not any(name in data for name in _USUAL):
        return 0.0
    # The middle of a message: segments of the standard, one after the other.
    return 0.7 if len(_MIDDLE.findall(data[:4096])) >= 2 and b"\x00" not in data[:64] else 0.0


HL7V2 = Dissector(
    name="hl7",
    layer=STREAM,
    reference="HL7 v2.1 to v2.9 over MLLP; IHE DEV TF-2 PCD-01",
    emits=frozenset(
        {
            "hl7.acknowledgement",
            "hl7.application",
            "hl7.delay",
            "hl7.facility",
            "hl7.message_type",
            "hl7.profile",
            "hl7.role",
            "hl7.version",
            "mdc.code",
            "eui64",
            "firmware",
            "friendly_name",
            "hardware",
            "lot",
            "manufacture_date",
            "manufacturer",
            "model",
            "model_number",
            "serial",
            "software",
            "udi_di",
            "user_agent",
        }
    ),
    looks_like=_looks_like,
    session=_Session,
    situated=True,
    keep=(
        Keep(0, b"\x0bMSH", payloads=64),
        Keep(0, b"\x0bBHS", payloads=64),
        Keep(0, b"\x0bFHS", payloads=64),
        Keep(0, b"MSH|^~\\&", payloads=64),
    ),
)
