from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.capture.flowexport import FIELDS, TEMPLATES, FlowExport
from garde.errors import Malformed
from garde.wire.flow import DATAGRAM, STREAM

AT = 1_700_000_000 * 10**9
A, B = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))


def five(count: int = 1, tos: int = 0) -> bytes:
    head = struct.pack(">HHIIIIHH", 5, count, 60_000, 1_700_000_000, 500, 1, 0, 0)
    row = (
        A
        + B
        + bytes(4)
        + struct.pack(">HHIIIIHHBBBBHHBBH", 1, 2, 7, 999, 10_000, 20_000, 40000, 104, 0, 24, 6, tos, 0, 0, 0, 0, 0)
    )
    return head + row * count


def piece(number: int, body: bytes) -> bytes:
    return struct.pack(">HH", number, len(body) + 4) + body


def nine(*pieces: bytes) -> bytes:
    return struct.pack(">HHIIII", 9, len(pieces), 60_000, 1_700_000_000, 1, 42) + b"".join(pieces)


def ten(*pieces: bytes, domain: int = 42) -> bytes:
    body = b"".join(pieces)
    return struct.pack(">HHIII", 10, 16 + len(body), 1_700_000_000, 1, domain) + body


def template(number: int, *fields: tuple[int, int]) -> bytes:
    return struct.pack(">HH", number, len(fields)) + b"".join(struct.pack(">HH", *field) for field in fields)


NINE = nine(
    piece(0, template(256, (8, 4), (12, 4), (4, 1), (7, 2), (11, 2), (2, 4), (1, 4), (22, 4), (21, 4), (56, 6))),
    piece(256, A + B + struct.pack(">BHHIIII", 17, 5000, 161, 3, 300, 1000, 2000) + b"\2\0\0\0\0\1" + b"\0\0\0"),
)
LONG = bytes([255]) + struct.pack(">H", 300) + bytes(300)
SIX = struct.pack(">HH", 300, 7) + b"".join(
    struct.pack(">HH", *field) for field in ((27, 16), (28, 16), (4, 1), (152, 8), (153, 8))
)
TIMES = struct.pack(">QQH", AT // 10**6, AT // 10**6 + 1000, 99)
TEN = ten(
    piece(2, SIX + struct.pack(">HHI", 0x8000 | 7, 2, 9) + struct.pack(">HH", 82, 0xFFFF)),
    piece(300, bytes(15) + b"\1" + bytes(15) + b"\2" + b"\6" + TIMES + LONG),
)


def test_version_5() -> None:
    (record,) = FlowExport().read(five(), "x", AT)
    assert [(end.ip, end.port) for end in record.ends] == [("10.0.0.1", 40000), ("10.0.0.2", 104)]
    assert (record.layer, record.packets, record.octets) == (STREAM, (7, 0), (999, 0))
    assert record.first_at == AT + 500 - 50_000 * 10**6
    assert record.last_at == AT + 500 - 40_000 * 10**6


def test_the_marking_is_that_of_the_class_of_service() -> None:
    assert FlowExport().read(five(tos=46 << 2 | 1), "x", AT)[0].dscp == (46, -1)
    assert FlowExport().read(NINE, "x", AT)[0].dscp == (-1, -1), "nobody said"
    said = nine(piece(0, template(256, (8, 4), (12, 4), (5, 1))), piece(256, A + B + bytes([34 << 2]) + bytes(3)))
    assert FlowExport().read(said, "x", AT)[0].dscp == (34, -1)


def test_version_9() -> None:
    (record,) = FlowExport().read(NINE, "x", AT)
    assert [(end.mac, end.ip, end.port) for end in record.ends] == [
        ("02:00:00:00:00:01", "10.0.0.1", 5000),
        ("", "10.0.0.2", 161),
    ]
    assert (record.layer, record.first_at, record.last_at) == (DATAGRAM, AT - 59 * 10**9, AT - 58 * 10**9)


def test_ipfix_with_an_enterprise_field_and_a_long_variable_one() -> None:
    (record,) = FlowExport().read(TEN, "x", AT)
    assert [end.ip for end in record.ends] == ["::1", "::2"]
    assert (record.first_at, record.last_at, record.ends[0].port) == (AT, AT + 10**9, 0)


def test_templates_are_per_exporter_and_domain() -> None:
    export = FlowExport()
    export.read(ten(piece(2, template(256, (8, 4), (12, 4)))), "x", AT)
    data = piece(256, A + B)
    assert len(export.read(ten(data), "x", AT)) == 1
    assert export.read(ten(data), "y", AT) == export.read(ten(data, domain=1), "x", AT) == []
    assert export.unknown == 2


def test_options_are_passed_over() -> None:
    export = FlowExport()
    options = piece(3, struct.pack(">HHHHHHH", 257, 2, 1, 149, 4, 41, 8))
    assert export.read(ten(options, piece(257, bytes(12))), "x", AT) == []
    assert export.unknown == 0


def test_templates_are_bounded() -> None:
    export = FlowExport()
    for domain in range(TEMPLATES + 10):
        export.read(ten(piece(2, template(256, (8, 4))), domain=domain), "x", AT)
    assert len(export) == TEMPLATES
    with pytest.raises(Malformed):
        export.read(ten(piece(2, template(256, *[(8, 4)] * (FIELDS + 1)))), "x", AT)


@pytest.mark.parametrize("data", [b"", b"\0\7" + bytes(30), five(2)[:-1], ten(piece(2, b""))[:-1], nine(b"\1\0\0\3")])
def test_what_breaks_its_lengths_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        FlowExport().read(data, "x", AT)


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.tuples(st.sampled_from([five(3), NINE, TEN]), st.integers(0, 400), st.binary(max_size=6)), max_size=6),
    st.binary(),
)
def test_any_bytes_give_records_or_malformed(changes: list[tuple[bytes, int, bytes]], rest: bytes) -> None:
    export = FlowExport()
    for whole, at, patch in changes:
        data = whole[:at] + patch + whole[at + len(patch) :]
        for datagram in (data, data[:at], rest, b"\0\x0a" + rest, b"\0\x09" + rest):
            with contextlib.suppress(Malformed):
                for record in export.read(datagram, "x", AT):
                    assert 0 <= record.ends[0].port <= 0xFFFF
                    assert record.last_at >= record.first_at
