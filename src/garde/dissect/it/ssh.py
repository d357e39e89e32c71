"""SSH: the software on both sides, and the server's host key.

Question: which SSH program and version is this, and which key proves the server?
Reference: RFC 4253 §4.2 (identification), §6 (packets), §8 (key exchange); RFC 5656 §4; RFC 4419 §3. The host key is
shown as OpenSSH shows it: SHA-256 in Base64. Left out: algorithms, and everything after NEWKEYS, which is encrypted.

Example:
    >>> SSH.looks_like(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\\r\\n", Hint())
    0.95
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.buffer import Buffer
from garde.wire.flow import Payload

#: RFC 4253 §4.2: a server may say other lines first; the identification has 255 characters at most.
_LONGEST_LINE: Final = 255
_MOST_LINES: Final = 16
#: RFC 4253 §6.1: implementations must handle 35000 octets.
_LONGEST_PACKET: Final = 35000
_IDENTIFICATION: Final = re.compile(rb"SSH-([\x21-\x2c\x2e-\x7e]+)-([^\r\n]+?)\r?$")
_NEWKEYS: Final = 21
#: SSH_MSG_KEXDH_REPLY, SSH_MSG_KEX_ECDH_REPLY, SSH_MSG_KEX_DH_GEX_REPLY begin with the host key.
_REPLIES: Final = (31, 33)
_KEY_NAMES: Final = (b"ssh-", b"ecdsa-", b"sk-", b"rsa-", b"x509v3-")


class _Side:
    """One direction: lines until the identification, then packets until NEWKEYS."""

    def __init__(self) -> None:
        self.buffer = Buffer(limit=_LONGEST_PACKET + 4096)
        self.identified = False
        self.over = False
        self.lines = 0


class _Session:
    """One connection."""

    def __init__(self) -> None:
        self.done = False
        self._sides = (_Side(), _Side())

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = self._sides[payload.direction]
        if payload.gap and (side.identified or len(side.buffer)):
            side.over = True  # packets have no mark to find again
        if not side.over:
            side.buffer.add(payload.data, payload.offset)
            if not side.identified:
                yield from _identification(side)
            if side.identified:
                yield from _packets(side)
        self.done = all(one.over for one in self._sides)


def _identification(side: _Side) -> Iterator[Fact]:
    waiting = side.buffer
    while not side.identified:
        end = waiting.data.find(b"\n")
        if end < 0:
            if len(waiting) > _LONGEST_LINE:
                raise Malformed(
                    "ssh.identification", "a line without end", where=f"RFC 4253 §4.2, offset {waiting.start}"
                )
            return
        start = waiting.start
        match = _IDENTIFICATION.match(waiting.take(end + 1)[:-1])
        side.lines += 1
        if match:
            side.identified = True
            software = match[2].decode("utf-8", "replace")
            yield Fact("ssh.software", software, start + match.start(2), start + match.end(2), about=SENDER)
            # 1.99 means both; only SSH 1 packets look different.
            side.over = match[1] not in (b"2.0", b"1.99")
        elif side.lines == _MOST_LINES:
            raise Malformed("ssh.identification", "no identification", where=f"RFC 4253 §4.2, offset {start}")


def _packets(side: _Side) -> Iterator[Fact]:
    waiting = side.buffer
    while not side.over and len(waiting) >= 6:
        size = int.from_bytes(waiting.data[:4], "big")
        if not 2 <= size <= _LONGEST_PACKET:
            side.over = True  # SSH 1, or already encrypted
            return
        if len(waiting) < 4 + size:
            return
        start = waiting.start
        packet = waiting.take(4 + size)
        kind = packet[5]
        side.over = kind == _NEWKEYS
        if kind in _REPLIES:
            length = int.from_bytes(packet[6:10], "big")
            key = packet[10 : 10 + length]
            # In SSH_MSG_KEX_DH_GEX_GROUP the same number carries a prime instead.
            if len(key) == length and key[4:].startswith(_KEY_NAMES):
                print_ = base64.b64encode(hashlib.sha256(key).digest()).rstrip(b"=").decode()
                at = start + 10
                yield Fact("ssh.host_key", f"SHA256:{print_}", at, at + length, about=SENDER)
                yield Fact("service", "ssh", start + 5, start + 6, about=SENDER)
                yield Fact("client", "ssh", start + 5, start + 6, about=RECEIVER)


def looks_like(data: bytes, hint: Hint) -> float:
    """The identification, at the front or after a few lines on the SSH port."""
    if data[:4] == b"SSH-" and data[4:5].isdigit():
        return 0.95
    return 0.7 if 22 in hint.ports and b"\nSSH-" in data[:1024] else 0.0


SSH: Final = Dissector(
    name="ssh",
    layer=STREAM,
    reference="RFC 4253, RFC 5656, RFC 4419",
    emits=frozenset({"ssh.software", "ssh.host_key", "service", "client"}),
    looks_like=looks_like,
    session=_Session,
    keep=(Keep(0, b"SSH-", payloads=12),),
)
