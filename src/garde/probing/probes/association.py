"""Association: as much of DICOM's upper layer and messages as a probe speaks.

Question: does the application entity accept us, with which contexts, and what does it answer to a command?
Reference: DICOM PS3.8 §9.3 (PDUs), table 9-21 (reasons of rejection), PS3.7 §6.3 (command set), §9.1, annex C and E.
Everything is implicit VR little endian. Left out: what the data sets that come back hold, which may be patients: they
are counted and forgotten.

Example:
    >>> rejected(bytes([0, 1, 1, 7]))
    'dicom.rejected.called-ae-unknown'
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import AsyncIterator, Mapping
from typing import Final, NamedTuple

from garde.errors import Malformed, Unreachable
from garde.probing.line import Line, Stream
from garde.probing.probes.http import secure
from garde.probing.result import shown
from garde.probing.spec import Options

VERIFICATION: Final = "1.2.840.10008.1.1"
APPLICATION: Final = "1.2.840.10008.3.1.1.1"
IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
#: Ours, from a UUID (PS3.5 §B.2).
IMPLEMENTATION: Final = "2.25.183741200917653318830571106512293742361"
VERSION: Final = "GARDE_PROBE"
#: (source, reason) of A-ASSOCIATE-RJ → slug (PS3.8 table 9-21).
REASONS: Final = {
    (1, 1): "no-reason", (1, 2): "application-context", (1, 3): "calling-ae-refused", (1, 7): "called-ae-unknown",
    (2, 1): "no-reason", (2, 2): "protocol-version", (3, 1): "congestion", (3, 2): "limit",
}  # fmt: skip
#: Presentation context results (PS3.8 table 9-18).
_RESULTS: Final = {1: "user", 2: "no-reason", 3: "abstract-syntax", 4: "transfer-syntaxes"}
#: Octets of one PDU that are read; we announce less.
LONGEST: Final = 1 << 17
#: What an AE title may be made of (PS3.5 §6.2).
_TITLE: Final = re.compile(r"[ -\[\]-~]{1,16}")
#: What the three probes share.
OPTIONS: Final = {"called": "ANY-SCP", "calling": "GARDE", "tls": "no", "host": ""}
_NO_DATA: Final = 0x0101


class Reply(NamedTuple):
    """A command that came back: its elements of group 0000, and whether a data set followed."""

    elements: dict[int, bytes]
    data: bool

    def number(self, element: int) -> int:
        """A US element; -1 where it is absent."""
        raw = self.elements.get(element, b"")
        return int(struct.unpack("<H", raw[:2])[0]) if len(raw) >= 2 else -1


def element(group: int, number: int, value: bytes) -> bytes:
    """One element, implicit VR little endian; the value has an even length."""
    return struct.pack("<HHI", group, number, len(value)) + value


def text(value: str, pad: bytes = b" ") -> bytes:
    """A string of even length; UIDs are padded with NUL."""
    raw = value.encode("ascii")
    return raw + pad * (len(raw) % 2)


def uid(value: str) -> bytes:
    """A UID of even length."""
    return text(value, b"\0")


def us(value: int) -> bytes:
    """An unsigned short."""
    return struct.pack("<H", value)


def command(sop_class: str, field: int, number: int, *, data: bool, more: Mapping[int, bytes] | None = None) -> bytes:
    """A command set (PS3.7 annex E); elements in the order of their numbers."""
    parts = {
        0x0002: uid(sop_class), 0x0100: us(field), 0x0110: us(number), 0x0800: us(1 if data else _NO_DATA)
    } | dict(more or {})  # fmt: skip
    body = b"".join(element(0, name, parts[name]) for name in sorted(parts))
    return element(0, 0, struct.pack("<I", len(body))) + body


def title(value: str) -> bytes:
    """An AE title in its sixteen octets.

    Raises:
        Malformed: it is none.
    """
    if not _TITLE.fullmatch(value) or not value.strip():
        raise Malformed("probe.option", f"{value[:40]!r} is not an AE title", where="DICOM PS3.5 §6.2")
    return value.encode("ascii").ljust(16)


def request(called: str, calling: str, sop_classes: tuple[str, ...]) -> bytes:
    """An A-ASSOCIATE-RQ; contexts are numbered 1, 3, 5…"""
    contexts = b"".join(
        _item(0x20, bytes([2 * at + 1, 0, 0, 0]) + _item(0x30, name.encode("ascii"))
              + _item(0x40, IMPLICIT.encode("ascii")))
        for at, name in enumerate(sop_classes)
    )  # fmt: skip
    if sop_classes == (VERIFICATION,):
        # Verification has no data set, so either syntax will do: some peers accept only one of them.
        contexts = _item(
            0x20, b"\1\0\0\0" + _item(0x30, VERIFICATION.encode()) + _item(0x40, IMPLICIT.encode())
            + _item(0x40, EXPLICIT.encode()),
        )  # fmt: skip
    user = (
        _item(0x51, struct.pack(">I", 16384))
        + _item(0x52, IMPLEMENTATION.encode("ascii"))
        + _item(0x55, VERSION.encode("ascii"))
    )
    body = (
        b"\0\1\0\0" + title(called) + title(calling) + bytes(32)
        + _item(0x10, APPLICATION.encode("ascii")) + contexts + _item(0x50, user)
    )  # fmt: skip
    return pdu(1, body)


def pdu(kind: int, body: bytes) -> bytes:
    """A PDU (PS3.8 §9.3.1)."""
    return struct.pack(">BBI", kind, 0, len(body)) + body


def data(context: int, value: bytes, *, is_command: bool) -> bytes:
    """A P-DATA-TF with one whole value."""
    return pdu(4, struct.pack(">IBB", len(value) + 2, context, 3 if is_command else 2) + value)


def accepted(body: bytes) -> tuple[dict[int, int], dict[str, str]]:
    """Context → result, and what an A-ASSOCIATE-AC says of the peer.

    Raises:
        Malformed: PS3.8 §9.3.3.
    """
    results: dict[int, int] = {}
    words: dict[str, str] = {}
    for kind, item in _items(body, 68):
        if kind == 0x21 and len(item) >= 4:
            results[item[0]] = item[2]
        elif kind == 0x50:
            for inner, value in _items(item, 0):
                if inner in (0x52, 0x55):
                    words["implementation" if inner == 0x52 else "version"] = shown(value.strip(b" \0"))
    return results, words


def rejected(body: bytes) -> str:
    """The slug of an A-ASSOCIATE-RJ."""
    return "dicom.rejected." + REASONS.get((body[2], body[3]), f"{body[2]}-{body[3]}")


def parsed(raw: bytes) -> dict[int, bytes]:
    """The elements of a command set.

    Raises:
        Malformed: PS3.7 §6.3.1.
    """
    found: dict[int, bytes] = {}
    at = 0
    while at < len(raw):
        if len(raw) - at < 8:
            raise Malformed("dicom.command", "A command set ends within an element", where=f"PS3.7 §6.3.1, offset {at}")
        group, number, length = struct.unpack_from("<HHI", raw, at)
        if group or length > len(raw) - at - 8:
            raise Malformed("dicom.command", "A command set breaks its lengths", where=f"PS3.7 §6.3.1, offset {at}")
        found[number] = raw[at + 8 : at + 8 + length]
        at += 8 + length
    return found


class Association:
    """An open association.

    Attributes:
        words: what the peer said of itself.
    """

    def __init__(self, stream: Stream, words: dict[str, str]) -> None:
        self._stream = stream
        self._left = b""
        self.words = words

    async def send(self, context: int, asked: bytes, content: bytes = b"") -> None:
        """A command, and its data set if there is one."""
        whole = data(context, asked, is_command=True)
        await self._stream.send(whole + data(context, content, is_command=False) if content else whole)

    async def reply(self, field: int, number: int) -> Reply:
        """The answer to our message.

        Raises:
            Malformed: it is another answer, or none.
            Unreachable: the peer aborts.
        """
        elements = parsed(await self._value(is_command=True))
        reply = Reply(elements, False)
        if reply.number(0x0100) != field or reply.number(0x0120) != number or reply.number(0x0900) < 0:
            raise Malformed("dicom.other-answer", "The answer is not about our message", where="PS3.7 §9.3")
        follows = reply.number(0x0800) not in (_NO_DATA, -1)
        if follows:
            await self._value(is_command=False)
        return Reply(elements, follows)

    async def release(self) -> None:
        """End it politely; a peer that does not is not down for that."""
        with contextlib.suppress(Unreachable, Malformed):
            await self._stream.send(pdu(5, bytes(4)))
            await receive(self._stream)

    async def _value(self, *, is_command: bool) -> bytes:
        """The fragments of one command or data set."""
        found = bytearray()
        while True:
            if not self._left:
                kind, self._left = await receive(self._stream)
                if kind != 4:
                    raise Malformed("dicom.pdu", f"PDU {kind} instead of data", where="PS3.8 §9.3.5")
            if len(self._left) < 6:
                raise Malformed("dicom.pdv", "A value is cut short", where="PS3.8 §9.3.5.1")
            length, _, header = struct.unpack_from(">IBB", self._left)
            if not 2 <= length <= len(self._left) - 4 or bool(header & 1) != is_command:
                raise Malformed("dicom.pdv", "A value breaks its length or its kind", where="PS3.8 §9.3.5.1")
            found += self._left[6 : 4 + length]
            self._left = self._left[4 + length :]
            if header & 2:
                return bytes(found)


async def receive(stream: Stream) -> tuple[int, bytes]:
    """One PDU.

    Raises:
        Malformed: it is none.
        Unreachable: an abort (PS3.8 §9.3.8).
    """
    kind, _, length = struct.unpack(">BBI", await stream.exactly(6))
    if not 1 <= kind <= 7 or length > LONGEST or (kind in (3, 5, 6, 7) and length != 4):
        raise Malformed("probe.garbage", f"No DICOM: PDU {kind}, {length} octets", where="PS3.8 §9.3, offset 0")
    body = await stream.exactly(length)
    if kind == 7:
        raise Unreachable("dicom.aborted", f"The peer aborts: source {body[2]}, reason {body[3]}")
    return kind, body


@contextlib.asynccontextmanager
async def association(line: Line, options: Options, sop_class: str) -> AsyncIterator[Association]:
    """An association with one context, released at the end.

    Raises:
        Unreachable: rejected (the code says why), aborted, or not accepted for this SOP class.
        Malformed: the peer does not speak DICOM.
    """
    asked = request(options["called"], options["calling"], (sop_class,))
    async with line.stream(tls=secure(options), name=options["host"]) as stream:
        await stream.send(asked)
        kind, body = await receive(stream)
        line.lap("associate_ms")
        if kind == 3:
            lasting = "transient" if body[1] == 2 else "permanent"
            raise Unreachable(rejected(body), f"The association is rejected ({lasting})", where="PS3.8 table 9-21")
        if kind != 2:
            raise Malformed("dicom.pdu", f"PDU {kind} instead of an answer", where="PS3.8 §9.3.3")
        results, words = accepted(body)
        made = Association(stream, words)
        result = results.get(1, 2)
        if result:
            await made.release()
            raise Unreachable(f"dicom.context.{_RESULTS.get(result, result)}", "It does not offer this service")
        yield made
        await made.release()


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def _items(raw: bytes, at: int) -> list[tuple[int, bytes]]:
    found = []
    while at < len(raw):
        if len(raw) - at < 4:
            raise Malformed("dicom.item", "An item is cut short", where=f"PS3.8 §9.3.3, offset {at}")
        kind, _, length = struct.unpack_from(">BBH", raw, at)
        if length > len(raw) - at - 4:
            raise Malformed("dicom.item", "An item runs past its PDU", where=f"PS3.8 §9.3.3, offset {at}")
        found.append((kind, raw[at + 4 : at + 4 + length]))
        at += 4 + length
    return found
