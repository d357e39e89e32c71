"""DICOM: which application entities speak, what they store, ask and print, and which equipment made the images.

Question: who is this modality, workstation or archive, with which software, and what does it do?
Reference: DICOM PS3.8 §9.3 (upper layer PDUs), PS3.7 §9-10 and E (messages), PS3.3 C.7.5.1 (General Equipment). Left
out: patients, studies, instances; deflated data sets; associations over TLS (`garde.dissect` reads their handshake).

Facts about the two ends carry the source ``dicom.association``. A data set describes the equipment that made it, which
may be far behind the sender (an archive forwards): its facts are about ``Key("equipment", "maker|model|serial")`` with
the source ``dicom.dataset``; whether the sender is that equipment is for `garde.inventory` to conclude.

Example: an A-ASSOCIATE-RQ gives ``dicom.ae`` of both ends, a C-STORE-RQ of a CT image gives ``dicom.modality`` "CT".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.medical import dicom_association
from garde.dissect.medical.dicom_dataset import Command, DataSet, Element, command, recognise, text
from garde.dissect.medical.dicom_equipment import (
    EQUIPMENT,
    INSIDE,
    LAST,
    PERFORMED,
    PERFORMED_LAST,
    equipment,
    performed,
)
from garde.dissect.medical.dicom_uids import modality, service
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.buffer import PIECE, Buffer
from garde.wire.flow import Payload

#: Largest association PDU held; 128 contexts with ten transfer syntaxes each are about 60 kB.
LARGEST_ASSOCIATION: Final = 1 << 17
#: Largest command set held; a real one is below 1 kB.
LARGEST_COMMAND: Final = 1 << 13
#: Bytes without any PDU after which a stream that was joined half-way is no longer thought to be DICOM.
PATIENCE: Final = 1 << 24

_APPLICATION_CONTEXT: Final = b"\x10\x00\x00\x151.2.840.10008.3.1.1.1"
_GROUP_LENGTH: Final = b"\x00\x00\x00\x00\x04\x00\x00\x00"  # (0000,0000) UL: every command set begins with it
_DEFLATED: Final = "1.2.840.10008.1.2.1.99"

_FIELDS: Final = {
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
    0x0FFF: "C-CANCEL",
}
_RESPONSE: Final = 0x8000


class _Direction:
    """What is under way in one direction of the association."""

    __slots__ = (
        "buffer",
        "command",
        "context",
        "control",
        "data",
        "fragment",
        "fresh",
        "pdu",
        "seeking",
        "started",
        "told",
        "word",
    )

    def __init__(self) -> None:
        self.buffer = Buffer(LARGEST_ASSOCIATION + 6 + PIECE)
        self.started = False
        self.seeking = 0  # bytes looked at since the last PDU; 0 when in step
        self.pdu = 0  # bytes of the P-DATA-TF PDU still to come
        self.fragment = 0  # bytes of the PDV's fragment still to come
        self.fresh = False  # the fragment's first byte has not come yet
        self.context = 0
        self.control = 0
        self.word = bytearray()  # fragments of a command set
        self.told = 0  # stream position of the command set's first byte
        self.command: Command | None = None
        self.data: DataSet | None = None

    def lose(self) -> None:
        """Bytes are missing: forget what was under way and look for the next PDU."""
        self.buffer.clear()
        self.pdu = self.fragment = 0
        self.word.clear()
        self.command = self.data = None
        self.seeking = 1


class _Session:
    """Both directions of one TCP connection."""

    def __init__(self) -> None:
        self.done = False
        self._sides = (_Direction(), _Direction())
        self._proposed: dict[int, dicom_association.Context] = {}
        self._deflated: set[int] = set()

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = self._sides[payload.direction]
        lost = payload.gap
        if not side.started:
            side.started = True
            if lost != 0 or payload.offset != 0:
                side.lose()
        elif lost > 0 and side.fragment >= lost and not side.buffer.data and not side.control & 1:
            # Lost inside an image: in step again at the next PDV, only the elements that were under way are gone.
            side.fragment -= lost
            side.pdu -= lost
            side.data = None
        elif lost:
            side.lose()
        for _ in side.buffer.pour(payload.data, payload.offset):
            for fact in self._read(side):
                if fact.value:
                    yield fact

    def _read(self, side: _Direction) -> Iterator[Fact]:
        """Take all that can be taken off the buffer."""
        while not self.done:
            if side.seeking and not self._sought(side):
                return
            before = len(side.buffer), side.pdu, side.fragment
            yield from self._step(side)
            if (len(side.buffer), side.pdu, side.fragment) == before and not side.seeking:
                return

    def _sought(self, side: _Direction) -> bool:
        """Move the buffer to the next plausible PDU; False when there is none yet."""
        found, upto = _next_pdu(side.buffer.data)
        side.seeking += upto
        side.buffer.drop(upto)
        if found:
            side.seeking = 0
        elif side.seeking > PATIENCE:
            raise Malformed("dicom.pdu", "no PDU in what should be the middle of an association (PS3.8 §9.3)")
        return found

    def _step(self, side: _Direction) -> Iterator[Fact]:
        """Take one PDU header, PDV header, fragment or association off the buffer."""
        data = side.buffer.data
        if side.fragment:
            unknown = side.fresh and side.data is None and side.command is None and not side.control & 1
            # The first element of what may be an object must be whole before it is judged.
            if len(data) >= (min(8, side.fragment) if unknown else 1):
                size = min(side.fragment, len(data))
                at = side.buffer.start
                piece = side.buffer.take(size)
                side.fragment -= size
                side.pdu -= size
                if unknown and _begins(piece):
                    # Joined between a command set and its data set.
                    side.data = DataSet(EQUIPMENT, inside=INSIDE, last=LAST)
                side.fresh = False
                yield from self._fragment(side, piece, at)
        elif side.pdu:
            if len(data) >= 6:
                self._pdv(side)
                if not side.seeking and not side.fragment:
                    yield from self._fragment(side, b"", side.buffer.start)
        elif len(data) >= 6:
            kind, length = data[0], int.from_bytes(data[2:6], "big")
            if not _header(data):
                self._out_of_step(side)
            elif kind == 4:
                side.buffer.drop(6)
                side.pdu = length
            elif len(data) >= 6 + length:
                at = side.buffer.start
                yield from self._control(kind, side.buffer.take(6 + length), at)

    def _out_of_step(self, side: _Direction) -> None:
        if side.buffer.start == 0:
            raise Malformed("dicom.pdu", "the stream does not begin with a PDU (PS3.8 §9.3.1)", where="offset 0")
        side.buffer.drop(1)
        start, waiting = side.buffer.start, bytes(side.buffer.data)
        side.lose()
        side.buffer.add(waiting, start)

    def _pdv(self, side: _Direction) -> None:
        """Read a presentation data value header (PS3.8 §9.3.5.1, E.2)."""
        data = side.buffer.data
        length = int.from_bytes(data[:4], "big")
        context, control = data[4], data[5]
        if length < 2 or length > side.pdu - 4 or control > 3 or context % 2 == 0:
            self._out_of_step(side)
            return
        side.buffer.drop(6)
        side.pdu -= 6
        side.fragment = length - 2
        side.fresh = True
        side.context, side.control = context, control
        # What is left of the PDU cannot hold another header: it is padding of a broken sender.
        if side.pdu - side.fragment < 6 and side.pdu != side.fragment:
            side.pdu = side.fragment

    def _fragment(self, side: _Direction, piece: bytes, at: int) -> Iterator[Fact]:
        last = bool(side.control & 2) and not side.fragment
        if side.control & 1:
            if not side.word:
                side.told = at
            room = LARGEST_COMMAND - len(side.word)
            side.word += piece[:room]
            if last:
                raw = bytes(side.word)
                side.word.clear()
                side.data = None
                side.command = None
                try:
                    side.command = command(raw, side.told)
                except Malformed:
                    return
                yield from _command_facts(side.command)
                side.data = _data_set(side.command, deflated=side.context in self._deflated)
            return
        if side.data is not None and not side.data.done:
            side.data.feed(piece, at)
            if (side.data.done or last) and not side.data.broken:
                yield from _data_facts(side.command, side.data)
        if last:
            side.data = side.command = None

    def _control(self, kind: int, pdu: bytes, at: int) -> Iterator[Fact]:
        """Facts of a PDU other than P-DATA-TF."""
        if kind in (1, 2):
            association = dicom_association.read(pdu[6:], at + 6)
            yield from self._association(association, request=kind == 1)
        elif kind == 3:
            yield _fact("dicom.status", f"A-ASSOCIATE-RJ {pdu[7]}.{pdu[8]}.{pdu[9]}", at + 7, at + 10)
            self.done = True
        elif kind == 7:
            yield _fact("dicom.status", f"A-ABORT {pdu[8]}.{pdu[9]}", at + 8, at + 10)
            self.done = True

    def _association(self, association: dicom_association.Association, *, request: bool) -> Iterator[Fact]:
        # In an -AC the AE title fields merely repeat the request and shall not be tested (PS3.8 §9.3.3).
        if request:
            yield _fact("dicom.ae", *association.calling)
            yield _fact("dicom.ae", *association.called, about=RECEIVER)
        yield _fact("dicom.implementation_uid", *association.implementation_uid)
        yield _fact("dicom.implementation_version", *association.implementation_version)
        if request:
            self._proposed = {context.id: context for context in association.contexts}
            reversed_roles = {role.sop_class for role in association.roles if role.scp and not role.scu}
            for context in association.contexts:
                yield _fact("dicom.proposes", *context.abstract)
                yield from _offer(context.abstract, "scp" if context.abstract.value in reversed_roles else "scu")
            return
        for context in association.contexts:
            proposed = self._proposed.get(context.id)
            if context.result or proposed is None:
                continue
            if _DEFLATED in context.transfer:
                self._deflated.add(context.id)
            uid = proposed.abstract.value
            yield _fact("dicom.accepts", uid, context.at, context.at + 1)
            if name := service(uid):
                yield _fact("dicom.role", f"{name}-scp", context.at, context.at + 1)


def _offer(abstract: dicom_association.Text, role: str) -> Iterator[Fact]:
    """What proposing an abstract syntax says of the proposer."""
    uid, start, end = abstract
    if name := service(uid):
        yield _fact("dicom.role", f"{name}-{role}", start, end)
    # Asking to be the provider of storage (C-GET) says nothing of what the node acquires.
    if role == "scu" and (term := modality(uid)):
        yield _fact("dicom.modality", term, start, end)


def _fact(attribute: str, value: str, start: int, end: int, *, about: Literal["sender", "receiver"] = SENDER) -> Fact:
    return Fact(attribute, value, start, end, about, "dicom.association")


def _command_facts(word: Command) -> Iterator[Fact]:
    response = bool(word.field & _RESPONSE)
    name = _FIELDS.get(word.field & ~_RESPONSE)
    if name is None:
        return
    # An event report is sent by the provider, every other request by the user (PS3.7 §7.5).
    forward = response == (name == "N-EVENT-REPORT")
    user: Literal["sender", "receiver"] = SENDER if forward else RECEIVER
    provider: Literal["sender", "receiver"] = RECEIVER if forward else SENDER
    asks: Literal["sender", "receiver"] = RECEIVER if response else SENDER
    yield _fact("dicom.command", name, word.start, word.end, about=asks)
    kind = "verification" if name == "C-ECHO" else "storage" if name == "C-STORE" else service(word.sop_class)
    if kind:
        yield _fact("dicom.role", f"{kind}-scu", word.start, word.end, about=user)
        yield _fact("dicom.role", f"{kind}-scp", word.start, word.end, about=provider)
    if name == "C-STORE" and (term := modality(word.sop_class)):
        yield _fact("dicom.modality", term, word.start, word.end, about=asks)
    if response and word.status is not None:
        yield _fact("dicom.status", f"{name} {word.status:04X}", word.start, word.end)
    if word.destination and name == "C-MOVE" and not response:
        yield _element("dicom.move_destination", word.destination)
    if word.originator and name == "C-STORE" and not response:
        # Move Originator (0000,1030): the sender answers somebody's C-MOVE, so it is an archive.
        yield _fact("dicom.role", "retrieve-scp", word.originator.start, word.originator.end)


def _element(attribute: str, element: Element) -> Fact:
    value = text(element)
    return _fact(attribute, value, element.start, element.end)


def _data_set(word: Command, *, deflated: bool) -> DataSet | None:
    """A reader for the data set that follows a command, when it describes equipment."""
    if not word.data or deflated:
        return None
    if word.field == 0x0001:
        return DataSet(EQUIPMENT, inside=INSIDE, last=LAST)
    if word.field == 0x0140 and service(word.sop_class) == "mpps":
        return DataSet(PERFORMED, last=PERFORMED_LAST)
    return None


def _data_facts(word: Command | None, data: DataSet) -> Iterator[Fact]:
    return performed(data) if word is not None and word.field == 0x0140 else equipment(data)


def _begins(piece: bytes) -> bool:
    """Whether a fragment looks like the start of an object: its first element is of the first of group 0008."""
    encoding = recognise(piece[:8])
    if encoding is None:
        return False
    group, element = (int.from_bytes(piece[at : at + 2], encoding.order) for at in (0, 2))
    return group == 0x0008 and element <= 0x0018


def _header(data: bytes | bytearray) -> bool:
    """Whether a PDU may begin with these six bytes or more."""
    kind, length = data[0], int.from_bytes(data[2:6], "big")
    if kind == 4:
        return data[1] == 0 and length >= 6
    if kind in (1, 2):
        return 68 <= length <= LARGEST_ASSOCIATION and (len(data) < 8 or data[6:8] == b"\x00\x01")
    return kind in (3, 5, 6, 7) and length == 4


_STARTS: Final = (b"\x04\x00\x00", b"\x01\x00\x00", b"\x02\x00\x00")
#: Where a PDU may begin that can be told from chance: P-DATA-TF below 16 MB with an odd context id and a control
#: header of two bits, or an association below 128 kB of protocol version 1.
_ODD: Final = b"".join(b"\\x%02x" % number for number in range(1, 256, 2))
_START: Final = re.compile(
    rb"(?s)\x04\x00\x00...\x00...[" + _ODD + rb"][\x00-\x03]|[\x01\x02]\x00\x00[\x00\x01]..\x00\x01\x00\x00.."
)


def _next_pdu(data: bytearray | bytes) -> tuple[bool, int]:
    """(found, where): a PDU header that proves itself, or how many bytes can hold none and may go.

    P-DATA-TF is found by a PDV that holds the beginning of a command set, or fills its PDU exactly; associations by
    their application context. Up to 99 bytes after a candidate must be there to judge it.
    """
    at = 0
    # Plain searches first: this runs for every payload that nobody knows.
    if b"\x00\x00" not in data or not any(start in data for start in _STARTS):
        return False, max(0, len(data) - 11)
    while match := _START.search(data, at):
        verdict = _judge(data, match.start())
        if verdict is None:
            return False, match.start()
        if verdict:
            return True, match.start()
        at = match.start() + 1
    return False, max(0, len(data) - 11)


def _judge(data: bytearray | bytes, at: int) -> bool | None:
    """Whether a PDU begins at ``at``; None when too little is there to tell."""
    head = data[at : at + 12]
    if len(head) < 12:
        return None
    length = int.from_bytes(head[2:6], "big")
    if head[0] != 4:
        if not 68 <= length <= LARGEST_ASSOCIATION or head[6:10] != b"\x00\x01\x00\x00":
            return False
        context = data[at + 74 : at + 74 + len(_APPLICATION_CONTEXT)]
        if len(context) < len(_APPLICATION_CONTEXT):
            return None if _APPLICATION_CONTEXT.startswith(context) else False
        return context == _APPLICATION_CONTEXT
    pdv, context_id, control = int.from_bytes(head[6:10], "big"), head[10], head[11]
    if length < 6 or not 2 <= pdv <= length - 4 or context_id % 2 == 0 or control > 3:
        return False
    if control & 1:
        word = data[at + 12 : at + 20]
        if len(word) < 8:
            return None if _GROUP_LENGTH.startswith(word) else False
        return word == _GROUP_LENGTH
    return pdv == length - 4 and length < PATIENCE


def _looks_like(data: bytes, hint: Hint) -> float:
    del hint
    if len(data) < 10:
        return 0.0
    kind = data[0]
    if kind in (1, 2) and data[1] == 0 and _header(data) and data[6:10] == b"\x00\x01\x00\x00":
        named = data[74 : 74 + len(_APPLICATION_CONTEXT)]
        return 0.98 if named == _APPLICATION_CONTEXT else 0.85 if _APPLICATION_CONTEXT.startswith(named) else 0.0
    if kind == 4 and _judge(data, 0):
        return 0.95
    if kind in (3, 5, 6, 7) and len(data) == 10 and data[1:7] == b"\x00\x00\x00\x00\x04\x00":
        return 0.7 if max(data[7:]) <= 7 else 0.0
    # Joined half-way: a PDU begins somewhere in this segment.
    found, _ = _next_pdu(data)
    return 0.75 if found else 0.0


DICOM = Dissector(
    name="dicom",
    layer=STREAM,
    reference="DICOM 2024b PS3.7 and PS3.8",
    emits=frozenset(
        {
            "dicom.accepts",
            "dicom.ae",
            "dicom.command",
            "dicom.implementation_uid",
            "dicom.implementation_version",
            "dicom.modality",
            "dicom.move_destination",
            "dicom.proposes",
            "dicom.role",
            "dicom.station_name",
            "dicom.status",
            "asset_tag",
            "facility",
            "location",
            "manufacturer",
            "model",
            "serial",
            "software",
            "udi",
            "ward",
        }
    ),
    looks_like=_looks_like,
    session=_Session,
    keep=(
        # A-ASSOCIATE-RQ and -AC below 64 kB, protocol version 1.
        Keep(0, b"\x01\x00\x00\x00\x00\x00\x00\x01", b"\xff\xff\xff\x00\x00\x00\xff\xff", payloads=48),
        Keep(0, b"\x02\x00\x00\x00\x00\x00\x00\x01", b"\xff\xff\xff\x00\x00\x00\xff\xff", payloads=48),
        # P-DATA-TF that begins with a command: octets 4 to 11 are the end of the PDU's length, a PDV below 64 kB, an
        # odd context and the command bit. Behind it stands the head of the data set; the image after it is not wanted.
        Keep(4, b"\x00\x00\x00\x00\x00\x00\x01\x01", b"\x00\x00\xff\xff\x00\x00\x01\xfd", payloads=12),
        # Any P-DATA-TF with a PDV below 16 MB: enough to recognise an association joined in the middle of an image.
        Keep(0, b"\x04\x00\x00\x00\x00\x00\x00", b"\xff\xff\xff\x00\x00\x00\xff", payloads=1),
    ),
)
