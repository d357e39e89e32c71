"""DCE/RPC: bound interfaces and called operations."""

from __future__ import annotations

import struct
import uuid

from garde.dissect.listen.dcerpc import INTERFACES, Calls


def bind(interface: uuid.UUID, context: int = 0) -> bytes:
    head = struct.pack("<BBBBIHHIHHIB3x", 5, 0, 11, 3, 0x10, 72, 0, 1, 4280, 4280, 0, 1)
    return head + struct.pack("<HBx", context, 1) + interface.bytes_le + bytes(24)


def call(operation: int, context: int = 0) -> bytes:
    return struct.pack("<BBBBIHHIIHH", 5, 0, 0, 3, 0x10, 24, 0, 2, 0, context, operation)


def test_a_call_is_told_by_the_interface_bound_on_its_pipe() -> None:
    calls = Calls()
    interface = next(iter(INTERFACES))
    assert not list(calls.hear("p", bind(interface), 0))
    (one,) = calls.hear("p", call(12), 5)
    assert one.values == {"interface": "svcctl", "operation": 12} and one.start == 5
    assert not list(calls.hear("other", call(12), 0)) and not list(calls.hear("p", call(12, 9), 0))


def test_unknown_interfaces_and_other_bytes_say_nothing() -> None:
    calls = Calls()
    calls_of_mine = [bind(uuid.UUID(int=7)), call(12), b"", b"\5" * 10, bind(uuid.UUID(int=7))[:40], b"\0" * 64]
    assert not [one for data in calls_of_mine for one in calls.hear("p", data, 0)]
