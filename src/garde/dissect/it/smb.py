"""SMB: file sharing of Windows, whose first messages name the system on both sides.

Question: which dialect, which Windows, which host and domain; and is the ancient SMB 1 still spoken?
Reference: MS-SMB2 (2023) §2.2.1, §2.2.3, §2.2.4; MS-CIFS §2.2.4.52, §2.2.4.53; MS-SMB §2.2.4.5, §2.2.4.6; RFC 1002 §4.3
(NetBIOS session header, also used on port 445). NTLM inside session setup is read by `garde.dissect.it.ntlm`.
Left out: shares, files, account names, and everything after a session is set up.

Example:
    >>> SMB.looks_like(b"\\0\\0\\0\\x40\\xfeSMB" + bytes(60), Hint())
    0.95
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.it import ntlm
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_SMB1: Final = b"\xffSMB"
_SMB2: Final = b"\xfeSMB"
#: SMB 3 encrypted and compressed messages (MS-SMB2 §2.2.41, §2.2.42): nothing to read, but in step.
_MAGICS: Final = (_SMB1, _SMB2, b"\xfdSMB", b"\xfcSMB")
_SESSION_REQUEST: Final = 0x81
#: RFC 1002 §4.3.1: session message, request, positive, negative, retarget, keep alive.
_CONTROL: Final = (_SESSION_REQUEST, 0x82, 0x83, 0x84, 0x85)

#: MS-SMB2 §2.2.4, DialectRevision.
DIALECTS: Final = {0x0202: "SMB 2.0.2", 0x0210: "SMB 2.1", 0x0300: "SMB 3.0", 0x0302: "SMB 3.0.2", 0x0311: "SMB 3.1.1"}
_NT_LM: Final = "NT LM 0.12"
_NEGOTIATE1, _SESSION_SETUP1 = 0x72, 0x73
_NEGOTIATE2, _SESSION_SETUP2 = 0, 1
_REPLY1: Final = 0x80
_UNICODE1: Final = 0x8000
_EXTENDED_SECURITY: Final = 0x80000000
_CAP_UNICODE: Final = 0x00000004
#: Kept of one message: session setups are far shorter, reads and writes are passed over.
_LONGEST: Final = 1 << 14
_MOST_DIALECTS: Final = 64
_MOST_COMPOUNDED: Final = 8


def measure(data: bytearray, synced: bool) -> int:
    """Size of the NetBIOS session packet at the front (RFC 1002 §4.3.1; 24 bits of length on port 445)."""
    kind = data[0]
    if kind and (not synced or kind not in _CONTROL):
        return NO
    if len(data) < 4:
        return MORE
    size = 4 + int.from_bytes(data[1:4], "big")
    if kind:
        return size if size <= 4 + 136 else NO
    if len(data) < 8:
        return MORE if not any(data[4:]) or any(magic.startswith(data[4:]) for magic in _MAGICS) else NO
    return size if bytes(data[4:8]) in _MAGICS and size >= 36 else NO


class _Session:
    """One connection: messages cut in both directions, the dialects the client offered."""

    def __init__(self) -> None:
        self.done = False
        self._frames = tuple(Framed(measure, "smb.frame", longest=_LONGEST, anchor=rb"\x00") for _ in range(2))
        self._offered: list[str] = []
        self._servers: set[str] = set()

    def feed(self, payload: Payload) -> Iterator[Fact]:
        for frame in self._frames[payload.direction].feed(payload):
            kind, magic = frame.data[0], frame.data[4:8]
            if kind == _SESSION_REQUEST:
                yield from _called_and_calling(frame)
            elif magic == _SMB2:
                yield from self._smb2(frame)
            elif magic == _SMB1:
                yield from self._smb1(frame)
            elif kind == 0:
                self.done = True  # encrypted: nothing more can be read
            if self.done:
                return

    # ------------------------------------------------------------ SMB 2 and 3
    def _smb2(self, frame: Frame) -> Iterator[Fact]:
        at = 4
        for _ in range(_MOST_COMPOUNDED):
            r = Reader(frame.data, "smb2.message", frame.start)
            r.skip(at + 8)
            status = r.le32()
            command = r.le16()
            r.skip(2)
            reply = bool(r.le32() & 1)
            following = r.le32()
            r.skip(40)
            if command == _NEGOTIATE2:
                yield from _negotiate2(r, reply, status)
            elif command == _SESSION_SETUP2:
                yield from ntlm.found(frame.data[r.pos :], r.at, self._servers)
                self.done = reply and status == 0
            if not following or frame.data[at + following : at + following + 4] != _SMB2:
                return
            at += following

    # ------------------------------------------------------------ SMB 1
    def _smb1(self, frame: Frame) -> Iterator[Fact]:
        r = Reader(frame.data, "smb1.message", frame.start)
        r.skip(8)
        command = r.u8()
        status = r.le32()
        reply = bool(r.u8() & _REPLY1)
        unicode = bool(r.le16() & _UNICODE1)
        r.skip(20)
        words = r.sub(2 * r.u8())
        octets = r.sub(min(r.le16(), r.left))
        if command == _NEGOTIATE1:
            yield from self._negotiate1(words, octets) if reply else self._offer1(octets)
        elif command == _SESSION_SETUP1:
            if reply:
                yield from _session_reply1(words, octets, unicode, frame.start + 4, self._servers)
                self.done = status == 0 and words.end > 0
            else:
                yield from _session_request1(words, octets, unicode, frame.start + 4, self._servers)

    def _offer1(self, octets: Reader) -> Iterator[Fact]:
        # MS-CIFS §2.2.4.52.1: 0x02 and a null-terminated OEM string, again and again.
        offered = octets.rest().split(b"\0")[:_MOST_DIALECTS]
        self._offered = [name[1:].decode("ascii", "replace") for name in offered if name[:1] == b"\x02"]
        yield Fact("client", "smb", about=SENDER)

    def _negotiate1(self, words: Reader, octets: Reader) -> Iterator[Fact]:
        if not words.left:
            return
        at = words.at
        index = words.le16()
        yield Fact("service", "smb", at, at + 2, about=SENDER)
        # Only "NT LM 0.12" has a reply of 17 words, so it is known even when the offer was not seen.
        chosen = self._offered[index] if index < len(self._offered) else _NT_LM if words.end == 34 else ""
        if chosen:
            yield Fact("smb.dialect", chosen, at, at + 2, about=SENDER)
        if words.end != 34:
            return
        words.skip(17)
        capabilities = words.le32()
        words.skip(10)
        challenge = words.u8()
        if capabilities & _EXTENDED_SECURITY:
            at = octets.at
            yield Fact("smb.guid", _guid(octets.take(16)), at, at + 16, about=SENDER)
            return
        octets.skip(min(challenge, octets.left))
        # MS-CIFS §2.2.4.52.2: CAP_UNICODE decides, whatever the header's flag says.
        names = list(_strings(octets, bool(capabilities & _CAP_UNICODE), header=None, most=2))
        for attribute, (value, start, end) in zip(("domain", "hostname"), names, strict=False):
            yield Fact(attribute, value, start, end, about=SENDER)


def _negotiate2(r: Reader, reply: bool, status: int) -> Iterator[Fact]:
    """MS-SMB2 §2.2.3 and §2.2.4."""
    if not reply:
        if r.le16() != 36:
            raise r.fail("a NEGOTIATE request says 36 of its size")
        r.skip(10)
        at = r.at
        guid = r.take(16)
        yield Fact("client", "smb", r.base, r.base, about=SENDER)
        if any(guid):
            yield Fact("smb.guid", _guid(guid), at, at + 16, about=SENDER)
        return
    if status or r.le16() != 65:
        return
    r.skip(2)
    at = r.at
    dialect = r.le16()
    yield Fact("service", "smb", at, at + 2, about=SENDER)
    if dialect in DIALECTS:  # 0x02FF only says "go on with SMB 2"
        yield Fact("smb.dialect", DIALECTS[dialect], at, at + 2, about=SENDER)
    r.skip(2)
    at = r.at
    guid = r.take(16)
    if any(guid):
        yield Fact("smb.guid", _guid(guid), at, at + 16, about=SENDER)


def _session_request1(words: Reader, octets: Reader, unicode: bool, header: int, servers: set[str]) -> Iterator[Fact]:
    """MS-SMB §2.2.4.6.1 (12 words) and MS-CIFS §2.2.4.53.1 (13 words); the account's name is passed over."""
    if words.end == 24:
        words.skip(14)
        blob = words.le16()
        words.skip(4)
        if not words.le32() & _EXTENDED_SECURITY:
            return
        yield from ntlm.found(octets.data[:blob], octets.at, servers)
        octets.skip(min(blob, octets.left))
        names = list(_strings(octets, unicode, header=header, most=2))
    elif words.end == 26:
        words.skip(14)
        octets.skip(min(words.le16() + words.le16(), octets.left))
        names = list(_strings(octets, unicode, header=header, most=4))[2:]
    else:
        return
    yield from _natives(names)


