"""RDP: remote desktops, which name the client, its build, and how the connection is protected.

Question: which computer controls which, with what client, and is the session protected?
Reference: MS-RDPBCGR (2023) §2.2.1.1 and §2.2.1.2 (negotiation), §2.2.1.3.2 (client core data); RFC 1006 (TPKT), X.224
class 0. When the sides agree on TLS, the same stream is read on as TLS: the server's certificate names the host. NTLM
inside CredSSP is read when it is not encrypted. Left out: the ``mstshash`` cookie, which is a user's name.

Example:
    >>> RDP.looks_like(bytes.fromhex("030000130ee00000000000 0100080003000000"), Hint())
    0.95
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Frame, Framed, behind
from garde.dissect.it import ntlm, tls
from garde.dissect.spec import SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_CONNECTION_REQUEST, _CONNECTION_CONFIRM, _DATA = 0xE0, 0xD0, 0xF0
_NEGOTIATION_REQUEST, _NEGOTIATION_RESPONSE, _NEGOTIATION_FAILURE = 1, 2, 3
#: §2.2.1.2.1, selectedProtocol.
PROTOCOLS: Final = {0: "rdp", 1: "tls", 2: "credssp", 4: "rdstls", 8: "credssp-early", 16: "aad"}
#: §2.2.1.2.2, failureCode: what the server insists on.
FAILURES: Final = {
    1: "tls required",
    2: "tls not allowed",
    3: "no certificate",
    5: "credssp required",
    6: "tls with client certificate required",
}
_CORE: Final = 0xC001
#: §2.2.1.3.2, version: the build of the protocol, as a version of the client.
VERSIONS: Final = {0x00080001: "4.0"}
_LONGEST: Final = 1 << 13
_MOST_BLOCKS: Final = 16


def measure(data: bytearray, synced: bool) -> int:
    """Size of the TPKT packet at the front (RFC 1006 §6), or of a fast-path one (MS-RDPBCGR §2.2.9.1.1.2)."""
    if data[0] == 3:
        if len(data) < 4:
            return MORE
        size = data[2] << 8 | data[3]
        return size if data[1] == 0 and size >= 7 else NO
    if not synced or data[0] & 3:
        return NO
    if len(data) < 3:
        return MORE
    size = (data[1] & 0x7F) << 8 | data[2] if data[1] & 0x80 else data[1]
    return size if size >= 3 else NO


class _Session:
    """One connection, as TPKT packets until the sides turn to TLS."""

    def __init__(self) -> None:
        self.done = False
        self._frames = tuple(Framed(measure, "rdp.frame", longest=_LONGEST, anchor=rb"\x03") for _ in range(2))
        self._tls: tls.TlsSession | None = None

    def feed(self, payload: Payload) -> Iterator[Fact]:
        if self._tls is not None:
            yield from self._tls.feed(payload)
            self.done = self._tls.done
            return
        for frame in self._frames[payload.direction].feed(payload):
            if frame.data[0] == 3:
                yield from self._packet(frame)
            if self.done:
                return
            if self._tls is not None:
                rest = behind(payload, frame.start + len(frame.data))
                if rest is not None:
                    yield from self._tls.feed(rest)
                return

    def _packet(self, frame: Frame) -> Iterator[Fact]:
        r = Reader(frame.data, "rdp.packet", frame.start)
        r.skip(4)
        header = r.u8()
        kind = r.u8() & 0xF0
        if kind == _CONNECTION_REQUEST:
            yield Fact("client", "rdp", frame.start + 5, frame.start + 6, about=SENDER)
        elif kind == _CONNECTION_CONFIRM:
            yield Fact("service", "rdp", frame.start + 5, frame.start + 6, about=SENDER)
            r.skip(5)
            yield from self._confirmed(r) if header >= 14 else ()
        elif kind == _DATA:
            yield from _core(frame)
            yield from ntlm.found(frame.data, frame.start, set())

    def _confirmed(self, r: Reader) -> Iterator[Fact]:
        kind = r.u8()
        r.skip(1)
        if r.le16() != 8:
            raise r.fail("a negotiation says 8 of its length (MS-RDPBCGR §2.2.1.2.1)")
        at = r.at
        value = r.le32()
        if kind == _NEGOTIATION_RESPONSE:
            yield Fact("rdp.security", PROTOCOLS.get(value, f"{value:#x}"), at, at + 4, about=SENDER)
            if value:
                self._tls = tls.TlsSession()
        elif kind == _NEGOTIATION_FAILURE:
            yield Fact("rdp.security", FAILURES.get(value, f"refused {value}"), at, at + 4, about=SENDER)
            self.done = True


def _core(frame: Frame) -> Iterator[Fact]:
    """The client core data inside the MCS Connect Initial (T.125, T.124 and MS-RDPBCGR §2.2.1.3.2)."""
    # T.124 §8.7: the H.221 key of a client is "Duca"; the blocks follow behind a PER length of one or two octets.
    key = frame.data.find(b"Duca")
    if key < 0 or frame.data[7:9] != b"\x7f\x65":
        return
    r = Reader(frame.data, "rdp.core", frame.start)
    r.skip(key + 4)
    r.skip(1 if r.u8() & 0x80 else 0)
    for _ in range(_MOST_BLOCKS):
        if r.left < 4:
            return
        kind, size = r.le16(), r.le16()
        if size < 4 or size - 4 > r.left:
            return
        block = r.sub(size - 4)
        if kind != _CORE:
            continue
        block.skip(16)
        at = block.at
        build = block.le32()
        yield Fact("rdp.client_build", str(build), at, at + 4, about=SENDER)
        at = block.at
        raw = block.take(32)
        name = raw.decode("utf-16-le", "replace").split("\0")[0]
        if name:
            yield Fact("hostname", name, at, at + 2 * len(name), about=SENDER)
        return


def looks_like(data: bytes, hint: Hint) -> float:
    """TPKT, an X.224 connection request or confirm, and RDP's own cookie or negotiation in it."""
    if len(data) < 7 or data[:2] != b"\x03\x00":
        return 0.0
    kind = data[5] & 0xF0
    on_port = 3389 in hint.ports
    if kind in (_CONNECTION_REQUEST, _CONNECTION_CONFIRM) and data[4] in (len(data) - 5, 6, 14):
        behind = data[11:]
        if behind.startswith((b"Cookie: ", b"\x01\x00\x08\x00", b"\x02\x01\x08\x00", b"\x02\x1f\x08\x00")):
            return 0.95
        if behind[:1] in (b"\x01", b"\x02", b"\x03") and behind[2:4] == b"\x08\x00":
            return 0.95
        return 0.6 if on_port else 0.0
    if kind == _DATA and data[7:9] == b"\x7f\x65" and b"Duca" in data[:512]:
        return 0.95
    return 0.6 if on_port and kind == _DATA and data[4] == 2 else 0.0


RDP: Final = Dissector(
    name="rdp",
    layer=STREAM,
    reference="MS-RDPBCGR (2023), RFC 1006, ITU-T X.224, T.125",
    emits=tls.EMITS | ntlm.EMITS | {"rdp.security", "rdp.client_build", "hostname"},
    looks_like=looks_like,
    session=_Session,
    keep=(Keep(0, b"\x03\x00\x00\x00\x00\xe0", b"\xff\xff\x00\x00\x00\xf0", payloads=24),),
)
