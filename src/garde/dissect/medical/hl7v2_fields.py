"""HL7 v2 fields, components and repetitions, each with its place in the stream.

Question: what does field 5, component 2 of this segment say, and where does it stand?
Reference: HL7 v2.5.1 §2.5 (delimiters), §2.7 (escape sequences), §2.14.9.18 (character set). Left out: data types;
a field is split only when somebody asks for a part of it.

Example:
    >>> from garde.dissect.medical.mllp import Segment
    >>> message = Message.begin(Segment(rb"MSH|^~\\&|MON^0012210000000001^EUI-64|ICU", 1))
    >>> message.field(3).component(1).text, message.field(3).component(2).eui64(), message.field(4).start
    ('MON', '00:12:21:00:00:00:00:01', 38)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from garde.dissect.medical.eui64 import eui64
from garde.dissect.medical.mllp import Segment

Result = TypeVar("Result")

#: Character set of MSH-18 (table 0211) → codec. What is not here is tried as UTF-8, then read as latin-1.
_CHARSETS: Final = {
    "8859/1": "latin-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "BIG-5": "big5",
    "GB 18030-2000": "gb18030",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "KS X 1001": "euc_kr",
}
#: Repetitions of one field that are looked at.
MOST: Final = 16
#: Fields of which `recalled` keeps what was made, and the longest that it keeps.
RECALLED: Final = 1 << 12
SHORT: Final = 256


class Delimiters(NamedTuple):
    """Field, component, repetition, escape and subcomponent separator, one byte each; empty when not declared."""

    field: bytes
    component: bytes
    repetition: bytes
    escape: bytes
    subcomponent: bytes


class Field(NamedTuple):
    """A field, repetition or component: its bytes, where they stand, and how they are written."""

    raw: bytes
    start: int
    marks: Delimiters
    charset: str

    @property
    def end(self) -> int:
        """Stream position behind the last byte."""
        return self.start + len(self.raw)

    @property
    def text(self) -> str:
        """The first component of the first repetition, decoded and without escape sequences."""
        raw = self.raw
        if raw.isalnum():
            return raw.decode("ascii")
        for mark in (self.marks.repetition, self.marks.component, self.marks.subcomponent):
            if mark:
                raw = raw.partition(mark)[0]
        if raw == b'""':  # the null value: delete what you have (§2.5.3)
            return ""
        return _unescaped(_decoded(raw, self.charset), self.marks).strip()

    def repetitions(self) -> list[Field]:
        """The repetitions of a field, the first sixteen."""
        raw, at, marks, charset = self
        if not marks.repetition or marks.repetition not in raw:
            return [self]
        out: list[Field] = []
        for part in raw.split(marks.repetition, MOST)[:MOST]:
            out.append(Field(part, at, marks, charset))
            at += len(part) + 1
        return out

    def component(self, number: int) -> Field:
        """Component ``number``, counted from 1, of the first repetition; empty when it is not there."""
        raw, start, marks, charset = self
        if marks.repetition:
            raw = raw.partition(marks.repetition)[0]
        at = 0
        for _ in range(number - 1):
            at = raw.find(marks.component, at) + 1
            if not at:
                return Field(b"", start, marks, charset)
        end = raw.find(marks.component, at)
        return Field(raw[at:] if end < 0 else raw[at:end], start + at, marks, charset)

    def eui64(self) -> str:
        """The value as an EUI-64 in colon notation; empty when it is none."""
        return eui64(self.text)


def recalled(function: Callable[[Field], Result]) -> Callable[[Field], Result]:
    """A function of a field's content that need not be asked twice: interfaces repeat the same fields all day.

    What it returns must not depend on where the field stands; it is given a field that starts at 0.
    """

    @lru_cache(RECALLED)
    def known(raw: bytes, marks: Delimiters, charset: str) -> Result:
        return function(Field(raw, 0, marks, charset))

    def asked(field: Field) -> Result:
        raw, _, marks, charset = field
        if len(raw) > SHORT:
            return function(Field(raw, 0, marks, charset))
        return known(raw, marks, charset)

    return asked


class Message:
    """The header of the message under way, and the segment being read.

    Attributes:
        segment: whose fields `field` gives; set it to go on to the next.
        told: an SFT of this message was read already.
        type: MSH-9 as ``ORU^R01``.
    """

    __slots__ = ("_first", "_parts", "_segment", "charset", "marks", "told", "type")

    def __init__(self, segment: Segment, marks: Delimiters) -> None:
        self.marks = marks
        self.charset = ""
        self.segment = segment
        self.told = False
        kind = self.field(9)
        self.charset = self.field(18).text.upper() if segment.text[:3] == b"MSH" else ""
        self.type = "^".join(filter(None, (kind.component(1).text, kind.component(2).text)))

    @classmethod
    def begin(cls, segment: Segment) -> Message | None:
        """The message that a header segment begins; None when its delimiters are not delimiters."""
        marks = _delimiters(segment.text[3:10])
        return cls(segment, marks) if marks is not None else None

    @property
    def segment(self) -> Segment:
        """The segment being read."""
        return self._segment

    @segment.setter
    def segment(self, segment: Segment) -> None:
        self._segment = segment
        self._parts: list[bytes] = []  # split when somebody asks
        # In a header segment the field separator itself is field 1 (§2.14.9.1).
        self._first = 1 if segment.text[:3] in (b"MSH", b"BHS", b"FHS") else 0

    def field(self, number: int) -> Field:
        """Field ``number`` of the segment; empty when it is not there."""
        index = number - self._first
        parts = self._parts
        if not parts:
            parts = self._parts = self._segment.text.split(self.marks.field)
        if index >= len(parts):
            return Field(b"", self._segment.start, self.marks, self.charset)
        start = self._segment.start + index + sum(map(len, parts[:index]))
        return Field(parts[index], start, self.marks, self.charset)

    def raw(self, numbers: Iterable[int]) -> tuple[bytes, ...]:
        """The bytes of fields, as they stand; empty where they do not."""
        parts = self._parts or self._segment.text.split(self.marks.field)
        self._parts = parts
        places = [number - self._first for number in numbers]
        return tuple([parts[index] if index < len(parts) else b"" for index in places])

    def has(self, number: int) -> bool:
        """Whether field ``number`` is there and not empty."""
        index = number - self._first
        if not self._parts:
            self._parts = self._segment.text.split(self.marks.field)
        return index < len(self._parts) and bool(self._parts[index])


@lru_cache(64)
def _delimiters(text: bytes) -> Delimiters | None:
    """MSH-1 and MSH-2 (§2.14.9.1, §2.14.9.2), from the seven bytes behind the name; None when they are none."""
    mark, rest = text[:1], text[1:]
    if not mark or mark.isalnum() or not 0x21 <= mark[0] < 0x7F:
        return None
    encoding = rest.partition(mark)[0][:4]
    marks = [encoding[at : at + 1] for at in range(4)]
    if any(one and (one.isalnum() or one == mark or not 0x21 <= one[0] < 0x7F) for one in marks):
        return None
    if not marks[0] or len(set(encoding)) != len(encoding):
        return None
    return Delimiters(mark, *marks)


def _decoded(raw: bytes, charset: str) -> str:
    for codec in (_CHARSETS.get(charset, "utf-8"), "utf-8"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _unescaped(text: str, marks: Delimiters) -> str:
    """Without escape sequences (§2.7); formatting commands and unknown ones are cut out."""
    sign = marks.escape.decode("latin-1")
    if not sign or sign not in text:
        return text
    meaning = {
        "F": marks.field,
        "S": marks.component,
        "R": marks.repetition,
        "E": marks.escape,
        "T": marks.subcomponent,
    }
    quoted = re.escape(sign)
    return re.sub(
        f"{quoted}([^{quoted}]*){quoted}",
        lambda match: meaning.get(match.group(1), b"").decode("latin-1"),
        text,
    )