def _session_reply1(words: Reader, octets: Reader, unicode: bool, header: int, servers: set[str]) -> Iterator[Fact]:
    """MS-CIFS §2.2.4.53.2 (3 words) and MS-SMB §2.2.4.6.2 (4 words, with a security blob)."""
    if words.end == 8:
        words.skip(6)
        blob = words.le16()
        yield from ntlm.found(octets.data[:blob], octets.at, servers)
        octets.skip(min(blob, octets.left))
    elif words.end != 6:
        return
    names = list(_strings(octets, unicode, header=header, most=3))
    yield from _natives(names[:2])
    for value, start, end in names[2:]:
        if value:
            yield Fact("domain", value, start, end, about=SENDER)


def _natives(names: list[ntlm.Text]) -> Iterator[Fact]:
    for attribute, (value, start, end) in zip(("smb.native_os", "smb.native_lan_manager"), names, strict=False):
        # Exploits put code here; a name of a product is text.
        if len(value) > 1 and value.isascii() and value.isprintable():
            yield Fact(attribute, value, start, end, about=SENDER)


def _strings(r: Reader, unicode: bool, *, header: int | None, most: int) -> Iterator[ntlm.Text]:
    """Null-terminated strings; UTF-16 ones begin at an even distance from the SMB header, when ``header`` is given."""
    if unicode and header is not None and (r.at - header) % 2 and r.left:
        r.skip(1)
    for _ in range(most):
        if not r.left:
            return
        start, data = r.at, r.data[r.pos :]
        if unicode:
            size = next((i for i in range(0, len(data) - 1, 2) if data[i : i + 2] == b"\0\0"), len(data) & ~1)
            text = data[:size].decode("utf-16-le", "replace")
            r.skip(min(size + 2, r.left))
        else:
            size = data.find(b"\0") if b"\0" in data else len(data)
            text = data[:size].decode("cp437", "replace")
            r.skip(min(size + 1, r.left))
        yield text, start, start + size


