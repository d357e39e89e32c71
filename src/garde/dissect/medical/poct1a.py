"""POCT1-A: which point-of-care instrument (glucose meter, blood gas analyser) this is.

Question: which maker, model, serial and versions does an instrument give when it says hello?
Reference: CLSI POCT1-A2, device messaging layer: HEL.R01 with its DEV object. Left out: DST, OBS, REQ, EOT and every
other topic, since results, operators and patients stand in them.

Messages are XML documents one after the other on a TCP stream; every value is an attribute ``V`` of an empty element.

Example: ``<HEL.R01><DEV><DEV.model_id V="G2"/></DEV></HEL.R01>`` gives ``model`` G2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from garde.dissect.medical.eui64 import eui64
from garde.dissect.spec import SENDER, STREAM, Dissector, Fact, Hint, Keep
from garde.dissect.xml10 import read
from garde.errors import Malformed
from garde.model.key import Key
from garde.wire.buffer import PIECE, Buffer
from garde.wire.flow import Payload

#: Largest message waited for; a hello is below 4 kB.
LARGEST: Final = 1 << 15
_BEGIN: Final = b"<HEL.R01"
_END: Final = b"</HEL.R01>"
_START: Final = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,200}?-->\s*)?<[A-Z]{3}\.R0\d[\s>/]", re.S
)
_TOPIC: Final = re.compile(rb"<(?:HEL|DST|OBS|REQ|ACK|EOT|END|ESC|OPL|PTL|DTV|CNF|KPA)\.R0\d[\s>/]")

_ATTRIBUTES: Final = {
    "DEV.vendor_id": "poct1a.vendor",
    "DEV.model_id": "model",
    "DEV.serial_id": "serial",
    "DEV.manufacturer_name": "manufacturer",
    "DEV.hw_version": "hardware",
    "DEV.sw_version": "software",
    "DEV.device_name": "friendly_name",
    "DEV.location": "location",
}


class _Session:
    """Both directions; a data manager may hear several instruments of one docking station on one connection."""

    def __init__(self) -> None:
        self.done = False
        self._buffers = (Buffer(LARGEST + 2 * PIECE), Buffer(LARGEST + 2 * PIECE))
        self._started = [False, False]
        self._devices: set[str] = set()

    def feed(self, payload: Payload) -> Iterator[Fact]:
        buffer = self._buffers[payload.direction]
        if not self._started[payload.direction]:
            self._started[payload.direction] = True
            if payload.gap == 0 and payload.offset == 0 and payload.data.lstrip()[:1] not in (b"<", b"\xef", b""):
                raise Malformed("poct1a.start", "the stream does not begin with XML", where="offset 0")
        for _ in buffer.pour(payload.data, payload.offset):
            yield from self._messages(buffer)

    def _messages(self, buffer: Buffer) -> Iterator[Fact]:
        while True:
            begin = buffer.data.find(_BEGIN)
            if begin < 0:
                buffer.drop(len(buffer) - len(_BEGIN) + 1 if len(buffer) >= len(_BEGIN) else 0)
                return
            buffer.drop(begin)
            end = buffer.data.find(_END, 0, LARGEST)
            if end < 0:
                if len(buffer) < LARGEST:
                    return
                buffer.drop(len(_BEGIN))
                continue
            start = buffer.start
            yield from self._hello(buffer.take(end + len(_END)), start)

    def _hello(self, document: bytes, start: int) -> Iterator[Fact]:
        try:
            nodes = read(document, "poct1a.xml")
        except Malformed:
            return
        said: dict[str, tuple[str, int, int]] = {}
        for node in nodes:
            value = node.attributes.get("V", node.text).strip()
            if value and node.name.startswith("DEV."):
                at = document.find(value.encode(), node.start)
                at = start + (at if at >= 0 else node.start)
                said.setdefault(node.name, (value, at, at + len(value.encode())))
        about = self._about(said)
        for name, (value, begin, end) in said.items():
            if name in _ATTRIBUTES:
                yield Fact(_ATTRIBUTES[name], value, begin, end, about)
            elif name == "DEV.device_id" and (key := eui64(value)):
                yield Fact("eui64", key, begin, end, about)

    def _about(self, said: dict[str, tuple[str, int, int]]) -> Key | Literal["sender", "receiver"]:
        """The sender, until a second instrument speaks on the same connection."""
        device = said.get("DEV.device_id", said.get("DEV.serial_id", ("", 0, 0)))[0]
        maker = said.get("DEV.manufacturer_name", said.get("DEV.vendor_id", ("", 0, 0)))[0]
        named = "|".join((maker, said.get("DEV.model_id", ("", 0, 0))[0], said.get("DEV.serial_id", (device, 0, 0))[0]))
        key = eui64(device)
        if len(self._devices) < 64:
            self._devices.add(device)
        if len(self._devices) > 1:
            return Key("eui64", key) if key else Key.of("equipment", named)
        return SENDER


def _looks_like(data: bytes, hint: Hint) -> float:
    del hint
    if data[:1] not in (b"<", b" ", b"\r", b"\n", b"\xef"):
        return 0.7 if _TOPIC.search(data[:4096]) else 0.0
    if _START.match(data[:600]):
        return 0.95
    return 0.8 if _TOPIC.search(data[:4096]) else 0.0


POCT1A = Dissector(
    name="poct1a",
    layer=STREAM,
    reference="CLSI POCT1-A2, device messaging layer",
    emits=frozenset({"eui64", *_ATTRIBUTES.values()}),
    looks_like=_looks_like,
    session=_Session,
    keep=(Keep(0, b"<?xml", payloads=16), Keep(0, b"<HEL.R01", payloads=16), Keep(0, b"<DST.R01", payloads=16)),
)
