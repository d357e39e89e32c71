"""Management: SNMP polling, syslog and NTP.

Question: what do supervision, log and time servers exchange with everybody else?
Reference: RFC 3416 (v2c PDUs), RFC 3412 and 3414 (v3 discovery), RFC 3418 (MIB-II system), RFC 3164 and 5424 (syslog),
RFC 5905 (NTP); X.690 for BER. Left out: v3 privacy.

Example:
    >>> oid("1.3.6.1.2.1.1.1.0").hex()
    '06082b06010201010100'
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from random import Random

from garde.twin.frames import datagram
from garde.twin.station import Station
from garde.twin.tcp import MILLI, SECOND, Frame

_NTP_EPOCH = 2_208_988_800


def ber(tag: int, value: bytes) -> bytes:
    """A BER element in definite form."""
    size = len(value)
    if size < 128:
        return bytes((tag, size)) + value
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(raw))) + raw + value


def integer(value: int, tag: int = 2) -> bytes:
    """A non-negative INTEGER, or another tag of its shape."""
    return ber(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytearray((first * 40 + second,))
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return ber(6, bytes(out))


def _pdu(tag: int, number: int, binds: Sequence[tuple[str, bytes]]) -> bytes:
    pairs = b"".join(ber(0x30, oid(name) + value) for name, value in binds)
    return ber(tag, integer(number) + integer(0) + integer(0) + ber(0x30, pairs))


def snmp_poll(
    client: Station,
    agent: Station,
    description: str,
    object_id: str,
    at: int,
    rng: Random,
    *,
    serial: str = "",
    model: str = "",
    location: str = "",
    version: str = "",
) -> Iterator[Frame]:
    """A v2c GET of the system group, then of the ENTITY-MIB row of the chassis."""
    port = client.port()
    system, entity = "1.3.6.1.2.1.1", "1.3.6.1.2.1.47.1.1.1.1"
    asks: list[list[tuple[str, bytes]]] = [
        [
            (f"{system}.1.0", ber(4, description.encode())),
            (f"{system}.2.0", oid(object_id)),
            (f"{system}.3.0", integer(rng.getrandbits(28), 0x43)),
            (f"{system}.5.0", ber(4, agent.name.encode())),
            (f"{system}.6.0", ber(4, location.encode())),
        ]
    ]
    if serial:
        row = [(11, serial), (13, model), (10, version)]
        asks.append([(f"{entity}.{column}.1", ber(4, text.encode())) for column, text in row if text])
    for binds in asks:
        number = rng.getrandbits(30)
        head = integer(1) + ber(4, b"lecture")
        ask = ber(0x30, head + _pdu(0xA0, number, [(name, b"\x05\0") for name, _ in binds]))
        tell = ber(0x30, head + _pdu(0xA2, number, binds))
        yield at, datagram(client, agent, port, 161, ask)
        yield at + 8 * MILLI, datagram(agent, client, 161, port, tell)
        at += 60 * MILLI


def snmp_unanswered(client: Station, agent: Station, at: int, rng: Random) -> Iterator[Frame]:
    """A GET of sysName to an address where nobody is, and its repetition."""
    port = client.port()
    pdu = _pdu(0xA0, rng.getrandbits(30), [("1.3.6.1.2.1.1.5.0", b"\x05\0")])
    ask = ber(0x30, integer(1) + ber(4, b"lecture") + pdu)
    for wait in (0, 5):
        yield at + wait * SECOND, datagram(client, agent, port, 161, ask)


def snmp_discover(client: Station, agent: Station, enterprise: int, at: int, rng: Random) -> Iterator[Frame]:
    """A v3 engine discovery: an empty request and the report with the engine id (RFC 3414 §4)."""
    engine = struct.pack("!IB", 0x80000000 | enterprise, 3) + agent.mac
    port, number = client.port(), rng.getrandbits(30)

    def wrap(engine_id: bytes, boots: int, flags: int, pdu: bytes) -> bytes:
        usm = ber(0x30, ber(4, engine_id) + integer(boots) + integer(boots * 977) + ber(4, b"") * 3)
        head = ber(0x30, integer(number) + integer(65507) + ber(4, bytes((flags,))) + integer(3))
        return ber(0x30, integer(3) + head + ber(4, usm) + ber(0x30, ber(4, engine_id) + ber(4, b"") + pdu))

    yield at, datagram(client, agent, port, 161, wrap(b"", 0, 4, _pdu(0xA0, number, [])))
    unknown = [("1.3.6.1.6.3.15.1.1.4.0", integer(1, 0x41))]
    yield at + 7 * MILLI, datagram(agent, client, 161, port, wrap(engine, 3, 0, _pdu(0xA8, number, unknown)))


def syslog(sender: Station, server: Station, text: str, at: int, *, priority: int = 134) -> Iterator[Frame]:
    """One RFC 3164 line."""
    from datetime import UTC, datetime

    stamp = datetime.fromtimestamp(at // SECOND, UTC).strftime("%b %d %H:%M:%S")
    line = f"<{priority}>{stamp} {sender.name or sender.ip} {text}"
    yield at, datagram(sender, server, 514, 514, line.encode())


def ntp(client: Station, server: Station, at: int, rng: Random) -> Iterator[Frame]:
    """A version 4 client request and a stratum 2 answer (RFC 5905 §7.3)."""

    def stamp(when: int) -> bytes:
        return struct.pack("!II", when // SECOND + _NTP_EPOCH, (when % SECOND << 32) // SECOND)

    port = 123 if client.stack.ttl == 128 else client.port()
    sent = stamp(at)
    yield at, datagram(client, server, port, 123, struct.pack("!BBbb", 0x23, 0, 6, -20) + bytes(36) + sent)
    later = at + 400_000 + rng.randrange(200_000)
    head = struct.pack("!BBbbII", 0x24, 2, 6, -23, 0x120, 0x340) + bytes((10, 1, 0, 9)) + stamp(at - 60 * SECOND)
    yield later, datagram(server, client, 123, port, head + sent + stamp(later) * 2)
