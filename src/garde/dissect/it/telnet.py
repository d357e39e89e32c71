"""Telnet: the banner a device shows before it asks who is there.

Question: what does this device say of itself before the log-in?
Reference: RFC 854 (commands), RFC 855 (options), RFC 1091 (terminal type, passed over). The banner ends where a name
or a password is asked for, or where the client's first words go out: nothing typed is ever read.

Example:
    >>> TELNET.looks_like(bytes.fromhex("fffd18fffd20"), Hint())
    0.9
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint
from garde.wire.flow import Payload

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_LONGEST: Final = 1024
#: A prompt for a name or a password ends the banner.
_PROMPT: Final = re.compile(rb"(?i)(log ?[io]n|user ?name|user|pass ?word|account)[^\r\n:]{0,20}:")


class _Text:
    """The plain text of one direction, with the commands taken out (RFC 854)."""

    def __init__(self) -> None:
        self.text = bytearray()
        #: stream position of every octet of ``text``
        self.places: list[int] = []
        self.commands = False
        self._state = 0

    @property
    def speaks(self) -> bool:
        """Whether there is more than blanks."""
        return bool(self.text.strip(b"\r\n\0 "))

    def add(self, data: bytes, at: int) -> None:
        """Read on; text beyond `_LONGEST` octets is dropped."""
        for index, octet in enumerate(data):
            if self._state == 0:
                if octet == _IAC:
                    self._state = _IAC
                elif len(self.text) < _LONGEST:
                    self.text.append(octet)
                    self.places.append(at + index)
            elif self._state == _IAC:
                self._command(octet, at + index)
            elif self._state == _SB:
                # Sub-negotiation: skip to IAC SE.
                self._state = _SE if octet == _IAC else _SB
            elif self._state == _SE:
                self._state = 0 if octet == _SE else _SB
            else:
                self._state = 0  # the option behind WILL, WONT, DO, DONT

    def _command(self, octet: int, at: int) -> None:
        self.commands = True
        if octet == _IAC and len(self.text) < _LONGEST:
            self.text.append(octet)
            self.places.append(at)
        self._state = octet if octet in (_SB, _WILL, _WONT, _DO, _DONT) else 0

    def clear(self) -> None:
        """Forget the text and any half command."""
        self.text.clear()
        self.places.clear()
        self._state = 0


class _Session:
    """One connection: both sides as text, until the banner is over."""

    def __init__(self) -> None:
        self.done = False
        self._sides = (_Text(), _Text())

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = self._sides[payload.direction]
        if payload.gap > 0 or (payload.gap and not side.commands and not _is_text(payload.data)):
            self.done = True  # a banner with a hole is no banner, and behind the hole may be what was typed
            return
        side.add(payload.data, payload.offset)
        other = self._sides[1 - payload.direction]
        prompt = _PROMPT.search(side.text)
        if side.speaks and other.speaks:
            # The other side's text is a banner; this one answers it.
            self.done = True
            yield from _banner(other, _LONGEST, RECEIVER)
        elif prompt:
            self.done = True
            yield from _banner(side, prompt.start(), SENDER)
        elif len(side.text) >= _LONGEST:
            self.done = True
            yield from _banner(side, _LONGEST, SENDER)


def _banner(side: _Text, end: int, who: Literal["sender", "receiver"]) -> Iterator[Fact]:
    raw = bytes(side.text[:end])
    text = " ".join(raw.decode("utf-8", "replace").split())
    first = len(raw) - len(raw.lstrip())
    last = len(raw.rstrip())
    start = stop = 0
    if last > first:
        start, stop = side.places[first], side.places[last - 1] + 1
        if stop - start != last - first:
            stop = start  # commands stand in between
    yield Fact("service", "telnet", start, start, about=who)
    yield Fact("client", "telnet", start, start, about=RECEIVER if who == SENDER else SENDER)
    if text:
        yield Fact("telnet.banner", text, start, stop, about=who)


def _is_text(data: bytes) -> bool:
    return all(octet in b"\t\r\n\x1b\0" or 32 <= octet < 127 or octet >= 0xC0 for octet in data[:64])


def looks_like(data: bytes, hint: Hint) -> float:
    """An option negotiation; or a prompt in plain text on port 23."""
    if len(data) >= 3 and data[0] == _IAC and _WILL <= data[1] <= _DONT and data[2] < 140:
        if len(data) >= 6:
            return 0.9 if data[3] == _IAC or _is_text(data[3:]) else 0.0
        return 0.8
    if len(data) >= 4 and data[:2] == b"\xff\xfa" and b"\xff\xf0" in data:
        return 0.8
    on_port = 23 in hint.ports or 2323 in hint.ports
    return 0.6 if on_port and len(data) > 5 and _is_text(data) and _PROMPT.search(data) else 0.0


TELNET: Final = Dissector(
    name="telnet",
    layer=STREAM,
    reference="RFC 854, RFC 855",
    emits=frozenset({"telnet.banner", "service", "client"}),
    looks_like=looks_like,
    session=_Session,
)
