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
from typing import Final, NamedTuple

from garde.dissect.medical.mllp import Segment

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
        for mark in (self.marks.repetition, self.marks.component, self.marks.subcomponent):
            if mark:
                raw = raw.partition(mark)[0]
        if raw == b'""':  # the null value: delete what you have (§2.5.3)
            return ""
        return _unescaped(_decoded(raw, self.charset), self.marks).strip()

    def repetitions(self) -> list[Field]:
        """The repetitions of a field, the first sixteen."""
        return self._split(self.marks.repetition)[:MOST]

    def component(self, number: int) -> Field:
        """Component ``number``, counted from 1, of the first repetition; empty when it is not there."""
        parts = self._split(self.marks.repetition)[0]._split(self.marks.component)
        return parts[number - 1] if number <= len(parts) else self._replace(raw=b"", start=self.start)

    def eui64(self) -> str:
        """The value as an EUI-64 in colon notation; empty when it is none."""
        digits = re.sub(r"[-:.\s]", "", self.text).lower()
        if re.fullmatch("[0-9a-f]{16}", digits) is None or not int(digits, 16):
            return ""
        return ":".join(digits[at : at + 2] for at in range(0, 16, 2))

    def _split(self, mark: bytes) -> list[Field]:
        if not mark:
            return [self]
        out: list[Field] = []
        at = self.start
        for part in self.raw.split(mark):
            out.append(self._replace(raw=part, start=at))
            at += len(part) + 1
        return out


class Message:
    """The header of the message under way, and the segment being read.

    Attributes:
        segment: whose fields `field` gives.
        told: an SFT of this message was read already.
        type: MSH-9 as ``ORU^R01``.
    """

    __slots__ = ("charset", "marks", "segment", "told", "type")

    def __init__(self, segment: Segment, marks: Delimiters) -> None:
        self.segment = segment
        self.marks = marks
        self.charset = ""
        self.told = False
        kind = self.field(9)
        self.charset = self.field(18).text.upper() if segment.text[:3] == b"MSH" else ""
        self.type = "^".join(filter(None, (kind.component(1).text, kind.component(2).text)))

    @classmethod
    def begin(cls, segment: Segment) -> Message | None:
        """The message that a header segment begins; None when its delimiters are not delimiters."""
        mark, rest = segment.text[3:4], segment.text[4:10]
        if not mark or mark.isalnum() or not 0x21 <= mark[0] < 0x7F:
            return None
        encoding = rest.partition(mark)[0][:4]
        marks = [encoding[at : at + 1] for at in range(4)]
        if any(one and (one.isalnum() or one == mark or not 0x21 <= one[0] < 0x7F) for one in marks):
            return None
        if not marks[0] or len(set(encoding)) != len(encoding):
            return None
        return cls(segment, Delimiters(mark, *marks))

    def field(self, number: int) -> Field:
        """Field ``number`` of the segment; in a header segment the field separator itself is field 1 (§2.14.9.1)."""
        text, start = self.segment
        index = number - 1 if text[:3] in (b"MSH", b"BHS", b"FHS") else number
        at = 0
        for _ in range(index):
            at = text.find(self.marks.field, at) + 1
            if not at:
                return Field(b"", start, self.marks, self.charset)
        end = text.find(self.marks.field, at)
        return Field(text[at : end if end >= 0 else len(text)], start + at, self.marks, self.charset)


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
