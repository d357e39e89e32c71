"""Writes to machines, settings of monitors, boots, and results of analysers."""

from __future__ import annotations

import struct

import pytest

from garde.dissect.listen.field import ASTM, BACNET, MODBUS, MONITOR, TFTP
from tests.lookouts import Listening


def modbus(function: int) -> bytes:
    return struct.pack(">HHHBB", 1, 0, 6, 1, function) + bytes(4)


@pytest.mark.parametrize(("function", "told"), [(3, 0), (4, 0), (5, 1), (6, 1), (15, 1), (16, 1)])
def test_functions_of_modbus(function: int, told: int) -> None:
    play = Listening(MODBUS, 502)
    assert play.likely(modbus(function)) > 0.5
    play.client(modbus(function))
    play.server(modbus(function))
    assert len(play.told) == told


@pytest.mark.parametrize(("service", "told"), [(12, 0), (15, 1), (16, 1)])
def test_services_of_bacnet(service: int, told: int) -> None:
    play = Listening(BACNET, 47808)
    body = bytes([1, 4, 0, 5, 1, service]) + bytes(8)
    data = b"\x81\x0a" + struct.pack(">H", len(body) + 4) + body
    assert play.likely(data) > 0.5
    play.client(data)
    assert len(play.told) == told


def test_monitors() -> None:
    play = Listening(MONITOR, 24105)
    play.client(b"\x0d" + bytes(40))
    head = b"\xe1\0\0\2"
    play.client(head + struct.pack(">HHHHH", 1, 20, 1, 5, 30) + bytes(20))
    play.client(head + struct.pack(">HHHHH", 1, 20, 1, 5, 30) + b"\xf2\x28" + bytes(20))
    play.client(head + struct.pack(">HHHHH", 1, 20, 1, 7, 30) + bytes(20))
    play.server(b"\0\0\1\0" + bytes(20))
    assert play.kinds() == ["monitor.associate", "monitor.set", "monitor.announced"]


def test_boots_and_results() -> None:
    play = Listening(TFTP, 69)
    assert play.likely(b"\0\1image.bin\0octet\0") > 0.5
    play.client(b"\0\1image.bin\0octet\0")
    play.client(b"\0")
    assert play.values("boot.asked") == [{"write": 0, "ext": "bin"}]
    play = Listening(ASTM, 4000)
    play.client(b"\x022R|1|^^^GLU|5.4|mmol/L\r\x03AB\r\n")
    play.client(b"\x023L|1|N\r\x03AB\r\n")
    assert play.kinds() == ["lab.result"] and "5.4" not in str(play.values("lab.result")[0]["value"])
