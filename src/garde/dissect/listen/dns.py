"""DNS: the shape of what is asked and answered, for tunnels, generated names and names of ill repute.

Question: which name is asked for, how long and how random is what stands before the domain, and does it exist?
Reference: RFC 1035 §4; RFC 7766 (over TCP). LLMNR (RFC 4795) and NetBIOS names (RFC 1002 §4.2.13) have the same form:
of those only the answers are told, with the name as a keyed digest. Left out: mDNS, where everybody answers.

Example: a TXT query for ``aaaa…bbbb.t.example`` gives ``dns.ask`` with the domain ``t.example`` and a length of 40.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garde.dissect.framed import MORE, NO, Framed
from garde.dissect.listen.entropy import entropy
from garde.dissect.listen.spec import ALL, Digest, Listener, Told, single
from garde.dissect.naming.dns_message import AAAA, A, Message, parse, plausible
from garde.dissect.spec import DATAGRAM, STREAM, Hint, Keep
from garde.wire.flow import Payload

DNS_PORT, LLMNR_PORT, NBNS_PORT, MDNS_PORT = 53, 5355, 137, 5353
#: Second-level names under which others register: the domain has one label more.
_PUBLIC: Final = frozenset(["co", "com", "net", "org", "gov", "edu", "ac", "gouv", "asso", "nom", "or", "ne", "go"])
_NXDOMAIN: Final = 3
_NB: Final = 32


def domain(name: str) -> str:
    """The registered domain of a name, by the usual second levels; the name itself when it is short.

    >>> domain("a.b.example.co.uk"), domain("x.example.fr"), domain("localhost")
    ('example.co.uk', 'example.fr', 'localhost')
    """
    labels = name.split(".")
    many = 3 if len(labels) > 2 and labels[-2] in _PUBLIC and len(labels[-1]) <= 3 else 2
    return ".".join(labels[-many:])


def _heard(message: Message, data: bytes, start: int) -> Iterator[Told]:
    if not message.questions:
        return
    question = message.questions[0]
    name = question.name.lower().rstrip(".")
    if not name or name.endswith(".arpa"):
        return
    base = domain(name)
    below = name[: -len(base)].rstrip(".") if name != base else ""
    values: dict[str, str | int | float] = {
        "name": name,
        "domain": base,
        "below": len(below),
        "entropy": round(entropy(below.replace(".", "").encode("utf-8", "replace")), 2),
        "type": question.kind,
        "size": len(data),
    }
    if not message.response:
        yield Told("dns.ask", values, start)
        return
    code = int.from_bytes(data[2:4], "big") & 15
    values |= {"code": code, "answers": len(message.answers)}
    addresses = [message.address(one) for one in message.answers if one.kind in (A, AAAA)][:4]
    if addresses:
        values["addresses"] = " ".join(addresses)
    yield Told("dns.answer", values, start)


def _datagram(payload: Payload) -> Iterable[Told]:
    return _heard(parse(payload.data, "dns.message"), payload.data, 0)


def _likely(data: bytes, hint: Hint) -> float:
    return 0.8 if DNS_PORT in hint.ports and plausible(data) else 0.0


def _measure(data: bytearray, synced: bool) -> int:
    if len(data) < 14:
        return MORE
    size = int.from_bytes(data[:2], "big")
    return 2 + size if size >= 12 and plausible(bytes(data[2:14]) + bytes(max(0, size - 12))) else NO


class _Stream:
    def __init__(self, digest: Digest) -> None:
        del digest
        self.done = False
        self._cutters = tuple(Framed(_measure, "dns.length", longest=8192) for _ in range(2))

    def feed(self, payload: Payload) -> Iterator[Told]:
        for frame in self._cutters[payload.direction].feed(payload):
            if frame.whole:
                yield from _heard(parse(frame.data[2:], "dns.message"), frame.data[2:], frame.start)


def _stream_likely(data: bytes, hint: Hint) -> float:
    return 0.8 if DNS_PORT in hint.ports and len(data) >= 14 and _measure(bytearray(data), False) > 0 else 0.0


class _Names:
    """Answers of LLMNR and NetBIOS: who says that a name is theirs."""

    def __init__(self, digest: Digest) -> None:
        self.done = False
        self._digest = digest

    def feed(self, payload: Payload) -> Iterator[Told]:
        message = parse(payload.data, "names.message")
        by = "llmnr" if LLMNR_PORT in payload.flow.ports else "nbns"
        code = int.from_bytes(payload.data[2:4], "big") & 15
        if not message.response or message.opcode not in (0, 5) or code or not message.answers:
            return
        answer = message.answers[0]
        if answer.kind not in ((A, AAAA) if by == "llmnr" else (_NB,)):
            return
        name = answer.name if by == "llmnr" else _netbios(answer.name)
        raw = payload.data[answer.start : answer.end]
        address = message.address(answer) if by == "llmnr" else ".".join(map(str, raw[2:6]))
        values: dict[str, str | int | float] = {
            "by": by,
            "name": self._digest(name.lower().encode("utf-8", "replace")),
            "address": address,
        }
        values["wpad"] = int(name.lower().split(".")[0] in ("wpad", "isatap"))
        yield Told("name.answer", values, 0)


def _netbios(text: str) -> str:
    """A name of RFC 1001 §14.1, two letters for each octet, without its type and padding."""
    raw = text.encode("latin-1", "replace")[:32]
    if len(raw) < 30 or not all(0x41 <= octet <= 0x50 for octet in raw):
        return text
    return bytes((raw[i] - 0x41) << 4 | raw[i + 1] - 0x41 for i in range(0, 30, 2)).decode("cp437").rstrip(" \0")


def _names_likely(data: bytes, hint: Hint) -> float:
    return 0.8 if (LLMNR_PORT in hint.ports or NBNS_PORT in hint.ports) and plausible(data) else 0.0


DNS: Final = Listener(
    name="dns",
    layer=DATAGRAM,
    reference="RFC 1035",
    tells=frozenset({"dns.answer", "dns.ask"}),
    looks_like=_likely,
    ear=single(_datagram),
    # Flags of a query, with one question; and of an answer to one: a tunnel asks thousands of times on one pair of
    # ports.
    keep=(
        Keep(2, b"\x00\x00\x00\x01\x00\x00\x00\x00", b"\xf8\x00\xff\xff\xff\xff\xff\xff", payloads=ALL),
        Keep(2, b"\x80\x00\x00\x01", b"\xf8\x00\xff\xff", payloads=ALL),
    ),
)
DNS_TCP: Final = Listener(
    name="dns-tcp",
    layer=STREAM,
    reference="RFC 7766",
    tells=frozenset({"dns.answer", "dns.ask"}),
    looks_like=_stream_likely,
    ear=_Stream,
)
NAMES: Final = Listener(
    name="names",
    layer=DATAGRAM,
    reference="RFC 4795, RFC 1002 §4.2.13",
    tells=frozenset({"name.answer"}),
    looks_like=_names_likely,
    ear=_Names,
)
