"""NetBIOS name service and datagrams: the names Windows stations register, and what they announce to the browser.

Question: what is this station's NetBIOS name, which of its suffixes are registered, which version does it announce?
Reference: RFC 1001 §14 (first-level encoding), RFC 1002 §4.2 (names), §4.4 (datagrams); MS-BRWS §2.2.1 (host
announcement). Left out: fragments of datagrams, scopes, releases, names with suffix 03, which name whoever is logged
on as well as the machine.

Example: a registration of ``CT01<00>`` gives ``hostname`` ct01 and ``nbns.suffix`` 00.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.naming.dns_message import NB, Message, parse, plausible
from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.model.key import Key, mac_text
from garde.wire.flow import Payload

PORT: Final = 137
DATAGRAMS: Final = 138
#: RFC 1002 §4.2.1.1: query, and the opcodes in which the sender registers a name of its own. Refresh is 8 in
#: §4.2.1.1 and 9 in §4.2.4; 15 is how Windows registers the name of a station with several interfaces.
_QUERY: Final = 0
_REGISTERING: Final = frozenset({5, 8, 9, 15})
_STATUS: Final = 33
_GROUP: Final = 0x80
#: Suffixes that a single machine registers: workstation, messenger, file server, remote access, NetDDE.
_MACHINE: Final = frozenset({0x00, 0x03, 0x20, 0x06, 0x1F})
#: Those of them whose name is the machine's for certain.
_NAMES: Final = frozenset({0x00, 0x20})
_MESSENGER: Final = 0x03
#: MS-BRWS: host, local master and domain announcements.
_ANNOUNCEMENTS: Final = frozenset({1, 15})


def _facts(payload: Payload) -> Iterator[Fact]:
    message = parse(payload.data, "nbns.message")
    if message.response:
        yield from _answered(message)
    elif message.opcode in _REGISTERING:
        yield from _registered(message)
    elif message.opcode == _QUERY:
        for question in message.questions:
            name, suffix = decoded(question.name)
            if name and name != "*" and suffix != _MESSENGER:
                yield Fact("peer_name", name.lower(), question.start, question.end)


def _registered(message: Message) -> Iterator[Fact]:
    flags = [
        message.data[record.start] for record in message.records if record.kind == NB and record.end > record.start
    ]
    for question in message.questions:
        name, suffix = decoded(question.name)
        if name and flags and not flags[0] & _GROUP and suffix in _MACHINE:
            if suffix in _NAMES:
                yield Fact("hostname", name.lower(), question.start, question.end)
            yield Fact("nbns.suffix", f"{suffix:02x}", question.start, question.end)
        elif name and suffix == 0 and flags:
            yield Fact("domain", name.lower(), question.start, question.end)


def _answered(message: Message) -> Iterator[Fact]:
    for record in message.answers:
        name, suffix = decoded(record.name)
        data = message.data[record.start : record.end]
        if record.kind == NB and len(data) >= 6 and not data[0] & _GROUP and suffix in _NAMES and name != "*":
            # A name server answers for others (RFC 1002 §5.1.4): the name is that of the address in the answer.
            owner = Key("ip", ".".join(map(str, data[2:6])))
            yield Fact("hostname", name.lower(), record.start, record.start, about=owner)
        elif record.kind == _STATUS and data:
            yield from _table(data, record.start)


def _table(data: bytes, start: int) -> Iterator[Fact]:
    """Node status (RFC 1002 §4.2.18): names of 15 octets with suffix and flags, then the unit's MAC."""
    count = data[0]
    if 1 + count * 18 > len(data):
        raise Malformed("nbns.status", "more names than octets (RFC 1002 §4.2.18)", where=f"offset {start}")
    for number in range(count):
        pos = 1 + number * 18
        name, suffix, flags = data[pos : pos + 15], data[pos + 15], data[pos + 16]
        text = name.rstrip(b" \x00").decode("cp1252", "replace")
        if flags & _GROUP:
            if suffix == 0:
                yield Fact("domain", text.lower(), start + pos, start + pos + 15)
        elif suffix in _MACHINE:
            if suffix in _NAMES:
                yield Fact("hostname", text.lower(), start + pos, start + pos + 15)
            yield Fact("nbns.suffix", f"{suffix:02x}", start + pos + 15, start + pos + 16)
    unit = data[1 + count * 18 :][:6]
    if len(unit) == 6 and unit != bytes(6):
        yield Fact("mac", mac_text(unit), start + 1 + count * 18, start + 7 + count * 18)


