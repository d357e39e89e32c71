"""DICOM command sets and data sets, read as they arrive.

Question: what do the elements that describe the equipment say, without holding an object in memory or looking at a
patient?
Reference: DICOM PS3.5 §7 (data elements, sequences, the three uncompressed encodings), PS3.7 §6.3 (command sets),
PS3.3 C.7.5.1 (General Equipment). Left out: every element that is not asked for, pixel data, deflated data sets.

The reader passes over values by counting, so it holds one element header or one wanted value at a time.

Example:
    >>> data = DataSet({0x00080060: "modality"})
    >>> data.feed(bytes.fromhex("08006000") + b"CS" + bytes.fromhex("0200") + b"CT", 100)
    >>> data.values["modality"]
    Element(raw=b'CT', start=108, end=110)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from garde.errors import Malformed

#: Longest value kept, in bytes; LO, SH, PN and UI are 64 characters (PS3.5 §6.2), SoftwareVersions may repeat.
LONGEST: Final = 1024
#: Deepest nesting of sequences followed.
DEEPEST: Final = 16
#: Value representations whose length field is 32 bits after two reserved bytes (PS3.5 §7.1.2).
_LONG: Final = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_SHORT: Final = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS"}
    | {b"ST", b"TM", b"UI", b"UL", b"US"}
)
_UNDEFINED: Final = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

#: Specific Character Set (0008,0005) → codec, PS3.3 C.12.1.1.2.
CHARSETS: Final = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis-620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 IR 100": "latin-1",
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO 2022 IR 13": "shift_jis",
    "ISO 2022 IR 149": "euc_kr",
    "ISO 2022 IR 58": "gb2312",
}


class Element(NamedTuple):
    """The value of one element, as sent, and where it stands in the stream."""

    raw: bytes
    start: int
    end: int


def text(element: Element, charset: str = "") -> str:
    """An element's value as text: padding cut, decoded by Specific Character Set, undecodable bytes as latin-1."""
    raw = element.raw.strip(b" \x00")
    terms = [term.strip() for term in charset.split("\\")]
    codec = next((CHARSETS[term] for term in reversed(terms) if term in CHARSETS), "ascii")
    for name in (codec, "utf-8"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


class Encoding(NamedTuple):
    """How a data set is written: with or without VRs, and its byte order."""

    explicit: bool
    order: Literal["little", "big"]


def recognise(head: bytes) -> Encoding | None:
    """The encoding of a data set that begins with ``head`` (8 bytes or more), by content; None when it is none.

    The first element of a message's data set is in group 0008, or 0010 and more for some queries; its group is even,
    its VR is known or its length is small. A deflated data set (PS3.5 A.5) fits none of this.
    """
    if len(head) < 8:
        return None
    explicit = head[4:6] in _LONG or head[4:6] in _SHORT
    little, big = int.from_bytes(head[:2], "little"), int.from_bytes(head[:2], "big")
    if explicit and _plausible(little):
        return Encoding(True, "little")
    if explicit and _plausible(big):
        return Encoding(True, "big")
    length = int.from_bytes(head[4:8], "little")
    if _plausible(little) and (length <= 0x400 or length == _UNDEFINED):
        return Encoding(False, "little")
    return None


def _plausible(group: int) -> bool:
    return 0x0008 <= group <= 0x0070 and group % 2 == 0


class DataSet:
    """A data set read piece by piece.

    Args:
        wanted: tag → name of the top-level elements to keep; ``inside`` those of any depth.
        inside: tags kept wherever they stand.
        last: the reading is over once a top-level tag is greater than this.
        encoding: how it is written; None to recognise it from its first bytes.

    Attributes:
        values: name → element, the first of each name.
        done: nothing more is wanted, or the bytes are not a data set.
        broken: the bytes are not a data set.
    """

    __slots__ = (
        "_ends",
        "_held",
        "_here",
        "_pos",
        "_shift",
        "_skip",
        "broken",
        "done",
        "encoding",
        "inside",
        "last",
        "values",
        "wanted",
    )

    def __init__(
        self,
        wanted: Mapping[int, str],
        *,
        inside: Mapping[int, str] | None = None,
        last: int = 0x7FE00000,
        encoding: Encoding | None = None,
    ) -> None:
        self.wanted = wanted
        self.inside = inside or {}
        self.last = last
        self.encoding = encoding
        self.values: dict[str, Element] = {}
        self.done = self.broken = False
        self._held = bytearray()
        self._pos = 0  # where _held[0] stands in the data set
        self._here = 0  # where the newest piece begins in the data set: pieces lie apart in the stream
        self._shift = 0  # from a position in the newest piece to one in the stream
        self._skip = 0
        # One entry per open sequence or item: where it ends, or None for one that a delimiter ends.
        self._ends: list[int | None] = []

    def feed(self, data: bytes, at: int) -> None:
        """The next bytes, which stand at stream position ``at``."""
        if self.done:
            return
        self._here = self._pos + len(self._held)
        self._shift = at - self._here
        passed = min(self._skip, len(data))
        if passed:
            self._skip -= passed
            self._pos += passed
            data = data[passed:]
        self._held += data
        while not self.done and self._element():
            pass

    def _pass(self, size: int) -> None:
        """Move over ``size`` bytes, which may not all be here yet."""
        held = min(size, len(self._held))
        del self._held[:held]
        self._pos += held
        self._skip = size - held

    def _stop(self, *, broken: bool) -> bool:
        self.done = True
        self.broken = broken
        self._held.clear()
        return False

    def _element(self) -> bool:
        held = self._held
        if self._skip or len(held) < 8:
            return False
        if self.encoding is None:
            self.encoding = recognise(bytes(held[:8]))
            if self.encoding is None:
                return self._stop(broken=True)
        explicit, order = self.encoding
        tag = int.from_bytes(held[:2], order) << 16 | int.from_bytes(held[2:4], order)
        while self._ends and (end := self._ends[-1]) is not None and self._pos >= end:
            self._ends.pop()
        if not self._ends and tag > self.last:
            return self._stop(broken=False)
        header, vr = 8, b""
        length = int.from_bytes(held[4:8], order)
        if explicit and tag >> 16 != 0xFFFE:
            vr = bytes(held[4:6])
            if vr in _LONG:
                if len(held) < 12:
                    return False
                header, length = 12, int.from_bytes(held[8:12], order)
            elif vr in _SHORT:
                length = int.from_bytes(held[6:8], order)
            else:
                return self._stop(broken=True)
        return self._value(tag, vr, header, length)

    def _value(self, tag: int, vr: bytes, header: int, length: int) -> bool:
        if tag in (_ITEM_END, _SEQUENCE_END):
            if self._ends:
                self._ends.pop()
            self._pass(header)
            return True
        # UN of undefined length holds implicit VR (PS3.5 §6.2.2): too rare to follow for what it could give.
        if length == _UNDEFINED and vr == b"UN":
            return self._stop(broken=False)
        if length == _UNDEFINED or tag == _ITEM or (tag in _FOLLOWED and vr in (b"", b"SQ")):
            return self._open(header, length)
        name = self.inside.get(tag) or (self.wanted.get(tag) if not self._ends else None)
        if name is None or length > LONGEST:
            self._pass(header + length)
            return True
        if len(self._held) < header + length:
            return False
        start = self._pos + header + self._shift
        # A value that began in an older piece is not one run of bytes.
        size = length if self._pos + header >= self._here else 0
        raw = bytes(self._held[header : header + length])
        self.values.setdefault(name, Element(raw, max(start, 0), max(start, 0) + size))
        self._pass(header + length)
        return True

    def _open(self, header: int, length: int) -> bool:
        if len(self._ends) >= DEEPEST:
            return self._stop(broken=True)
        self._pass(header)
        self._ends.append(None if length == _UNDEFINED else self._pos + length)
        return True


#: Sequences of defined length that hold something wanted, so they are entered: UDI Sequence.
_FOLLOWED: Final = frozenset({0x0018100A})


class Command(NamedTuple):
    """The elements of a command set (PS3.7 E.1) that are not about an instance or a patient."""

    sop_class: str
    field: int
    data: bool
    status: int | None
    destination: Element | None
    originator: Element | None
    start: int
    end: int


_COMMAND: Final = {
    0x00000002: "affected",
    0x00000003: "requested",
    0x00000100: "field",
    0x00000600: "destination",
    0x00000800: "data",
    0x00000900: "status",
    0x00001030: "originator",
}


def command(raw: bytes, at: int) -> Command:
    """The command set in ``raw``, implicit VR little endian (PS3.7 §6.3.1), standing at stream position ``at``.

    Raises:
        Malformed: it holds no Command Field (0000,0100).
    """
    reader = DataSet(_COMMAND, last=0x0000FFFF, encoding=Encoding(False, "little"))
    reader.feed(raw, at)
    values = reader.values
    if "field" not in values or len(values["field"].raw) != 2:
        raise Malformed("dicom.command", "a command set without Command Field (PS3.7 E.1)", where=f"offset {at}")
    uid = values.get("affected") or values.get("requested")
    status = values.get("status")
    kind = values.get("data")
    return Command(
        sop_class=text(uid) if uid else "",
        field=int.from_bytes(values["field"].raw, "little"),
        # 0101H says that no data set follows; every other value says that one does (PS3.7 E.1).
        data=kind is not None and kind.raw != b"\x01\x01",
        status=int.from_bytes(status.raw, "little") if status else None,
        destination=values.get("destination"),
        originator=values.get("originator"),
        start=values["field"].start,
        end=values["field"].end,
    )
