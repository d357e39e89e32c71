"""FTP: the greeting of a file server, and its system.

Question: which program serves files here, and on what kind of system?
Reference: RFC 959 §4.2 (replies), §5.4 (220 greets, 215 names the system); RFC 4217 (after 234 the connection turns to
TLS, and is read on as TLS). Left out: names, passwords, paths and files.

Example:
    >>> FTP.looks_like(b"220 ProFTPD 1.3.5 Server ready.\\r\\n", Hint())
    0.9
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import behind
from garde.dissect.it.tls import EMITS, TlsSession
from garde.dissect.spec import SENDER, STREAM, Dissector, Fact, Hint
from garde.errors import Malformed
from garde.wire.buffer import Buffer
from garde.wire.flow import Payload

_LONGEST_LINE: Final = 2048
_MOST_LINES: Final = 32
_REPLY: Final = re.compile(rb"([1-6]\d\d)([ -])(.*)")
_COMMANDS: Final = frozenset(
    b"USER PASS AUTH SYST FEAT PWD CWD TYPE PASV EPSV PORT EPRT LIST NLST RETR STOR QUIT OPTS SIZE MDTM NOOP".split()
)
_GREETING, _SYSTEM, _TLS = b"220", b"215", b"234"


class _Side:
    def __init__(self) -> None:
        self.buffer = Buffer(limit=2 * _LONGEST_LINE)
        #: texts of a reply that goes on over lines: code, texts, first and last+1 position
        self.code = b""
        self.texts: list[bytes] = []
        self.start = self.end = 0


class _Session:
    """One control connection."""

    def __init__(self) -> None:
        self.done = False
        self._sides = (_Side(), _Side())
        self._greeted = False
        self._tls: TlsSession | None = None

    def feed(self, payload: Payload) -> Iterator[Fact]:
        if self._tls is not None:
            yield from self._tls.feed(payload)
            self.done = self._tls.done
            return
        side = self._sides[payload.direction]
        if payload.gap:
            side.buffer.clear()
            side.code = b""
        waiting = side.buffer
        waiting.add(payload.data, payload.offset)
        while self._tls is None and (end := waiting.data.find(b"\n")) >= 0:
            start = waiting.start
            yield from self._line(side, waiting.take(end + 1).rstrip(b"\r\n"), start)
        if self._tls is not None:
            rest = behind(payload, waiting.start)
            if rest is not None:
                yield from self._tls.feed(rest)
        elif len(waiting) > _LONGEST_LINE:
            raise Malformed("ftp.line", "a line without end", where=f"RFC 959 §4, offset {waiting.start}")

    def _line(self, side: _Side, line: bytes, start: int) -> Iterator[Fact]:
        match = _REPLY.match(line)
        if side.code and not (match and match[1] == side.code and match[2] == b" "):
            # RFC 959 §4.2: what lies between the first and the last line of a reply.
            text = match[3] if match and match[1] == side.code else line
            if len(side.texts) < _MOST_LINES:
                side.texts.append(text.strip())
            return
        if match is None:
            return
        if not side.code:
            side.code, side.texts, side.start = match[1], [], start + match.start(3)
        side.texts.append(match[3].strip())
        side.end = start + match.end(3)
        if match[2] == b" ":
            yield from self._reply(side)
            side.code = b""

    def _reply(self, side: _Side) -> Iterator[Fact]:
        text = " ".join(part.decode("utf-8", "replace") for part in side.texts if part)
        # Several lines are several runs of bytes with codes in between.
        end = side.end if len(side.texts) == 1 else side.start
        if side.code == _GREETING and not self._greeted:
            self._greeted = True
            yield Fact("service", "ftp", side.start - 4, side.start - 1, about=SENDER)
            yield Fact("ftp.banner", text, side.start, end, about=SENDER)
        elif side.code == _SYSTEM:
            yield Fact("ftp.system", text, side.start, end, about=SENDER)
        elif side.code == _TLS:
            self._tls = TlsSession()


def looks_like(data: bytes, hint: Hint) -> float:
    """A greeting that says FTP; or, on port 21, a reply or a command."""
    if len(data) < 5:
        return 0.0
    on_port = 21 in hint.ports
    first = data[:1024].split(b"\n", 1)[0]
    if _REPLY.match(first):
        told = first.upper()
        if b"SMTP" in told or b"SSH" in told:
            return 0.0
        if data[:3] == _GREETING and b"FTP" in data[:1024].upper():
            return 0.9
        return 0.6 if on_port else 0.0
    return 0.6 if on_port and first.split(b" ", 1)[0].strip().upper() in _COMMANDS else 0.0


FTP: Final = Dissector(
    name="ftp",
    layer=STREAM,
    reference="RFC 959, RFC 4217",
    emits=EMITS | {"ftp.banner", "ftp.system", "service"},
    looks_like=looks_like,
    session=_Session,
)
