"""Lines: sign-ins of the protocols that people type, readable by whoever listens.

Question: does somebody send a name and a password in clear, is the account a default one, and were they let in?
Reference: RFC 959 §4.1.1 (FTP), RFC 854 (Telnet), RFC 1939 §7 (POP3), RFC 3501 §6.2.3 (IMAP), RFC 4616 and RFC 4954
(SMTP AUTH PLAIN). Left out: what is done afterwards; sign-ins that are digested or encrypted; the text of either.

Example: ``USER admin``, ``PASS admin``, ``230`` give ``login.clear`` with ``default`` 1, then ``login.accepted``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.accounts import login
from garde.dissect.listen.spec import Digest, Listener, Told
from garde.dissect.spec import STREAM, Hint, Keep
from garde.wire.flow import Payload

_LONGEST: Final = 2048
_PORTS: Final = {21: "ftp", 23: "telnet", 25: "smtp", 110: "pop3", 143: "imap", 587: "smtp"}
#: Telnet: IAC and what follows it (RFC 854), then what a server asks and says.
_IAC: Final = re.compile(rb"\xff(?:[\xfb-\xfe].|\xfa.*?\xff\xf0|[\xf0-\xf9])", re.DOTALL)
_ASKS_NAME: Final = re.compile(rb"(?:login|user(?:name)?|account)\s*:?\s*$", re.IGNORECASE)
_ASKS_SECRET: Final = re.compile(rb"pass(?:word|code|phrase)?[^:\r\n]{0,40}:\s*$", re.IGNORECASE)
_REFUSES: Final = re.compile(rb"incorrect|invalid|failed|denied|bad password|refused|wrong", re.IGNORECASE)
_LETS_IN: Final = re.compile(rb"[$#>%]\s*$|last login|welcome", re.IGNORECASE)
_BACK: Final = re.compile(rb"[^\x08\x7f][\x08\x7f]")


class _Ear:
    """One connection of one of these protocols."""

    def __init__(self, digest: Digest, by: str) -> None:
        self.done = False
        self._digest = digest
        self._by = by
        self._waiting = [bytearray(), bytearray()]
        self._starts = [0, 0]
        self._name = ""
        self._tried = False
        self._await = ""

    def feed(self, payload: Payload) -> Iterator[Told]:
        way = payload.direction
        client = payload.flow.ends[0].port >= payload.flow.ends[1].port
        asks = (way == 0) == client
        held = self._waiting[way]
        if payload.gap:
            held.clear()
        if not held:
            self._starts[way] = payload.offset
        data = payload.data
        if self._by == "telnet":
            data = _IAC.sub(b"", data).replace(b"\0", b"")
            held += data
            yield from self._telnet(held, asks, payload.offset)
        else:
            held += data
            while (at := held.find(b"\n")) >= 0:
                line = bytes(held[:at]).rstrip(b"\r")
                del held[: at + 1]
                yield from self._command(line, payload.offset) if asks else self._reply(line, payload.offset)
        del held[:-_LONGEST]

    # ------------------------------------------------------------ lines with codes
    def _command(self, line: bytes, start: int) -> Iterator[Told]:
        word, _, rest = line.partition(b" ")
        word, text = word.upper(), rest.decode("utf-8", "replace").strip()
        if word == b"USER":
            self._name = text
        elif word == b"PASS":
            self._tried = True
            yield login(self._by, self._name, text, self._digest, start)
        elif self._by == "imap" and rest[:6].upper() == b"LOGIN ":
            parts = [part.strip('"') for part in rest[6:].decode("utf-8", "replace").split(" ", 1)]
            if len(parts) == 2:
                self._tried = True
                yield login(self._by, parts[0], parts[1], self._digest, start)
        elif word == b"AUTH" and rest[:6].upper() == b"PLAIN ":
            try:
                parts = base64.b64decode(rest[6:], validate=True).decode("utf-8", "replace").split("\0")
            except (binascii.Error, ValueError):
                return
            if len(parts) == 3:
                self._tried = True
                yield login(self._by, parts[1], parts[2], self._digest, start)
        elif word in (b"STARTTLS", b"STLS") or (word == b"AUTH" and rest[:3].upper() in (b"TLS", b"SSL")):
            self.done = True

    def _reply(self, line: bytes, start: int) -> Iterator[Told]:
        if not self._tried:
            return
        good = line.startswith((b"230", b"235", b"+OK")) or (self._by == "imap" and b" OK" in line[:24])
        bad = line.startswith((b"530", b"535", b"-ERR", b"421")) or (self._by == "imap" and b" NO" in line[:24])
        if good or bad:
            self._tried = False
            yield Told("login.accepted" if good else "login.refused", {"by": self._by}, start)

    # ------------------------------------------------------------ a terminal
    def _telnet(self, held: bytearray, asks: bool, start: int) -> Iterator[Told]:
        if not asks:
            text = bytes(held[-256:])
            if self._tried and _REFUSES.search(text):
                self._tried = False
                held.clear()
                yield Told("login.refused", {"by": "telnet"}, start)
            elif self._tried and _LETS_IN.search(text):
                self._tried = False
                held.clear()
                yield Told("login.accepted", {"by": "telnet"}, start)
            text = bytes(held[-256:])
            asked = "secret" if _ASKS_SECRET.search(text) else "name" if _ASKS_NAME.search(text) else ""
            if asked and asked != self._await:
                self._await = asked
                self._waiting[0].clear()
                self._waiting[1].clear()
            return
        while (at := min((i for i in (held.find(b"\r"), held.find(b"\n")) if i >= 0), default=-1)) >= 0:
            line = bytes(held[:at])
            del held[: at + 1]
            if held[:1] == b"\n":
                del held[:1]
            while _BACK.search(line):
                line = _BACK.sub(b"", line)
            typed = line.decode("utf-8", "replace").strip()
            if self._await == "name":
                self._name, self._await = typed, ""
            elif self._await == "secret":
                self._await, self._tried = "", True
                yield login("telnet", self._name, typed, self._digest, start)


def _ear(by: str) -> type[_Ear]:
    class Ear(_Ear):
        def __init__(self, digest: Digest) -> None:
            super().__init__(digest, by)

    return Ear


def _likely(by: str, first: re.Pattern[bytes]) -> object:
    def looks_like(data: bytes, hint: Hint) -> float:
        on_port = any(_PORTS.get(port) == by for port in hint.ports)
        found = first.match(data)
        return 0.85 if found and on_port else 0.6 if found and by == "ftp" else 0.0

    return looks_like


def _row(by: str, reference: str, first: bytes) -> Listener:
    return Listener(
        name=by,
        layer=STREAM,
        reference=reference,
        tells=frozenset({"login.clear", "login.accepted", "login.refused"}),
        looks_like=_likely(by, re.compile(first, re.IGNORECASE | re.DOTALL)),  # type: ignore[arg-type]
        ear=_ear(by),
        keep=(Keep(0, b"USER ", payloads=256), Keep(0, b"PASS ", payloads=256))
        if by in ("ftp", "pop3")
        else _KEEP.get(by, ()),
    )


#: Telnet begins with a negotiation; what is typed comes byte by byte.
_KEEP: Final = {"telnet": (Keep(0, b"\xff\xf0", b"\xff\xf0", payloads=512),)}

FTP: Final = _row("ftp", "RFC 959", rb"220[ -][^\r\n]*(?:ftp|ready|service|welcome)|220[ -]|USER [^\r\n]+\r?\n|PASS ")
TELNET: Final = _row("telnet", "RFC 854", rb"\xff[\xfb-\xfe]|.{0,200}(?:login|user(?:name)?|password)\s*:")
POP3: Final = _row("pop3", "RFC 1939", rb"\+OK|USER |PASS |CAPA")
IMAP: Final = _row("imap", "RFC 3501", rb"\* OK|[A-Za-z0-9.]{1,12} (?:LOGIN|CAPABILITY|NOOP)")
SMTP: Final = _row("smtp", "RFC 4954", rb"220[ -]|EHLO |HELO ")
