"""OPC UA: servers and clients of the binary protocol.

Question: which application is this, of which maker and version, at which address, and is the channel secured?
Reference: OPC 10000-6 (1.05) §5.2 (binary encoding), §6.7 (secure conversation), §7.1 (Hello, Acknowledge); OPC
10000-4 §5.4, §5.5, §5.6 (services), §7.2 (ApplicationDescription); OPC 10000-5 §12.4 (BuildInfo). Certificates of the
secure channel are read as X.509. Left out: encrypted bodies, values of the process, names of sessions and users.

Example:
    >>> OPCUA.looks_like(b"HELF" + (40).to_bytes(4, "little") + bytes(32), Hint())
    0.95
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.it import x509
from garde.dissect.spec import RECEIVER, SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.errors import Malformed
from garde.wire.flow import Payload
from garde.wire.reader import Reader

_TYPES: Final = (b"HEL", b"ACK", b"OPN", b"MSG", b"CLO", b"ERR", b"RHE")
_LONGEST: Final = 1 << 16
_MOST_ENDPOINTS: Final = 32
_MOST_STRINGS: Final = 64
#: OPC 10000-6 annex A, numeric ids of the binary encodings.
_FIND_SERVERS_RESPONSE, _GET_ENDPOINTS_RESPONSE = 425, 431
_CREATE_SESSION_REQUEST, _CREATE_SESSION_RESPONSE, _READ_RESPONSE = 461, 464, 634
#: BuildInfo alone, and inside ServerStatus behind two times and a state: NodeId of four bytes, then "a byte string".
_BUILD_INFO: Final = ((b"\x01\x00\x54\x01\x01", 0), (b"\x01\x00\x60\x03\x01", 20))
_MODES: Final = {1: "none", 2: "sign", 3: "sign and encrypt"}

Text = tuple[str, int, int]


def measure(data: bytearray, synced: bool) -> int:
    """Size of the chunk at the front (OPC 10000-6 §6.7.2.2, §7.1.2.2)."""
    head = bytes(data[:3])
    if head not in _TYPES:
        return MORE if len(head) < 3 and any(kind.startswith(head) for kind in _TYPES) else NO
    if len(data) < 8:
        return NO if len(data) > 3 and data[3] not in b"FCA" else MORE
    size = int.from_bytes(data[4:8], "little")
    return size if data[3] in b"FCA" and 8 <= size <= 1 << 24 else NO


class _Session:
    """One connection; messages of several chunks are put together."""

    def __init__(self) -> None:
        self.done = False
        self._frames = tuple(Framed(measure, "opcua.chunk", longest=_LONGEST, anchor=rb"[HAOMCER]") for _ in range(2))
        self._bodies = (bytearray(), bytearray())

    def feed(self, payload: Payload) -> Iterator[Fact]:
        side = payload.direction
        if payload.gap:
            self._bodies[side].clear()
        for frame in self._frames[side].feed(payload):
            kind = frame.data[:3]
            if kind in (b"HEL", b"RHE"):
                yield from _hello(frame, reverse=kind == b"RHE")
            elif kind == b"ACK":
                yield Fact("service", "opcua", frame.start, frame.start + 3, about=SENDER)
            elif kind == b"OPN":
                yield from _open(frame)
            elif kind == b"MSG":
                yield from self._message(frame, self._bodies[side])

    def _message(self, frame: Frame, body: bytearray) -> Iterator[Fact]:
        # §6.7.2: channel and token, then sequence number and request.
        only = not body and frame.data[3:4] == b"F"
        if len(body) + len(frame.data) <= _LONGEST:
            body += frame.data[24:]
        if frame.data[3:4] == b"C":
            return
        data = bytes(body)
        body.clear()
        if frame.data[3:4] == b"A":
            return
        try:
            facts = list(_service(Reader(data, "opcua.message", frame.start + 24)))
        except Malformed:
            return  # encrypted, or cut
        for fact in facts:
            at = frame.start
            yield fact if only else Fact(fact.attribute, fact.value, at, at, about=fact.about, source=fact.source)


def _hello(frame: Frame, *, reverse: bool) -> Iterator[Fact]:
    r = Reader(frame.data, "opcua.hello", frame.start)
    r.skip(8)
    if reverse:
        yield from _said("opcua.application", _string(r), SENDER)
        yield from _said("opcua.endpoint", _string(r), SENDER)
        return
    r.skip(20)
    yield Fact("client", "opcua", frame.start, frame.start + 3, about=SENDER)
    yield from _said("opcua.endpoint", _string(r), RECEIVER)


def _open(frame: Frame) -> Iterator[Fact]:
    """§6.7.2.3, the asymmetric header: policy, then the sender's certificate."""
    r = Reader(frame.data, "opcua.open", frame.start)
    r.skip(12)
    policy, start, end = _string(r)
    yield from _said("opcua.security", (policy.rpartition("#")[2], start + policy.rfind("#") + 1, end), SENDER)
    yield from _certificate(r)


def _certificate(r: Reader) -> Iterator[Fact]:
    size = _length(r)
    at = r.at
    raw = r.take(size)
    if not raw:
        return
    try:
        found = list(x509.facts(raw))
    except Malformed:
        return
    for attribute, value, start, end in found:
        yield Fact(attribute, value, at + start, at + end, about=SENDER, source="tls.certificate")