def decoded(name: str) -> tuple[str, int]:
    """The NetBIOS name and suffix behind first-level encoding (RFC 1001 §14.1); empty when it is not encoded so."""
    label = name.partition(".")[0]
    if len(label) != 32 or not all("A" <= letter <= "P" for letter in label):
        return "", 0
    raw = bytes((ord(label[pos]) - 65) << 4 | ord(label[pos + 1]) - 65 for pos in range(0, 32, 2))
    return raw[:15].rstrip(b" \x00").decode("cp1252", "replace"), raw[15]


def _datagram(payload: Payload) -> Iterator[Fact]:
    """A NetBIOS datagram that carries a browser announcement (RFC 1002 §4.4, MS-BRWS §2.2)."""
    data = payload.data
    if len(data) < 14 or data[0] not in (0x10, 0x11, 0x12):
        raise Malformed("nbns.datagram", "no NetBIOS datagram (RFC 1002 §4.4.1)", where="offset 0")
    label = data[15:47].decode("ascii", "replace")
    name, suffix = decoded(label)
    if name and suffix in _NAMES:
        yield Fact("hostname", name.lower(), 15, 47, source="nbns")
    place = data.find(b"\\MAILSLOT\\BROWSE\x00", 80)
    if place < 0:
        return
    frame = place + 17
    if len(data) >= frame + 32 and data[frame] in _ANNOUNCEMENTS:
        host = data[frame + 6 : frame + 22].partition(b"\x00")[0]
        yield Fact(
            "hostname", host.decode("cp1252", "replace").lower(), frame + 6, frame + 6 + len(host), source="nbns"
        )
        version = f"{data[frame + 22]}.{data[frame + 23]}"
        yield Fact("os_build", version, frame + 22, frame + 24, source="nbns")
        comment = data[frame + 32 :].partition(b"\x00")[0]
        if comment:
            text = comment.decode("cp1252", "replace")
            yield Fact("friendly_name", text, frame + 32, frame + 32 + len(comment), source="nbns")


def _looks_like(data: bytes, hint: Hint) -> float:
    if len(data) < 12 or PORT not in hint.ports or not _plausible(data):
        return 0.0
    return 0.9


def _plausible(data: bytes) -> bool:
    """As DNS, but with the opcodes and the NM flags of RFC 1002, which plain DNS does not allow."""
    head = data[:2] + bytes([data[2] & 0x87, data[3] & 0x80]) + data[4:]
    return plausible(head)


def _looks_like_datagram(data: bytes, hint: Hint) -> float:
    if DATAGRAMS not in hint.ports or len(data) < 82 or data[0] not in (0x10, 0x11, 0x12):
        return 0.0
    return 0.9 if data[14] == 0x20 and decoded(data[15:47].decode("ascii", "replace"))[0] else 0.0


NBNS = Dissector(
    name="nbns",
    layer=DATAGRAM,
    reference="RFC 1001, RFC 1002 §4.2",
    emits=frozenset({"domain", "hostname", "mac", "nbns.suffix", "peer_name"}),
    looks_like=_looks_like,
    session=stateless(_facts),
)

NBDGM = Dissector(
    name="nbdgm",
    layer=DATAGRAM,
    reference="RFC 1002 §4.4, MS-BRWS §2.2",
    emits=frozenset({"friendly_name", "hostname", "os_build"}),
    looks_like=_looks_like_datagram,
    session=stateless(_datagram),
)