def _called_and_calling(frame: Frame) -> Iterator[Fact]:
    """RFC 1002 §4.3.2: the name asked for and the name asking, each half a byte a letter (RFC 1001 §14.1)."""
    r = Reader(frame.data, "smb.session-request", frame.start)
    r.skip(4)
    for about in (RECEIVER, SENDER):
        if r.u8() != 32:
            raise r.fail("a NetBIOS name is 32 octets long")
        at = r.at
        raw = r.take(32)
        r.skip(1)
        if not all(0x41 <= octet <= 0x50 for octet in raw):
            raise r.fail("no NetBIOS name")
        name = bytes((raw[i] - 0x41) << 4 | raw[i + 1] - 0x41 for i in range(0, 30, 2)).decode("cp437").rstrip(" \0")
        if name and not name.startswith("*"):
            yield Fact("hostname", name, at, at + 32, about=about)


def _guid(raw: bytes) -> str:
    return str(uuid.UUID(bytes_le=raw))


def looks_like(data: bytes, hint: Hint) -> float:
    """A NetBIOS session header and an SMB magic; in mid-stream the magic further on, on an SMB port."""
    if len(data) < 8:
        return 0.0
    if data[4:8] in _MAGICS and data[0] == 0:
        return 0.95
    if data[0] == _SESSION_REQUEST and data[1:5] == b"\0\0\x44\x20":
        return 0.9
    on_port = 445 in hint.ports or 139 in hint.ports
    return 0.6 if on_port and any(data.find(magic) > 0 for magic in (_SMB1, _SMB2)) else 0.0


SMB: Final = Dissector(
    name="smb",
    layer=STREAM,
    reference="MS-SMB2 (2023), MS-CIFS, MS-SMB, MS-NLMP, RFC 1002 §4.3",
    emits=ntlm.EMITS | {"client", "service", "smb.dialect", "smb.native_os", "smb.native_lan_manager", "smb.guid"},
    looks_like=looks_like,
    session=_Session,
    keep=(Keep(4, _SMB1, payloads=24), Keep(4, _SMB2, payloads=24)),
)
