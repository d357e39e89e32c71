"""IntelliVue data export: association, MDS create event, polling, and the broadcast by which monitors are found.

Question: how does a bedside monitor describe itself to a central station?
Reference: Philips' published data export protocol (nomenclature partition 1 and 2, ports 24005 and 24105), domain note
01 §7. The association's fixed octets are those of the published worked example. Left out: waveforms.

Example:
    >>> variable(b"Philips").hex()
    '00085068696c69707300'
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random
from typing import Final

from garde.twin.frames import datagram, multicast, packed
from garde.twin.station import Station
from garde.twin.tcp import MILLI, SECOND, Frame

_SESSION: Final = bytes.fromhex("0508130100160102800014020002")
_PRESENTATION: Final = bytes.fromhex(
    "3180a080800101 0000 a280 a003000001 a480 3080 020101 0604 52010001 3080 0602 5101 0000 0000 3080 020102 060c"
    "2a8648ce1402 010000000101 3080 060c 2a8648ce1402 010000000201 0000 0000 0000 6180 3080 020101 a080 6080 a180 060c"
    "2a8648ce1402 010000000301 0000 be80 2880 060c 2a8648ce1402 010000000101 020102 81".replace(" ", "")
)
_TRAILER: Final = bytes(16)
_MDS: Final = 0x21


def variable(text: bytes) -> bytes:
    """A VariableLabel: length, octets with a final zero, even in number."""
    text += b"\0"
    text += b"\0" * (len(text) & 1)
    return struct.pack("!H", len(text)) + text


def _attribute(code: int, value: bytes) -> bytes:
    return struct.pack("!HH", code, len(value)) + value


def _attributes(*values: tuple[int, bytes]) -> bytes:
    body = b"".join(_attribute(code, value) for code, value in values)
    return struct.pack("!HH", len(values), len(body)) + body


def _association() -> bytes:
    profile = _attributes((0x0001, struct.pack("!IIIII", 0x80000000, 0x1F40, 0x3E8, 0x3E8, 0xFFFFFFFF) + bytes(8)))
    user = struct.pack("!IIIII", 0x80000000, 0x40000000, 0, 0x80000000, 0x20000000) + bytes(4) + profile
    inner = _PRESENTATION + bytes((len(user),)) + user + _TRAILER
    presentation = b"\xc1" + bytes((len(inner),)) + inner
    session = _SESSION + presentation
    return b"\x0d" + bytes((len(session),)) + session


def _accepted() -> bytes:
    body = _association()
    return b"\x0e" + body[1:]


def _event(number: int, kind: int, event: int, at: int, info: bytes) -> bytes:
    report = struct.pack("!HHHIHH", _MDS, 0, 0, (at // 125_000) & 0xFFFFFFFF, event, len(info)) + info
    roiv = struct.pack("!HHH", number, kind, len(report)) + report
    return struct.pack("!HH", 1, len(roiv)) + roiv


def _poll(number: int) -> bytes:
    action = struct.pack("!HHHIHH", _MDS, 0, 0, 0, 3094, 8) + struct.pack("!HHHH", number, 1, 6, 0)
    roiv = struct.pack("!HHH", number, 7, len(action)) + action
    return b"\xe1\x00\x00\x02" + struct.pack("!HH", 1, len(roiv)) + roiv


def indicate(monitor: Station, system: int, at: int) -> Iterator[Frame]:
    """The connection indication that a monitor broadcasts on port 24005."""
    address = monitor.mac + packed(monitor.ip) + b"\xff\xff\0\0"
    info = _attributes((0x0986, struct.pack("!HH", 1, system)), (0xF100, address))
    body = b"\0\0\x01\0" + _event(1, 0, 0x0D02, at, info)
    yield at, multicast(monitor, "255.255.255.255", 24105, 24005, body, ttl=monitor.stack.ttl)


def export(
    central: Station,
    monitor: Station,
    at: int,
    rng: Random,
    *,
    maker: str,
    model: str,
    serial: str,
    software: str,
    system: int,
    bed: str,
    polls: int = 6,
) -> Iterator[Frame]:
    """A central station associates with a monitor, which tells what it is; then the station polls."""
    port = central.port()
    yield at, datagram(central, monitor, port, 24105, _association())
    at += 12 * MILLI
    yield at, datagram(monitor, central, 24105, port, _accepted())
    at += 6 * MILLI
    specs = [(1, serial), (4, software)]
    entries = b"".join(struct.pack("!HH", kind, 0) + variable(text.encode()) for kind, text in specs)
    eui64 = monitor.mac[:3] + b"\xff\xfe" + monitor.mac[3:]
    info = struct.pack("!HHH", _MDS, 0, 0) + _attributes(
        (0x0986, struct.pack("!HH", 1, system)),
        (0x0928, variable(maker.encode()) + variable(model.encode())),
        (0x0984, struct.pack("!H", 8) + eui64),
        (0x092D, struct.pack("!HH", len(specs), len(entries)) + entries),
        (0x091E, variable(bed.encode("utf-16-be"))),
    )
    yield at, datagram(monitor, central, 24105, port, b"\xe1\x00\x00\x02" + _event(1, 1, 3334, at, info))
    for number in range(2, polls + 2):
        at += SECOND
        yield at, datagram(central, monitor, port, 24105, _poll(number))
        result = struct.pack("!HHHHI", number, 1, 6, 0, rng.getrandbits(32)) + rng.randbytes(60)
        body = struct.pack("!HHHHH", _MDS, 0, 0, 3094, len(result)) + result
        rors = struct.pack("!HHH", number, 7, len(body)) + body
        yield (
            at + 9 * MILLI,
            datagram(monitor, central, 24105, port, b"\xe1\x00\x00\x02" + struct.pack("!HH", 2, len(rors)) + rors),
        )
