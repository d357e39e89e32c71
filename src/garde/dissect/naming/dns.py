"""DNS: which names a station asks for, and who answers.

Question: whom does this station look for, and which server does it ask?
Reference: RFC 1035, RFC 7766 (over TCP: a length before each message). Names asked tell the maker's cloud and the
update service of a system. Left out: the answers, which tell of others and belong to whoever was asked for; zone
transfers.

Example: a query for ``time.windows.com`` gives ``dns.query`` of the sender and the role ``server`` of who answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from garde.dissect.framed import MORE, NO, Frame, Framed
from garde.dissect.naming.dns_message import Message, parse, plausible
from garde.dissect.spec import DATAGRAM, STREAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload

PORT = 53
#: Query and inverse query.
_ASKING = frozenset({0, 1})
_EMITS = frozenset({"dns.query", "dns.role"})


def _facts(payload: Payload) -> Iterator[Fact]:
    return _told(parse(payload.data, "dns.message"), 0)


def _told(message: Message, base: int) -> Iterator[Fact]:
    if message.opcode not in (0, 1, 2, 4, 5, 6):
        raise Malformed("dns.opcode", "no operation of DNS (RFC 1035 §4.1.1)", where="offset 2")
    if message.response:
        yield Fact("dns.role", "server", base, base, source="dns")
        return
    # The section holds a zone in a notification and an update (RFC 1996 §3.7, RFC 2136 §2.3): nobody asks for it.
    if message.opcode not in _ASKING:
        return
    for question in message.questions:
        # Reverse names are addresses, not names: they would fill the list with the whole network.
        if question.name and not question.name.endswith(".arpa"):
            yield Fact("dns.query", question.name.lower(), base + question.start, base + question.end, source="dns")


def _looks_like(data: bytes, hint: Hint) -> float:
    return 0.8 if PORT in hint.ports and plausible(data) else 0.0


def _measure(data: bytearray, synced: bool) -> int:
    if len(data) < 14:
        return MORE
    size = int.from_bytes(data[:2], "big")
    if size < 12 or not plausible(bytes(data[2:14]) + bytes(max(0, size - 12))):
        return NO
    return 2 + size


class _Session:
    """Both directions of a TCP connection."""

    def __init__(self) -> None:
        self.done = False
        self._cutters = tuple(Framed(_measure, "dns.length", longest=4096) for _ in range(2))

    def feed(self, payload: Payload) -> Iterator[Fact]:
        for frame in self._cutters[payload.direction].feed(payload):
            yield from self._read(frame)

    def _read(self, frame: Frame) -> Iterator[Fact]:
        if frame.whole:
            yield from _told(parse(frame.data[2:], "dns.message"), frame.start + 2)


def _looks_like_stream(data: bytes, hint: Hint) -> float:
    if PORT not in hint.ports or len(data) < 14:
        return 0.0
    return 0.8 if _measure(bytearray(data), False) > 0 else 0.0


DNS = Dissector(
    name="dns",
    layer=DATAGRAM,
    reference="RFC 1035",
    emits=_EMITS,
    looks_like=_looks_like,
    session=stateless(_facts),
)

DNS_TCP = Dissector(
    name="dns-tcp",
    layer=STREAM,
    reference="RFC 7766",
    emits=_EMITS,
    looks_like=_looks_like_stream,
    session=_Session,
)
