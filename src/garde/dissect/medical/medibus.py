"""MEDIBUS: a Dräger ventilator or anaesthesia machine behind a serial device server.

Question: which machine answers on this serial line, with which software revision?
Reference: Dräger MEDIBUS for ventilators and anaesthesia workstations, protocol definition: commands
``ESC cmd … SUM CR``, responses ``SOH cmd … SUM CR``, the sum being that of all octets before it, modulo 256, in two
upper-case hex digits; the device identification (52H) gives a four-digit id, a name in quotes and a revision. Left out:
measured values, settings, alarms, and real-time octets (80H and above), which may stand between any two others.

A serial server is not the machine: what is said of it is about ``Key("equipment", "Dräger|name|id@address:port")``.
The id is that of the type, so that only the line, named by the server's address and port, tells two machines apart.

Example: ``<SOH>R8120'EvitaXL'07.01:01.01<SUM><CR>`` gives ``model`` EvitaXL and ``software`` 07.01:01.01.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.model.key import Key
from garde.wire.buffer import PIECE, Buffer
from garde.wire.flow import Payload

#: Longest message, in octets, real-time octets included.
LONGEST: Final = 4096
_MESSAGE: Final = re.compile(rb"[\x01\x1b][^\x01\x1b\r]{2,2048}\r")
_REAL_TIME: Final = re.compile(rb"[\x80-\xff]+")
_IDENTITY: Final = re.compile(rb"([0-9A-F]{4})'?([^']{1,40}?)'?\s*(\d\d\.\d\d(?::\d\d\.\d\d)?)?$")
_DEVICE_ID: Final = 0x52


class _Message(NamedTuple):
    """A message whose sum is right, without its real-time octets."""

    response: bool
    command: int
    body: bytes
    start: int


def _read(raw: bytes, start: int) -> _Message | None:
    """The message in ``raw``, from SOH or ESC to CR; None when its sum is wrong."""
    text = _REAL_TIME.sub(b"", raw)[:-1]
    if len(text) < 4 or b"%02X" % (sum(text[:-2]) & 0xFF) != text[-2:]:
        return None
    return _Message(text[0] == 0x01, text[1], text[2:-2], start)


class _Session:
    """Both directions of one connection."""

    def __init__(self) -> None:
        self.done = False
        self._buffers = (Buffer(LONGEST + 2 * PIECE), Buffer(LONGEST + 2 * PIECE))
        self._started = [False, False]

    def feed(self, payload: Payload) -> Iterator[Fact]:
        buffer = self._buffers[payload.direction]
        if payload.data and not self._started[payload.direction]:
            self._started[payload.direction] = True
            start = _REAL_TIME.sub(b"", payload.data[:64])[:1]
            if payload.gap == 0 and payload.offset == 0 and start not in (b"", b"\x01", b"\x1b"):
                raise Malformed("medibus.start", "neither ESC nor SOH begins the line", where="offset 0")
        for _ in buffer.pour(payload.data, payload.offset):
            yield from self._messages(buffer, f"{payload.sender.ip}:{payload.sender.port}")

    def _messages(self, buffer: Buffer, line: str) -> Iterator[Fact]:
        end = 0
        for found in _MESSAGE.finditer(buffer.data):
            message = _read(found.group(), buffer.start + found.start())
            end = found.end()
            if message is not None:
                yield from _facts(message, len(found.group()), line)
        buffer.drop(max(end, len(buffer) - LONGEST))


def _facts(message: _Message, size: int, line: str) -> Iterator[Fact]:
    start, end = message.start, message.start + size
    yield Fact("service", "medibus", start, end, SENDER if message.response else RECEIVER)
    yield Fact("client", "medibus", start, end, RECEIVER if message.response else SENDER)
    match = _IDENTITY.fullmatch(message.body) if message.response and message.command == _DEVICE_ID else None
    if match is None:
        return
    number, name, revision = (part.decode("latin-1").strip() if part else "" for part in match.groups())
    about = Key.of("equipment", f"Dräger|{name}|{number}@{line}")
    # The protocol is Dräger's own; without this the maker of the serial server's network card would stand alone.
    yield Fact("manufacturer", "Dräger", start, end, about)
    yield Fact("model", name, start, end, about)
    yield Fact("model_number", number, start, end, about)
    if revision:
        yield Fact("software", revision, start, end, about)


def _looks_like(data: bytes, hint: Hint) -> float:
    del hint
    if data[:1] not in (b"\x01", b"\x1b"):
        return 0.0
    found = _MESSAGE.match(data[:2100])
    return 0.9 if found and _read(found.group(), 0) else 0.0


MEDIBUS = Dissector(
    name="medibus",
    layer=STREAM,
    reference="Dräger MEDIBUS protocol definition, over a TCP serial device server",
    emits=frozenset({"client", "manufacturer", "model", "model_number", "service", "software"}),
    looks_like=_looks_like,
    session=_Session,
    keep=(Keep(0, b"\x1bR52\r", payloads=16), Keep(0, b"\x01R", payloads=16)),
    # The line is named by the address of its server.
    situated=True,
)
