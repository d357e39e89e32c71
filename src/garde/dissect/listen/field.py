"""Field: commands to monitors, buildings and machines, images fetched at start, and frames of analysers.

Question: does somebody write a value, set a limit, fetch firmware, or speak for an analyser?
Reference: ASHRAE 135 §20.1.2, §21 (BACnet confirmed requests 15, 16); Modbus Application Protocol 1.1b3 §6 (functions
5, 6, 15, 16, 22, 23); Philips Data Export Interface Programming Guide (association, remote operations); RFC 1350 §5
(TFTP); CLSI LIS1-A §8 (ASTM frames). Left out: values, which may be of a patient.

Example: a Modbus request with function 6 gives ``field.write`` by modbus.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.smb_files import extension
from garde.dissect.listen.spec import ALL, Digest, Listener, Told, single
from garde.dissect.spec import DATAGRAM, STREAM, Hint, Keep
from garde.wire.flow import Payload

_MODBUS_WRITES: Final = frozenset({5, 6, 15, 16, 22, 23})
_BACNET_WRITES: Final = {
    15: "WriteProperty",
    16: "WritePropertyMultiple",
    20: "ReinitializeDevice",
    17: "DeviceCommunicationControl",
}
#: Remote operations of the data export protocol: set, confirmed set, confirmed action.
_SET: Final = frozenset({4, 5})
_PROTOCOL: Final = b"\xe1\x00\x00\x02"
_INDICATION: Final = b"\x00\x00\x01\x00"
_ASSOCIATE: Final = 0x0D
#: Priority lists, which every collector sets: of numerics and of waves.
_LISTS: Final = (b"\xf2\x28", b"\xf2\x3a")


def _modbus(payload: Payload) -> Iterator[Told]:
    data = payload.data
    # A request goes to the port of the server.
    if len(data) >= 8 and payload.receiver.port == 502 and data[7] in _MODBUS_WRITES:
        yield Told("field.write", {"by": "modbus", "function": data[7]}, payload.offset)


def _modbus_likely(data: bytes, hint: Hint) -> float:
    whole = len(data) >= 8 and data[2:4] == b"\0\0" and 2 <= int.from_bytes(data[4:6], "big") <= 254
    return 0.8 if 502 in hint.ports and whole else 0.0


def _bacnet(payload: Payload) -> Iterator[Told]:
    data = payload.data
    at = 4
    if len(data) > 10 and data[1] == 4:
        at = 10
    if len(data) < at + 6 or data[at] != 1:
        return
    control, at = data[at + 1], at + 2
    if control & 0x80:
        return
    for bit in (0x20, 0x08):
        if control & bit:
            if len(data) < at + 3:
                return
            at += 3 + data[at + 2]
    at += 1 if control & 0x20 else 0
    if len(data) >= at + 4 and data[at] & 0xF0 == 0:
        service = data[at + (5 if data[at] & 8 else 3)] if len(data) > at + 5 else data[at + 3]
        if service in _BACNET_WRITES:
            yield Told("field.write", {"by": "bacnet", "function": _BACNET_WRITES[service]})


def _bacnet_likely(data: bytes, hint: Hint) -> float:
    return 0.9 if len(data) >= 8 and data[0] == 0x81 and int.from_bytes(data[2:4], "big") == len(data) else 0.0


def _monitor(payload: Payload) -> Iterator[Told]:
    data = payload.data
    if data[:4] == _INDICATION:
        yield Told("monitor.announced", {"mac": payload.sender.mac})
    elif data[:1] == bytes([_ASSOCIATE]):
        yield Told("monitor.associate", {})
    elif data[:4] == _PROTOCOL and len(data) >= 14 and data[4:6] == b"\0\1":
        command = int.from_bytes(data[10:12], "big")
        if command in _SET and not any(name in data[14:80] for name in _LISTS):
            yield Told("monitor.set", {"operation": command})


def _monitor_likely(data: bytes, hint: Hint) -> float:
    if not {24005, 24105} & set(hint.ports) or len(data) < 12:
        return 0.0
    return 0.85 if data[:4] in (_INDICATION, _PROTOCOL) or data[0] in (0x0D, 0x0E) else 0.0


def _tftp(payload: Payload) -> Iterator[Told]:
    data = payload.data
    if data[:2] not in (b"\0\1", b"\0\2"):
        return
    name = data[2:].split(b"\0")[0].decode("ascii", "replace")
    yield Told("boot.asked", {"write": int(data[1] == 2), "ext": extension(name)})


def _tftp_likely(data: bytes, hint: Hint) -> float:
    modes = (b"octet\0", b"netascii\0")
    return 0.8 if 69 in hint.ports and data[:2] in (b"\0\1", b"\0\2") and any(m in data.lower() for m in modes) else 0.0


class _Astm:
    """Frames of results, as digests; H names who sends them."""

    def __init__(self, digest: Digest) -> None:
        self.done = False
        self._digest = digest
        self._held = bytearray()

    def feed(self, payload: Payload) -> Iterator[Told]:
        if payload.gap > 0:
            self._held.clear()
        self._held += payload.data
        while (end := self._held.find(b"\n")) >= 0 or (end := self._held.find(b"\r")) >= 0:
            line = bytes(self._held[:end]).strip(b"\r\n\x02\x03\x05\x06")
            del self._held[: end + 1]
            # A frame begins with its number (§8.3.1), a record with its letter.
            record = line[1:] if line[:1].isdigit() else line
            if record[:2] == b"R|" and len(record) > 8:
                yield Told("lab.result", {"value": self._digest(record.split(b"\x03")[0])}, payload.offset)
        del self._held[:-4096]


def _astm_likely(data: bytes, hint: Hint) -> float:
    del hint
    return 0.8 if data[:2] == b"\x02" + data[1:2] and data[2:4] in (b"H|", b"P|", b"R|", b"O|") else 0.0


MODBUS: Final = Listener(
    name="modbus",
    layer=STREAM,
    reference="Modbus Application Protocol 1.1b3",
    tells=frozenset({"field.write"}),
    looks_like=_modbus_likely,
    ear=single(_modbus),
    keep=(Keep(2, b"\0\0\0", payloads=64),),
)
BACNET: Final = Listener(
    name="bacnet",
    layer=DATAGRAM,
    reference="ASHRAE 135",
    tells=frozenset({"field.write"}),
    looks_like=_bacnet_likely,
    ear=single(_bacnet),
    keep=(Keep(0, b"\x81\x0a", payloads=256),),
)
MONITOR: Final = Listener(
    name="monitor",
    layer=DATAGRAM,
    reference="Philips Data Export Interface Programming Guide",
    tells=frozenset({"monitor.announced", "monitor.associate", "monitor.set"}),
    looks_like=_monitor_likely,
    ear=single(_monitor),
    keep=(Keep(0, _PROTOCOL, payloads=ALL),),
)
TFTP: Final = Listener(
    name="tftp",
    layer=DATAGRAM,
    reference="RFC 1350",
    tells=frozenset({"boot.asked"}),
    looks_like=_tftp_likely,
    ear=single(_tftp),
)
ASTM: Final = Listener(
    name="astm",
    layer=STREAM,
    reference="CLSI LIS1-A, LIS2-A2",
    tells=frozenset({"lab.result"}),
    looks_like=_astm_likely,
    ear=_Astm,
    keep=(Keep(0, b"\x02", payloads=256),),
)
