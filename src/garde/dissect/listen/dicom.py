"""DICOM: who searches, fetches, stores and is refused, by shape and count.

Question: does somebody enumerate patients, carry studies off, guess application entities, or alter what is archived?
Reference: DICOM PS3.8 §9.3 (PDUs), PS3.7 §9.3 and E.1 (commands), PS3.4 C.4 (query/retrieve), PS3.3 C.24 (encapsulated
documents). Patients and instances are told as keyed digests and counts. Left out: associations over TLS; objects behind
their first 64 KiB, but for a running digest and for encapsulated documents.

Example: a C-FIND for PatientName ``*`` without a date gives ``dicom.find`` with ``wild`` 1 and ``bounded`` 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.listen.carve import LONGEST
from garde.dissect.listen.spec import ALL, Digest, Listener, Told
from garde.dissect.medical import dicom_association
from garde.dissect.medical.dicom_dataset import DataSet, Element, Encoding, recognise, text
from garde.dissect.spec import STREAM, Hint, Keep
from garde.wire.flow import Payload

#: Longest PDU kept; what is longer is passed over behind this.
_LONGEST: Final = 1 << 17
#: Longest PDU that is one at all (PS3.8 D.1 lets peers negotiate; nobody sends more).
LARGEST: Final = 1 << 26
_HEAD: Final = 1 << 16
_DOCUMENTS: Final = "1.2.840.10008.5.1.4.1.1.104."
_QUERY: Final = "1.2.840.10008.5.1.4.1.2."
_ECHO: Final = "1.2.840.10008.1.1"
_COMMANDS: Final = {
    0x0001: "C-STORE",
    0x0010: "C-GET",
    0x0020: "C-FIND",
    0x0021: "C-MOVE",
    0x0030: "C-ECHO",
    0x0100: "N-EVENT-REPORT",
    0x0110: "N-GET",
    0x0120: "N-SET",
    0x0130: "N-ACTION",
    0x0140: "N-CREATE",
    0x0150: "N-DELETE",
}
_COMMAND: Final = {
    0x00000002: "affected",
    0x00000003: "requested",
    0x00000100: "field",
    0x00000600: "destination",
    0x00000900: "status",
    0x00001000: "instance",
    0x00001001: "instance",
    0x00001021: "completed",
}
_IDENTIFIER: Final = {
    0x00080016: "class",
    0x00080018: "object",
    0x00080020: "date",
    0x00080050: "accession",
    0x00080052: "level",
    0x00080060: "modality",
    0x00080061: "modalities",
    0x00100010: "name",
    0x00100020: "patient",
    0x0020000D: "study",
    0x0020000E: "series",
}
_DOCUMENT: Final = b"\x42\x00\x11\x00"


def _measure(data: bytearray, synced: bool) -> int:
    if data[0] not in range(1, 8) or (len(data) > 1 and data[1]):
        return NO
    if len(data) < (6 if synced else 12):
        return MORE
    size = int.from_bytes(data[2:6], "big")
    if size > LARGEST or (data[0] in (3, 5, 6, 7) and size != 4):
        return NO
    if not synced and data[0] == 4:
        item = int.from_bytes(data[6:10], "big")
        if not 2 <= item <= size - 4 or data[10] % 2 == 0 or data[11] > 3:
            return NO
    return 6 + size


class _Side:
    __slots__ = ("command", "control", "data", "digest", "frames", "size", "values")

    def __init__(self) -> None:
        self.frames = Framed(_measure, "dicom.pdu", longest=_LONGEST, anchor=rb"[\x01-\x07]\x00")
        self.command = bytearray()
        self.values: dict[str, Element] = {}
        self.data = bytearray()
        self.digest = hashlib.blake2b(digest_size=8)
        self.size = 0


class _Ear:
    """Both directions of one association."""

    def __init__(self, digest: Digest) -> None:
        self.done = False
        self._digest = digest
        self._sides = (_Side(), _Side())
        self._called = self._calling = ""

    def feed(self, payload: Payload) -> Iterator[Told]:
        side = self._sides[payload.direction]
        if payload.gap > 0:
            side.command.clear()
            side.data.clear()
            side.values = {}
        for frame in side.frames.feed(payload):
            kind = frame.data[0]
            if kind == 4:
                yield from self._data(side, frame)
            elif kind in (1, 2):
                yield from self._association(frame, kind == 1)
            elif kind == 3:
                values: dict[str, str | int | float] = {"result": frame.data[7], "source": frame.data[8]}
                values |= {"reason": frame.data[9], "called": self._called, "calling": self._calling}
                yield Told("dicom.reject", values, frame.start)
                self.done = True

    def _association(self, frame: Frame, request: bool) -> Iterator[Told]:
        if not request or not frame.whole:
            return
        found = dicom_association.read(frame.data[6:], frame.start + 6)
        self._called, self._calling = found.called.value[:16], found.calling.value[:16]
        values: dict[str, str | int | float] = {
            "called": self._called,
            "calling": self._calling,
            "uid": found.implementation_uid.value,
            "version": found.implementation_version.value,
            "printable": int(self._called.isprintable() and self._calling.isprintable()),
            "contexts": len(found.contexts),
            "echo": int(all(one.abstract.value == _ECHO for one in found.contexts)),
        }
        yield Told("dicom.associate", values, frame.start)

    def _data(self, side: _Side, frame: Frame) -> Iterator[Told]:
        data, at = frame.data, 6
        for _ in range(256):
            if at + 6 > len(data):
                return
            size, control = int.from_bytes(data[at : at + 4], "big"), data[at + 5]
            if size < 2 or (frame.whole and at + 4 + size > len(data)):
                yield Told("dicom.malformed", {"what": "item length"}, frame.start + at)
                return
            piece = data[at + 6 : at + 4 + size]
            at += 4 + size
            if control & 1:
                side.command += piece[: max(0, 8192 - len(side.command))]
                if control & 2:
                    yield from self._commanded(side, frame.start)
            else:
                side.digest.update(piece)
                side.size += len(piece)
                most = LONGEST if self._document(side) else _HEAD
                side.data += piece[: max(0, most - len(side.data))]
                if control & 2:
                    yield from self._identified(side, frame.start)

    @staticmethod
    def _document(side: _Side) -> bool:
        one = side.values.get("affected")
        return one is not None and text(one).startswith(_DOCUMENTS)

    def _commanded(self, side: _Side, start: int) -> Iterator[Told]:
        reader = DataSet(_COMMAND, last=0x0000FFFF, encoding=Encoding(False, "little"))
        reader.feed(bytes(side.command), start)
        side.command.clear()
        side.data.clear()
        side.digest = hashlib.blake2b(digest_size=8)
        side.size = 0
        side.values = values = reader.values
        field = _word(values.get("field"))
        name = _COMMANDS.get(field & 0x7FFF, "")
        if not name:
            return
        told: dict[str, str | int | float] = {
            "command": name,
            "response": int(bool(field & 0x8000)),
            "class": text(values["affected"]) if "affected" in values else "",
            "status": _word(values.get("status")),
            "destination": text(values["destination"])[:16] if "destination" in values else "",
            "completed": _word(values.get("completed")),
            "called": self._called,
            "calling": self._calling,
        }
        yield Told("dicom.command", told, start)

    def _identified(self, side: _Side, start: int) -> Iterator[Told]:
        field = _word(side.values.get("field"))
        name = _COMMANDS.get(field & 0x7FFF, "")
        data = bytes(side.data)
        side.data.clear()
        if field & 0x8000 or not name:
            return
        reader = DataSet(_IDENTIFIER, last=0x0020FFFF, encoding=recognise(data[:8]))
        reader.feed(data, start)
        found = {key: text(element) for key, element in reader.values.items()}
        if name == "C-STORE":
            yield from self._stored(side, data, start)
        elif name in ("C-FIND", "C-MOVE", "C-GET"):
            model = text(side.values["affected"]) if "affected" in side.values else ""
            wild = found.get("name", "").strip("*?^ ") == "" and found.get("patient", "").strip("*? ") == ""
            narrow = [
                key for key in ("date", "accession", "study", "series", "object") if found.get(key, "").strip("*-")
            ]
            values: dict[str, str | int | float] = {
                "command": name,
                "level": found.get("level", "")[:16],
                "root": int(model.startswith(_QUERY)),
                "wild": int(wild),
                "bounded": int(bool(narrow)),
                "date": found.get("date", "")[:17] if found.get("date", "").replace("-", "").isdigit() else "",
                "patient": self._digest(found["patient"].encode()) if found.get("patient", "").strip("*? ") else "",
                "studies": len(found["study"].split("\\")) if found.get("study") else 0,
                "destination": text(side.values["destination"])[:16] if "destination" in side.values else "",
                "called": self._called,
                "calling": self._calling,
            }
            yield Told("dicom.find" if name == "C-FIND" else "dicom.retrieve", values, start)
        elif name in ("N-SET", "N-ACTION", "N-DELETE"):
            yield Told("dicom.change", {"command": name, "calling": self._calling}, start)

    def _stored(self, side: _Side, data: bytes, start: int) -> Iterator[Told]:
        instance = side.values.get("instance")
        if instance is not None:
            values: dict[str, str | int | float] = {
                "instance": self._digest(instance.raw.strip(b" \0")),
                "content": side.digest.hexdigest(),
                "size": side.size,
                "calling": self._calling,
            }
            yield Told("dicom.store", values, start)
        if self._document(side):
            document = encapsulated(data)
            if document:
                yield Told("file.seen", {"by": "dicom", "type": "encapsulated"}, start, document)


def encapsulated(data: bytes) -> bytes:
    """The document in a data set of an encapsulated document (0042,0011), of either little-endian encoding.

    >>> encapsulated(bytes.fromhex("42001100") + b"OB" + bytes.fromhex("0000 04000000") + b"%PDF")
    b'%PDF'
    """
    at = data.find(_DOCUMENT)
    if at < 0:
        return b""
    if data[at + 4 : at + 6] in (b"OB", b"UN"):
        size, at = int.from_bytes(data[at + 8 : at + 12], "little"), at + 12
    else:
        size, at = int.from_bytes(data[at + 4 : at + 8], "little"), at + 8
    return data[at : at + size]


def _word(element: Element | None) -> int:
    return int.from_bytes(element.raw[:4], "little") if element is not None else 0


def _likely(data: bytes, hint: Hint) -> float:
    if len(data) < 12:
        return 0.0
    if (
        data[0] in (1, 2)
        and data[1] == 0
        and data[6:10] == b"\0\1\0\0"
        and 68 <= int.from_bytes(data[2:6], "big") < 1 << 17
    ):
        return 0.9
    on_port = 104 in hint.ports or 11112 in hint.ports or 4242 in hint.ports
    if data[0] == 4 and data[1] == 0 and _measure(bytearray(data[:12]), False) > 0:
        # A command begins with its group length; the middle of an image begins with anything.
        return 0.85 if data[12:20] == b"\0\0\0\0\4\0\0\0" else 0.6 if on_port else 0.0
    return 0.7 if data[0] == 3 and len(data) == 10 and data[1:6] == b"\0\0\0\0\4" else 0.0


DICOM: Final = Listener(
    name="dicom",
    layer=STREAM,
    reference="DICOM 2024b PS3.4, PS3.7, PS3.8",
    tells=frozenset(
        {
            "dicom.associate",
            "dicom.change",
            "dicom.command",
            "dicom.find",
            "dicom.malformed",
            "dicom.reject",
            "dicom.retrieve",
            "dicom.store",
            "file.seen",
        }
    ),
    looks_like=_likely,
    ear=_Ear,
    keep=(
        Keep(0, b"\x01\x00\x00\x00\x00\x00\x00\x01", b"\xff\xff\xff\x00\x00\x00\xff\xff", payloads=ALL),
        Keep(4, b"\x00\x00\x00\x00\x00\x00\x01\x01", b"\x00\x00\xff\xff\x00\x00\x01\xfd", payloads=ALL),
    ),
)