def _service(r: Reader) -> Iterator[Fact]:
    if r.take(2) != b"\x01\x00":
        raise r.fail("no service, or encrypted (OPC 10000-6 §5.2.2.9)")
    kind = r.le16()
    if kind == _CREATE_SESSION_REQUEST:
        _node(r)
        r.skip(16)
        _string(r)
        r.skip(4)
        _extension(r)
        yield from _application(r, own=True)
        return
    if kind not in (_FIND_SERVERS_RESPONSE, _GET_ENDPOINTS_RESPONSE, _CREATE_SESSION_RESPONSE, _READ_RESPONSE):
        return
    _response_header(r)
    if kind == _READ_RESPONSE:
        yield from _build_info(r)
    elif kind == _FIND_SERVERS_RESPONSE:
        # A discovery server lists others: only a list of one is sure to be of the sender.
        if _length(r) == 1:
            yield from _application(r, own=True)
    else:
        if kind == _CREATE_SESSION_RESPONSE:
            _node(r)
            _node(r)
            r.skip(8)
            r.skip(_length(r))
            yield from _certificate(r)
        yield from _endpoints(r)


def _response_header(r: Reader) -> None:
    """OPC 10000-4 §7.33; one with diagnostics is not read."""
    r.skip(16)
    if r.u8():
        raise r.fail("diagnostics are not read")
    for _ in range(min(_length(r), _MOST_STRINGS)):
        _string(r)
    _extension(r)


def _endpoints(r: Reader) -> Iterator[Fact]:
    """OPC 10000-4 §7.14."""
    for index in range(min(_length(r), _MOST_ENDPOINTS)):
        yield from _said("opcua.endpoint", _string(r), SENDER)
        yield from _application(r, own=not index)
        if index:
            r.skip(_length(r))
        else:
            yield from _certificate(r)
        mode = r.le32()
        policy, start, end = _string(r)
        name = f"{policy.rpartition('#')[2]}, {_MODES.get(mode, str(mode))}"
        yield Fact("opcua.security", name, start, end, about=SENDER)
        for _ in range(min(_length(r), _MOST_STRINGS)):
            _string(r)
            r.skip(4)
            for _ in range(3):
                _string(r)
        _string(r)
        r.skip(1)


def _application(r: Reader, *, own: bool) -> Iterator[Fact]:
    """OPC 10000-4 §7.2."""
    uri, product, name = _string(r), _string(r), _localized(r)
    r.skip(4)
    for _ in range(2):
        _string(r)
    for _ in range(min(_length(r), _MOST_STRINGS)):
        _string(r)
    if own:
        yield from _said("opcua.application", uri, SENDER)
        yield from _said("opcua.product", product, SENDER)
        yield from _said("friendly_name", name, SENDER)


def _build_info(r: Reader) -> Iterator[Fact]:
    """OPC 10000-5 §12.4, wherever it stands among the values read."""
    for mark, skipped in _BUILD_INFO:
        at = r.data.find(mark, r.pos)
        if at < 0:
            continue
        r.skip(at + len(mark) + 4 + skipped - r.pos)
        yield from _said("opcua.product", _string(r), SENDER)
        for attribute in ("manufacturer", "model", "software"):
            yield from _said(attribute, _string(r), SENDER)
        return


def _said(attribute: str, text: Text, about: str) -> Iterator[Fact]:
    value, start, end = text
    if value:
        yield Fact(attribute, value, start, end, about=SENDER if about == SENDER else RECEIVER)


def _length(r: Reader) -> int:
    """A length of 32 bits; -1, for null, is 0 (OPC 10000-6 §5.2.2.4)."""
    size = r.le32()
    return 0 if size == 0xFFFFFFFF else size


def _string(r: Reader) -> Text:
    size = _length(r)
    at = r.at
    return r.take(size).decode("utf-8", "replace"), at, at + size


def _localized(r: Reader) -> Text:
    """OPC 10000-6 §5.2.2.14: a mask, locale, text."""
    mask = r.u8()
    if mask & 1:
        _string(r)
    return _string(r) if mask & 2 else ("", r.at, r.at)


def _node(r: Reader) -> None:
    """Pass over a NodeId (OPC 10000-6 §5.2.2.9)."""
    kind = r.u8() & 0x3F
    if kind in (0, 1, 2):
        r.skip((1, 3, 6)[kind])
    elif kind == 4:
        r.skip(18)
    elif kind in (3, 5):
        r.skip(2)
        r.skip(_length(r))
    else:
        raise r.fail("no NodeId (OPC 10000-6 §5.2.2.9)")


def _extension(r: Reader) -> None:
    """Pass over an ExtensionObject (OPC 10000-6 §5.2.2.15)."""
    _node(r)
    if r.u8():
        r.skip(_length(r))


def looks_like(data: bytes, hint: Hint) -> float:
    """A message type, a chunk type and a sane size."""
    if len(data) < 8 or data[:3] not in _TYPES or data[3] not in b"FCA":
        return 0.0
    size = int.from_bytes(data[4:8], "little")
    return 0.95 if 8 <= size <= 1 << 24 else 0.0


OPCUA: Final = Dissector(
    name="opcua",
    layer=STREAM,
    reference="OPC 10000-6 (1.05), OPC 10000-4, OPC 10000-5",
    emits=frozenset(
        {
            "client",
            "service",
            "opcua.application",
            "opcua.endpoint",
            "opcua.security",
            "opcua.product",
            "friendly_name",
            "manufacturer",
            "model",
            "software",
            "certificate.fingerprint",
            "certificate.subject",
            "certificate.issuer",
            "certificate.not_after",
            "certificate.name",
            "certificate.key",
        }
    ),
    looks_like=looks_like,
    session=_Session,
    keep=(Keep(0, b"HELF", payloads=24),),
)
