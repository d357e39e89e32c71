"""HL7 v2: which messages pass, whether they are altered, repeated or smuggled, by digests.

Question: is this message from whom it says, the only one of its number, and the same as the one sent before?
Reference: HL7 v2.5.1 §2.5 (delimiters), §2.14 (MSH, MSA), §4.4, §4.14 (RXE, RXG), §7.4 (OBR, OBX), §3.4.6 (AL1);
Appendix C (MLLP). Values and identifiers are told as keyed digests. Messages without the frame of MLLP are read where a
segment of TCP begins with a header. Left out: batches; messages longer than ``LONGEST``.

Example: two messages with one MSH-10 and different bodies give two ``hl7.message`` with one ``control`` and two
``body``.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import re
import time
from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.carve import LONGEST as LONGEST_FILE
from garde.dissect.listen.spec import ALL, Digest, Listener, Told
from garde.dissect.spec import STREAM, Hint, Keep
from garde.wire.flow import Payload

#: Longest message kept: a report with an embedded document.
LONGEST: Final = 1 << 21
_HEADER: Final = re.compile(rb"(?:\xef\xbb\xbf)?MSH[^\w\s]")
_TIME: Final = re.compile(r"(\d{8})(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?([+-]\d{4})?$")
_SECOND: Final = 1_000_000_000
#: Octets that no segment holds: control characters but tab and the marks of segments and frames.
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0c\x0e-\x1b\x1d-\x1f]")
_NUMBER: Final = re.compile(rb"-?\d{1,6}(?:\.\d{1,4})?$")
#: LOINC and LOCAL codes of blood group and rhesus factor.
_BLOOD: Final = frozenset({b"882-1", b"883-9", b"10331-7", b"34530-6"})
_SEGMENT: Final = re.compile(rb"[\r\n]+")
_NAME: Final = re.compile(rb"[A-Z][A-Z0-9]{2}$")
_RESULTS: Final = 32


class _Ear:
    def __init__(self, digest: Digest) -> None:
        self.done = False
        self._digest = digest
        self._held = [bytearray(), bytearray()]
        self._starts = [0, 0]
        self._framed = [False, False]

    def feed(self, payload: Payload) -> Iterator[Told]:
        way = payload.direction
        held = self._held[way]
        if payload.gap > 0:
            held.clear()
        if not held:
            self._starts[way] = payload.offset
        held += payload.data
        if len(held) > LONGEST:
            held.clear()
            return
        while held:
            if held[0] == 0x0B:
                end = held.find(b"\x1c")
                if end < 0:
                    return
                message, size = bytes(held[1:end]), end + 1
                self._framed[way] = True
            elif held[0] in (0x0D, 0x0A, 0x1C):
                del held[:1]
                self._starts[way] += 1
                continue
            elif _HEADER.match(held):
                # Without a frame a message ends where the next begins, or with what was sent at once.
                message, size = bytes(held), len(held)
            else:
                begin = held.find(b"\x0b")
                size = begin if begin >= 0 else len(held)
                message = b""
            if message:
                yield from self._message(message, self._starts[way], payload.at)
            del held[:size]
            self._starts[way] += size

    # ------------------------------------------------------------ one message
    def _message(self, raw: bytes, start: int, at: int) -> Iterator[Told]:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not _HEADER.match(raw) or len(raw) < 9:
            return
        mark = raw[3:4]
        segments = [one for one in _SEGMENT.split(raw) if one]
        head = segments[0].split(mark)
        # MSH-1 is the mark itself: field n stands at n - 1.
        field = [value.decode("utf-8", "replace") for value in head] + [""] * 20
        kind = "^".join(field[8].split("^")[:2])[:16]
        control = field[9]
        body = mark.join(part for number, part in enumerate(head) if number != 6)
        values: dict[str, str | int | float] = {
            "application": field[2][:60],
            "facility": field[3][:60],
            "type": kind,
            "control": self._digest(control.encode("utf-8", "replace")) if control else "",
            "body": self._digest(b"\r".join([body, *segments[1:]])),
            "segments": len(segments),
            "headers": sum(bool(_HEADER.match(one)) for one in segments),
            "odd": sum(not _NAME.match(one[:3]) for one in segments),
            "control characters": int(bool(_CONTROL.search(raw))),
            "longest": max(len(part) for one in segments if not one.startswith(b"OBX") for part in one.split(mark)),
            "skew": _skew(field[6], at),
        }
        if kind.startswith("ACK") or any(one.startswith(b"MSA" + mark) for one in segments):
            answer = next((one.split(mark)[1] for one in segments if one.startswith(b"MSA" + mark)), b"")
            yield Told("hl7.ack", {"code": answer.decode("ascii", "replace")[:2]}, start)
            return
        yield Told("hl7.message", values, start)
        yield from self._content(segments, mark, kind, start)

    def _content(self, segments: list[bytes], mark: bytes, kind: str, start: int) -> Iterator[Told]:
        """What touches results and orders, as digests, and documents that are carried."""
        patient = order = b""
        numbers: list[bytes] = []
        told = 0
        for one in segments:
            name, part = one[:3], one.split(mark)
            part += [b""] * (16 - len(part))
            if name == b"PID":
                patient = part[3].split(b"^")[0]
            elif name == b"OBR":
                order = part[3] or part[2]
            elif name == b"OBX":
                if part[2] == b"ED":
                    yield from self._document(part[5], start)
                    continue
                code = part[3].split(b"^")[0]
                if _NUMBER.match(part[5]):
                    numbers.append(code + b"=" + part[5])
                if told < _RESULTS and part[5]:
                    told += 1
                    key = b"|".join((patient, order, code, part[4], part[14]))
                    values = {"key": self._digest(key), "value": self._digest(part[5]), "status": _text(part[11])}
                    yield Told("hl7.result", {**values, "order": int(bool(order))}, start)
                if code in _BLOOD and patient:
                    yield Told(
                        "hl7.blood", {"patient": self._digest(patient + code), "value": self._digest(part[5])}, start
                    )
            elif name in (b"AL1", b"IAM") and (part[6] == b"D" or (name == b"IAM" and part[6][:1] == b"D")):
                yield Told("hl7.content", {"what": "allergy deleted"}, start)
            elif name in (b"RXG", b"RXE") and kind.startswith(("RGV", "RDE", "RRE")):
                rate = part[15] if name == b"RXG" else part[3]
                drug = self._digest(patient + b"|" + part[4 if name == b"RXG" else 2].split(b"^")[0])
                yield Told("hl7.rate", {"key": drug, "value": self._digest(rate), "type": kind}, start)
            elif name == b"MRG":
                yield Told("hl7.content", {"what": "merge"}, start)
        if kind.startswith("ORU") and len(numbers) >= 3 and patient:
            yield Told("hl7.vitals", {"bed": self._digest(patient), "vector": self._digest(b"|".join(numbers))}, start)

    def _document(self, value: bytes, start: int) -> Iterator[Told]:
        """ED: source, type, subtype, encoding, data (HL7 v2.5.1 §2.A.24)."""
        part = value.split(b"^")
        if len(part) < 5 or part[3].upper() != b"BASE64":
            return
        try:
            data = base64.b64decode(re.sub(rb"\s|\\\.br\\", b"", part[4])[: LONGEST_FILE * 4 // 3 & ~3])
        except (binascii.Error, ValueError):
            return
        if data:
            yield Told("file.seen", {"by": "hl7", "type": _text(part[2])[:32]}, start, data)


def _text(raw: bytes) -> str:
    return raw.decode("ascii", "replace")[:16]


def _skew(text: str, at: int) -> int:
    """Seconds by which MSH-7 is behind (positive) or ahead of the packet; 0 when it names no hour.

    A time without a zone may be fourteen hours off either way, so that much is allowed.
    """
    found = _TIME.match(text.split("^", maxsplit=1)[0])
    if not found or found[2] is None:
        return 0
    try:
        moment = time.strptime(found[1] + found[2] + (found[3] or "00"), "%Y%m%d%H%M")
    except ValueError:
        return 0
    seconds = at // _SECOND - calendar.timegm(moment)
    if found[5]:
        sign = -1 if found[5][0] == "-" else 1
        return seconds + sign * (int(found[5][1:3]) * 3600 + int(found[5][3:5]) * 60)
    allowed = 14 * 3600
    return seconds - allowed if seconds > allowed else seconds + allowed if seconds < -allowed else 0


def _likely(data: bytes, hint: Hint) -> float:
    del hint
    if data[:1] == b"\x0b":
        return 0.95 if _HEADER.match(data[1:12]) else 0.0
    return 0.85 if _HEADER.match(data[:12]) and (b"\r" in data[:4096] or len(data) > 60) else 0.0


HL7: Final = Listener(
    name="hl7",
    layer=STREAM,
    reference="HL7 v2.5.1, MLLP",
    tells=frozenset(
        {
            "file.seen",
            "hl7.ack",
            "hl7.blood",
            "hl7.content",
            "hl7.message",
            "hl7.rate",
            "hl7.result",
            "hl7.vitals",
        }
    ),
    looks_like=_likely,
    ear=_Ear,
    again=True,
    keep=(Keep(0, b"\x0bMSH", payloads=ALL), Keep(0, b"MSH|", payloads=ALL)),
)
