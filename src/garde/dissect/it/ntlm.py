"""NTLM: the Windows build, host and domain that a challenge gives away.

Question: which Windows is this, what is it called, and in which domain?
Reference: MS-NLMP (2023) §2.2.1 (messages), §2.2.2.1 (AV_PAIR), §2.2.2.10 (VERSION). Carried by SMB, HTTP and RDP, raw
or inside SPNEGO, so it is found by its signature. Left out: user names, responses and keys, which never leave here.

Example:
    >>> [at for at in messages(b"..NTLMSSP\\0\\x02\\0\\0\\0")]
    [2]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.spec import SENDER, Fact
from garde.errors import Malformed
from garde.wire.reader import Reader

SIGNATURE: Final = b"NTLMSSP\0"
EMITS: Final = frozenset({"hostname", "domain", "os_build"})

_NEGOTIATE: Final = 1
_CHALLENGE: Final = 2
_AUTHENTICATE: Final = 3
#: §2.2.2.5: NTLMSSP_NEGOTIATE_UNICODE and NTLMSSP_NEGOTIATE_VERSION.
_UNICODE: Final = 0x00000001
_VERSION: Final = 0x02000000
#: §2.2.2.1: names in an AV_PAIR, from the NetBIOS ones to the DNS ones.
_NB_COMPUTER, _NB_DOMAIN, _DNS_COMPUTER, _DNS_DOMAIN = 1, 2, 3, 4
_MOST_PAIRS: Final = 32
_MOST_MESSAGES: Final = 4

#: value, first and last+1 byte.
Text = tuple[str, int, int]


def messages(data: bytes) -> Iterator[int]:
    """Where NTLM messages begin in ``data``; a few at most."""
    at = data.find(SIGNATURE)
    for _ in range(_MOST_MESSAGES):
        if at < 0:
            return
        yield at
        at = data.find(SIGNATURE, at + 8)


def found(data: bytes, base: int, servers: set[str]) -> Iterator[Fact]:
    """What all NTLM messages in ``data`` say of their sender; those that are broken or cut say nothing.

    Args:
        base: position of ``data[0]``.
        servers: names, in lower case, of the servers that challenged on this connection; grows. An account of the
            server itself has the server's name for a domain, which is no domain of the client.
    """
    for at in messages(data):
        try:
            facts = list(message(data[at:], base + at))
        except Malformed:
            continue
        challenge = data[at + 8] == _CHALLENGE
        for fact in facts:
            if challenge and fact.attribute == "hostname":
                servers.add(fact.value.lower())
            if challenge or fact.attribute != "domain" or fact.value.lower() not in servers:
                yield fact


def message(data: bytes, base: int) -> Iterator[Fact]:
    """What one message says of its sender.

    Args:
        data: the message and what follows it.
        base: position of ``data[0]``.

    Raises:
        Malformed: MS-NLMP §2.2.1 is broken.
    """
    r = Reader(data, "ntlm.message", base)
    if r.take(8) != SIGNATURE:
        raise r.fail("no NTLMSSP")
    kind = r.le32()
    if kind == _CHALLENGE:
        yield from _challenge(data, base)
    elif kind == _AUTHENTICATE:
        yield from _client(data, base, flags_at=60, domain_at=28, computer_at=44)
    elif kind == _NEGOTIATE:
        yield from _client(data, base, flags_at=12, domain_at=16, computer_at=24)
    else:
        raise r.fail("no such message type")


def _challenge(data: bytes, base: int) -> Iterator[Fact]:
    flags = _at(data, 20, base).le32()
    names: dict[int, Text] = {}
    if len(data) >= 48:
        for kind, text in _pairs(data, base):
            names.setdefault(kind, text)
    own: set[str] = set()
    for value, start, end in (names[kind] for kind in (_NB_COMPUTER, _DNS_COMPUTER) if kind in names):
        if value.lower() not in own:
            own.add(value.lower())
            yield _fact("hostname", value, start, end)
    # A machine of no domain puts its own name where the domain's would stand.
    domains = [names[kind] for kind in (_DNS_DOMAIN, _NB_DOMAIN) if kind in names]
    for value, start, end in domains:
        if value.lower() not in own:
            yield _fact("domain", value, start, end)
            break
    if flags & _VERSION:
        yield from _build(data, 48, base)


def _client(data: bytes, base: int, *, flags_at: int, domain_at: int, computer_at: int) -> Iterator[Fact]:
    # Older clients end the header before the flags (MS-NLMP §2.2.1.3: those of Windows NT and 98).
    first = int.from_bytes(data[computer_at + 4 : computer_at + 8], "little")
    flags = _at(data, flags_at, base).le32() if flags_at < computer_at or first >= flags_at + 4 else _UNICODE
    # §2.2.1.1: a NEGOTIATE message has OEM text, whatever its flags say.
    unicode = bool(flags & _UNICODE) and flags_at > computer_at
    computer = _field(data, computer_at, base, unicode)
    domain = _field(data, domain_at, base, unicode)
    if computer[0]:
        yield _fact("hostname", *computer)
    if domain[0].lower() not in ("", ".", computer[0].lower()):
        yield _fact("domain", *domain)
    if flags & _VERSION:
        yield from _build(data, 64 if flags_at == 60 else 32, base)


def _at(data: bytes, at: int, base: int) -> Reader:
    r = Reader(data, "ntlm.message", base)
    r.skip(at)
    return r


def _field(data: bytes, at: int, base: int, unicode: bool) -> Text:
    r = _at(data, at, base)
    size = r.le16()
    r.skip(2)
    start = r.le32()
    if not size:
        return "", base + start, base + start
    raw = _at(data, start, base).take(size)
    return raw.decode("utf-16-le" if unicode else "cp437", "replace"), base + start, base + start + size


def _pairs(data: bytes, base: int) -> Iterator[tuple[int, Text]]:
    r = _at(data, 40, base)
    size = r.le16()
    r.skip(2)
    start = r.le32()
    if not size:
        return
    block = _at(data, start, base).sub(size)
    for _ in range(_MOST_PAIRS):
        if block.left < 4:
            return
        kind = block.le16()
        length = block.le16()
        if kind == 0:
            return
        at = block.at
        value = block.take(length)
        text = value.decode("utf-16-le", "replace").strip("\0")
        if kind <= _DNS_DOMAIN and text:
            yield kind, (text, at, at + length)


def _build(data: bytes, at: int, base: int) -> Iterator[Fact]:
    r = _at(data, at, base)
    major, minor, build = r.u8(), r.u8(), r.le16()
    if major:
        yield _fact("os_build", f"{major}.{minor}.{build}", base + at, base + at + 4)


def _fact(attribute: str, value: str, start: int, end: int) -> Fact:
    return Fact(attribute, value, start, end, about=SENDER, source="ntlm")
