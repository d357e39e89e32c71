"""VNC: remote desktops that speak RFB.

Question: which version of RFB, how is access protected, and what is the desktop called?
Reference: RFC 6143 §7.1 (handshake), §7.3.2 (ServerInit). Left out: passwords' challenges, pictures, keys, and security
types that encrypt the rest.

Example:
    >>> VNC.looks_like(b"RFB 003.008\\n", Hint())
    0.95
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import SENDER, STREAM, Dissector, Fact, Hint
from garde.errors import Malformed
from garde.wire.buffer import Buffer
from garde.wire.flow import Payload

_VERSION: Final = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
#: RFC 6143 §7.1.2 and the IANA registry "RFB Security Types".
SECURITY: Final = {
    0: "refused",
    1: "none",
    2: "vnc authentication",
    5: "RA2",
    6: "RA2ne",
    16: "Tight",
    17: "Ultra",
    18: "TLS",
    19: "VeNCrypt",
    20: "SASL",
    21: "MD5",
    22: "xvp",
    30: "Apple Remote Desktop",
}
_NONE, _VNC_AUTHENTICATION = 1, 2
_LONGEST_NAME: Final = 1024


class _Session:
    """One connection; what the server's bytes mean depends on both versions and on the client's choice."""

    def __init__(self) -> None:
        self.done = False
        self._buffers = (Buffer(limit=1 << 16), Buffer(limit=1 << 16))
        self._versions: list[int | None] = [None, None]
        #: the side that spoke first, which RFC 6143 §7.1.1 makes the server
        self._server: int | None = None
        self._choice: int | None = None
        self._step = self._security

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = payload.direction
        if payload.gap > 0 or (payload.gap and self._versions[side] is not None):
            self.done = True
            return
        if self._server is None:
            self._server = side
        waiting = self._buffers[side]
        waiting.add(payload.data, payload.offset)
        if self._versions[side] is None:
            yield from self._version(waiting, side)
        if self._versions[side] is None:
            return
        if side != self._server:
            self._client(waiting)
            waiting.clear()
        yield from self._serve()

    def _version(self, waiting: Buffer, side: int) -> Iterator[Fact]:
        if len(waiting) < 12:
            return
        start = waiting.start
        match = _VERSION.fullmatch(waiting.take(12))
        if match is None:
            raise Malformed("vnc.version", "no protocol version", where=f"RFC 6143 §7.1.1, offset {start}")
        major, minor = int(match[1]), int(match[2])
        self._versions[side] = minor
        if side == self._server:
            yield Fact("vnc.version", f"{major}.{minor}", start + 4, start + 11, about=SENDER)
            yield Fact("service", "vnc", start, start + 3, about=SENDER)
        else:
            yield Fact("client", "vnc", start, start + 3, about=SENDER)

    def _client(self, waiting: Buffer) -> None:
        # RFC 6143 §7.1.2: from 3.7 on the client answers the list with one octet.
        if self._choice is None and waiting.data and (self._versions[1 - (self._server or 0)] or 0) >= 7:
            self._choice = waiting.data[0]

    def _serve(self) -> Iterator[Fact]:
        """Take step after step of the server's messages as long as their bytes are there."""
        assert self._server is not None
        if None in self._versions:
            return
        waiting = self._buffers[self._server]
        while not self.done and waiting.data:
            before = self._step, len(waiting)
            yield from self._step(waiting)
            if (self._step, len(waiting)) == before:
                return

    def _security(self, waiting: Buffer) -> Iterator[Fact]:
        assert self._server is not None
        start = waiting.start
        if (self._versions[1 - self._server] or 0) < 7:
            # RFC 6143 appendix A.1: the server of 3.3 decides, in 32 bits.
            if len(waiting) >= 4:
                self._choice = int.from_bytes(waiting.take(4), "big")
                yield Fact("vnc.security", _security_name(self._choice), start, start + 4, about=SENDER)
                self._step = self._challenge
            return
        count = waiting.data[0]
        if len(waiting) < 1 + count:
            return
        offered = waiting.take(1 + count)[1:]
        for index, kind in enumerate(offered or b"\0"):
            at = start + min(1 + index, count)
            yield Fact("vnc.security", _security_name(kind), at, at + (1 if count else 0), about=SENDER)
        self.done = not count
        self._step = self._challenge

    def _challenge(self, waiting: Buffer) -> Iterator[Fact]:
        assert self._server is not None
        old = (self._versions[1 - self._server] or 0) < 8
        if self._choice is None:
            return
        if self._choice == _NONE:
            # RFC 6143 appendix A: before 3.8 there is no result without authentication.
            self._step = self._init if old else self._result
        elif self._choice == _VNC_AUTHENTICATION:
            if len(waiting) < 16:
                return
            waiting.drop(16)
            self._step = self._result
        else:
            self.done = True
        yield from ()

    def _result(self, waiting: Buffer) -> Iterator[Fact]:
        if len(waiting) >= 4:
            self.done = any(waiting.take(4))
            self._step = self._init
        yield from ()

    def _init(self, waiting: Buffer) -> Iterator[Fact]:
        """RFC 6143 §7.3.2: sizes and pixel format in 20 octets, then the name."""
        if len(waiting) < 24:
            return
        size = int.from_bytes(waiting.data[20:24], "big")
        if size > _LONGEST_NAME:
            raise Malformed(
                "vnc.server-init", f"a name of {size} octets", where=f"RFC 6143 §7.3.2, offset {waiting.start}"
            )
        if len(waiting) < 24 + size:
            return
        start = waiting.start + 24
        name = waiting.take(24 + size)[24:]
        self.done = True
        if name:
            yield Fact("friendly_name", name.decode("utf-8", "replace"), start, start + size, about=SENDER)


def _security_name(kind: int) -> str:
    return SECURITY.get(kind, f"type {kind}")


def looks_like(data: bytes, hint: Hint) -> float:
    """The protocol version, twelve octets."""
    return 0.95 if data[:4] == b"RFB " and _VERSION.match(data[:12]) else 0.0


VNC: Final = Dissector(
    name="vnc",
    layer=STREAM,
    reference="RFC 6143",
    emits=frozenset({"vnc.version", "vnc.security", "friendly_name", "service", "client"}),
    looks_like=looks_like,
    session=_Session,
    keep=(),
)
