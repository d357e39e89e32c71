"""Flow exports: what switches and firewalls count, as the flow records that Garde's own flow table gives.

Question: who talked with whom where no mirror port reaches?
Reference: NetFlow version 5 (Cisco, export format of 2007), RFC 3954 (NetFlow version 9), RFC 7011 and 7012 (IPFIX;
field numbers of the IANA registry, which version 9 shares below 128). Templates are kept per exporter and domain, at
most ``TEMPLATES`` of at most ``FIELDS`` fields; the oldest is forgotten. Left out: options data, sampling rates,
structured data (RFC 6313) and TCP or SCTP transport.

Example::

    export = FlowExport()
    records = export.read(datagram, exporter="10.0.0.254", at=time.time_ns())
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from garde.errors import Malformed
from garde.wire.flow import DATAGRAM, FRAME, STREAM, Endpoint
from garde.wire.reader import Reader
from garde.wire.track import FlowRecord

TEMPLATES: Final = 4096
FIELDS: Final = 256
#: Most records taken from one datagram: 65,535 octets hold no more than this of the shortest sensible record.
RECORDS: Final = 4096
_VARIABLE: Final = 0xFFFF
_STANDARD: Final = 0

# Information elements (IANA IPFIX registry) by what they are to a record.
_OCTETS, _PACKETS = (1, 85), (2, 86)
_PROTOCOL, _SPORT, _DPORT = 4, 7, 11
_SOURCES, _TARGETS = (8, 27), (12, 28)
_SOURCE_MAC, _TARGET_MAC, _VLAN = 56, 80, 58
_TTL = (192, 52)
#: ipClassOfService: the octet in which IPv4 and IPv6 carry the DSCP.
_TOS = 5
#: Start and end: element → nanoseconds per unit; the rest is relative to the exporter's start.
_STARTS: Final = {150: 10**9, 152: 10**6, 156: 1}
_ENDS: Final = {151: 10**9, 153: 10**6, 157: 1}
_START_UPTIME, _END_UPTIME = 22, 21

#: Enterprise number (0 for the standard's own), element and length of a field.
_Field = tuple[int, int, int]


class FlowExport:
    """The templates of all exporters, and how to read what they send."""

    def __init__(self) -> None:
        self._templates: dict[tuple[str, int, int], tuple[_Field, ...]] = {}
        self._number = 0
        #: data sets that came before their template
        self.unknown = 0

    def __len__(self) -> int:
        """Templates known."""
        return len(self._templates)

    def read(self, datagram: bytes, exporter: str, at: int) -> list[FlowRecord]:
        """The flow records of one datagram.

        Args:
            datagram: the UDP payload.
            exporter: address of who sent it; templates of different exporters are kept apart.
            at: nanoseconds since 1970 when it came, for records that carry no time.

        Raises:
            Malformed: no version that is known, or a length that leaves the datagram.
        """
        reader = Reader(datagram, "flowexport.length")
        version = reader.u16()
        if version == 5:
            return self._five(reader)
        if version == 9:
            reader.skip(2)
            uptime, seconds = reader.u32(), reader.u32()
            reader.skip(4)
            return self._sets(reader, exporter, reader.u32(), seconds * 10**9 - uptime * 10**6, at, ipfix=False)
        if version == 10:
            length = reader.u16()
            if length < 16 or length > len(datagram):
                raise Malformed("flowexport.length", f"The message says {length} octets", where="RFC 7011 §3.1")
            inner = Reader(datagram[:length], "flowexport.length")
            inner.skip(12)
            return self._sets(inner, exporter, inner.u32(), 0, at, ipfix=True)
        raise Malformed("flowexport.version", f"Version {version} is none of 5, 9 and 10", where="offset 0")

    def _five(self, reader: Reader) -> list[FlowRecord]:
        count, uptime, seconds, rest = reader.u16(), reader.u32(), reader.u32(), reader.u32()
        reader.skip(8)
        started = seconds * 10**9 + rest - uptime * 10**6
        out = []
        for _ in range(min(count, RECORDS)):
            row = struct.unpack(">4s4s4x4xIIIIHHxxBB8x", reader.take(48))
            source, target, packets, octets, first, last, sport, dport, protocol, tos = row
            values = {
                8: source, 12: target, 2: packets, 1: octets, 7: sport, 11: dport, 4: protocol, 5: tos,
                _START_UPTIME: first, _END_UPTIME: last,
            }  # fmt: skip
            out.append(self._record(values, started, started))
        return out

    def _sets(
        self, reader: Reader, exporter: str, domain: int, started: int, at: int, *, ipfix: bool
    ) -> list[FlowRecord]:
        template, options = (2, 3) if ipfix else (0, 1)
        out: list[FlowRecord] = []
        while reader.left >= 4:
            number, size = reader.u16(), reader.u16()
            if size < 4:
                raise Malformed("flowexport.length", f"A set of {size} octets", where="RFC 7011 §3.3.2")
            body = reader.sub(size - 4)
            if number == template:
                self._learn(body, exporter, domain, ipfix)
            elif number >= 256:
                fields = self._templates.get((exporter, domain, number))
                if fields is None:
                    self.unknown += 1
                elif fields:
                    self._data(body, fields, started, at, out)
            elif number == options:
                self._pass(body, exporter, domain, ipfix)
        return out

    def _learn(self, body: Reader, exporter: str, domain: int, ipfix: bool) -> None:
        while body.left >= 4:
            number, count = body.u16(), body.u16()
            if number < 256:
                break
            if count > FIELDS:
                raise Malformed("flowexport.template", f"A template of {count} fields", where="RFC 7011 §3.4.1")
            self._keep((exporter, domain, number), tuple(_field(body, ipfix) for _ in range(count)))

    def _pass(self, body: Reader, exporter: str, domain: int, ipfix: bool) -> None:
        """Note the number of an options template with no fields: its data is known, and passed over."""
        if body.left >= 4 and (number := body.u16()) >= 256:
            self._keep((exporter, domain, number), ())

    def _keep(self, key: tuple[str, int, int], fields: tuple[_Field, ...]) -> None:
        self._templates.pop(key, None)
        if len(self._templates) >= TEMPLATES:
            del self._templates[next(iter(self._templates))]
        self._templates[key] = fields

    def _data(self, body: Reader, fields: tuple[_Field, ...], started: int, at: int, out: list[FlowRecord]) -> None:
        shortest = sum(1 if size == _VARIABLE else size for _, _, size in fields)
        # What is left below the shortest record is padding (RFC 7011 §3.3.1).
        while shortest and body.left >= shortest and len(out) < RECORDS:
            values: dict[int, bytes | int] = {}
            for enterprise, element, size in fields:
                if size == _VARIABLE:
                    size = body.u8()
                    if size == 255:
                        size = body.u16()
                value = body.take(size)
                if enterprise == _STANDARD:
                    values[element] = value
            out.append(self._record(values, started, at))

    def _record(self, values: dict[int, bytes | int], started: int, at: int) -> FlowRecord:
        first = _moment(values, _STARTS, _START_UPTIME, started, at)
        protocol = _number(values, _PROTOCOL)
        ends = (
            Endpoint(_mac(values.get(_SOURCE_MAC)), _address(values, _SOURCES), _number(values, _SPORT) & 0xFFFF),
            Endpoint(_mac(values.get(_TARGET_MAC)), _address(values, _TARGETS), _number(values, _DPORT) & 0xFFFF),
        )
        vlan = _number(values, _VLAN) & 0xFFF
        self._number += 1
        return FlowRecord(
            self._number,
            {6: STREAM, 17: DATAGRAM}.get(protocol, FRAME),
            protocol,
            ends,
            (vlan,) if vlan else (),
            (_number(values, *_TTL) & 0xFF, 0),
            (_number(values, *_PACKETS), 0),
            (_number(values, *_OCTETS), 0),
            first,
            max(first, _moment(values, _ENDS, _END_UPTIME, started, at)),
            (0, 0),
            False,
            (_number(values, _TOS) >> 2 & 63 if _TOS in values else -1, -1),
        )


def _field(body: Reader, ipfix: bool) -> _Field:
    """A field specifier (RFC 7011 §3.2): the highest bit says that an enterprise number follows."""
    element, size = body.u16(), body.u16()
    if ipfix and element & 0x8000:
        return body.u32() or 1, element & 0x7FFF, size
    return _STANDARD, element, size


def _number(values: dict[int, bytes | int], *elements: int) -> int:
    """The first of the elements that is there, as a number of at most 63 bits; 0 when none is."""
    for element in elements:
        value = values.get(element)
        if isinstance(value, bytes):
            return min(int.from_bytes(value[:8], "big"), (1 << 63) - 1)
        if value is not None:
            return value
    return 0


def _moment(values: dict[int, bytes | int], absolute: dict[int, int], uptime: int, started: int, at: int) -> int:
    for element, unit in absolute.items():
        if element in values:
            return min(_number(values, element) * unit, (1 << 63) - 1)
    return started + _number(values, uptime) * 10**6 if uptime in values and started else at


def _address(values: dict[int, bytes | int], elements: tuple[int, int]) -> str:
    four, six = (values.get(element) for element in elements)
    if isinstance(four, bytes) and len(four) == 4 and (any(four) or not isinstance(six, bytes)):
        return str(IPv4Address(four))
    return str(IPv6Address(six)) if isinstance(six, bytes) and len(six) == 16 else ""


def _mac(value: bytes | int | None) -> str:
    return value.hex(":") if isinstance(value, bytes) and len(value) == 6 and any(value) else ""
