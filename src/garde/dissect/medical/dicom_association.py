"""DICOM associations: what two application entities say of themselves before any object is sent.

Question: which AE titles, toolkits, SOP classes and roles does an A-ASSOCIATE-RQ or -AC name, and where in the bytes?
Reference: DICOM PS3.8 §9.3 (PDU structure), Annex D of PS3.7 (user information sub-items). Left out: user identity
(sub-items 58 and 59: it may hold a person's name), asynchronous operations, extended negotiation.

Example:
    >>> rq = bytes.fromhex("00010000") + b"PACS".ljust(16) + b"CT01".ljust(16) + bytes(32)
    >>> read(rq, base=6).calling
    Text(value='CT01', start=26, end=30)
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from garde.wire.reader import Reader

#: PS3.8 §7.1.1.13: context ids are odd and one byte, so there are at most 128.
MOST_CONTEXTS: Final = 128
#: Items of one PDU that are looked at; a real one has a few more than its contexts.
MOST_ITEMS: Final = 512


class Text(NamedTuple):
    """A value and where it stands in the stream."""

    value: str
    start: int
    end: int


class Context(NamedTuple):
    """A presentation context: its id, its abstract syntax (RQ only), the transfer syntaxes, the result (AC only).

    ``at`` is the stream position of the id.
    """

    id: int
    abstract: Text
    transfer: tuple[str, ...]
    result: int
    at: int


class Role(NamedTuple):
    """SCP/SCU role selection (PS3.7 D.3.3.4) for one SOP class: what the requester is, or may be."""

    sop_class: str
    scu: bool
    scp: bool


class Association(msgspec.Struct):
    """The body of an A-ASSOCIATE-RQ or -AC."""

    called: Text
    calling: Text
    contexts: list[Context] = msgspec.field(default_factory=list)
    roles: list[Role] = msgspec.field(default_factory=list)
    implementation_uid: Text = Text("", 0, 0)
    implementation_version: Text = Text("", 0, 0)


def read(body: bytes, base: int) -> Association:
    """The association in the PDU body ``body``, whose first byte stands at stream position ``base``.

    An item that runs past its PDU ends the reading; what was read before it stands.

    Raises:
        Malformed: the fixed part is not there, or an item breaks its own length.
    """
    reader = Reader(body, "dicom.association", base)
    reader.skip(4)
    called, calling = _text(reader.sub(16)), _text(reader.sub(16))
    reader.skip(32)
    association = Association(called, calling)
    for _ in range(MOST_ITEMS):
        if reader.left < 4:
            break
        kind, item = _item(reader)
        if kind in (0x20, 0x21) and len(association.contexts) < MOST_CONTEXTS:
            association.contexts.append(_context(item))
        elif kind == 0x50:
            _user_information(item, association)
    return association


def _item(reader: Reader) -> tuple[int, Reader]:
    kind = reader.u8()
    reader.skip(1)
    return kind, reader.sub(reader.u16())


def _text(reader: Reader) -> Text:
    raw = reader.rest()
    start = reader.base + len(raw) - len(raw.lstrip(b" \x00"))
    # AE titles are in the default repertoire (PS3.5 §6.2); a device that breaks it is still shown, byte by byte.
    value = raw.strip(b" \x00")
    return Text(value.decode("latin-1"), start, start + len(value))


def _context(item: Reader) -> Context:
    at, number = item.at, item.u8()
    item.skip(1)
    result = item.u8()
    item.skip(1)
    abstract = Text("", 0, 0)
    transfer: list[str] = []
    for _ in range(MOST_ITEMS):
        if item.left < 4:
            break
        kind, sub = _item(item)
        if kind == 0x30:
            abstract = _text(sub)
        elif kind == 0x40:
            transfer.append(_text(sub).value)
    return Context(number, abstract, tuple(transfer), result, at)


def _user_information(item: Reader, association: Association) -> None:
    for _ in range(MOST_ITEMS):
        if item.left < 4:
            break
        kind, sub = _item(item)
        if kind == 0x52:
            association.implementation_uid = _text(sub)
        elif kind == 0x55:
            association.implementation_version = _text(sub)
        elif kind == 0x54 and len(association.roles) < MOST_CONTEXTS:
            uid = _text(sub.sub(sub.u16())).value
            association.roles.append(Role(uid, scu=bool(sub.u8()), scp=bool(sub.u8())))
