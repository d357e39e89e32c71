"""Field level: BACnet, Modbus, OPC UA, MQTT and CoAP.

Question: what do building controllers, alarm panels and sensors say?
Reference: ASHRAE 135 annex J and clause 20 (BACnet/IP), Modbus application protocol 1.1b3 §6 (03, 43/14), OPC UA part 6
§7.1 (hello, acknowledge, open) and part 4 §5.4.4 (GetEndpoints), MQTT 3.1.1 §3, RFC 7252 and RFC 6690 (CoAP).

Example:
    >>> mqtt_text("a").hex()
    '000161'
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from random import Random

from garde.twin.frames import datagram, multicast
from garde.twin.station import Station
from garde.twin.tcp import MILLI, SECOND, Frame, Turn


def _bvlc(function: int, npdu: bytes) -> bytes:
    return struct.pack("!BBH", 0x81, function, 4 + len(npdu)) + npdu


def bacnet_announce(controller: Station, instance: int, vendor: int, at: int) -> Iterator[Frame]:
    """I-Am (clause 16.10) by broadcast."""
    apdu = b"\x10\x00" + b"\xc4" + struct.pack("!I", 8 << 22 | instance) + b"\x22\x05\xc4\x91\x03"
    apdu += b"\x22" + vendor.to_bytes(2, "big") if vendor > 255 else b"\x21" + bytes((vendor,))
    body = _bvlc(0x0B, b"\x01\x20\xff\xff\x00\xff" + apdu)
    yield at, multicast(controller, "255.255.255.255", 47808, 47808, body, ttl=controller.stack.ttl)


def bacnet_read(
    client: Station, controller: Station, instance: int, texts: dict[int, str], at: int, rng: Random
) -> Iterator[Frame]:
    """ReadProperty of texts of the device object (121 vendor name, 70 model, 44 firmware, 77 name)."""
    device = struct.pack("!I", 8 << 22 | instance)
    for number, (code, text) in enumerate(texts.items(), rng.randrange(1, 100)):
        ask = b"\x00\x05" + bytes((number & 0xFF,)) + b"\x0c\x0c" + device + b"\x19" + bytes((code,))
        yield at, datagram(client, controller, 47808, 47808, _bvlc(0x0A, b"\x01\x04" + ask))
        raw = b"\0" + text.encode()
        size = bytes((0x70 | len(raw),)) if len(raw) < 5 else b"\x75" + bytes((len(raw),))
        tell = (
            b"\x30"
            + bytes((number & 0xFF,))
            + b"\x0c\x0c"
            + device
            + b"\x19"
            + bytes((code,))
            + b"\x3e"
            + size
            + raw
            + b"\x3f"
        )
        yield at + 6 * MILLI, datagram(controller, client, 47808, 47808, _bvlc(0x0A, b"\x01\x00" + tell))
        at += 200 * MILLI


def modbus(maker: str, product: str, version: str, rng: Random, reads: int = 8) -> list[Turn]:
    """Read device identification (43/14), then holding registers (03) again and again."""

    def adu(number: int, pdu: bytes) -> bytes:
        return struct.pack("!HHHB", number, 0, len(pdu) + 1, 1) + pdu

    objects = b"".join(
        bytes((n, len(text.encode()))) + text.encode() for n, text in enumerate((maker, product, version))
    )
    turns = [
        Turn(True, adu(1, b"\x2b\x0e\x01\x00")),
        Turn(False, adu(1, b"\x2b\x0e\x01\x01\x00\x00\x03" + objects), 15 * MILLI),
    ]
    for number in range(2, reads + 2):
        turns.append(Turn(True, adu(number, struct.pack("!BHH", 3, 0, 10)), SECOND))
        turns.append(Turn(False, adu(number, b"\x03\x14" + rng.randbytes(20)), 10 * MILLI))
    return turns


def _ua_text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<i", len(raw)) + raw


def opcua(url: str, application: str, product: str, name: str) -> list[Turn]:
    """Hello, acknowledge, an open channel without security, and GetEndpoints with one endpoint."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + b"F" + struct.pack("<I", 8 + len(body)) + body

    sizes = struct.pack("<IIIII", 0, 65536, 65536, 0, 0)
    policy = _ua_text("http://opcfoundation.org/UA/SecurityPolicy#None") + struct.pack("<ii", -1, -1)
    ask_head = (
        b"\x00\x00" + bytes(8) + struct.pack("<II", 1, 0) + struct.pack("<i", -1) + struct.pack("<I", 5000) + bytes(3)
    )
    tell_head = bytes(8) + struct.pack("<II", 1, 0) + b"\0" + struct.pack("<i", -1) + bytes(3)

    def node(number: int) -> bytes:
        return b"\x01\x00" + struct.pack("<H", number)

    open_ask = struct.pack("<I", 0) + policy + struct.pack("<II", 1, 1) + node(446) + ask_head
    open_ask += struct.pack("<IIIiI", 0, 0, 1, -1, 3_600_000)
    open_tell = struct.pack("<I", 7) + policy + struct.pack("<II", 1, 1) + node(449) + tell_head
    open_tell += struct.pack("<III", 0, 7, 1) + bytes(8) + struct.pack("<Ii", 3_600_000, -1)
    get = struct.pack("<IIII", 7, 1, 2, 2) + node(428) + ask_head + _ua_text(url) + struct.pack("<ii", -1, -1)
    described = (
        _ua_text(application)
        + _ua_text(product)
        + b"\x02"
        + _ua_text(name)
        + struct.pack("<I", 0)
        + struct.pack("<ii", -1, -1)
        + struct.pack("<i", 1)
        + _ua_text(url)
    )
    one = (
        _ua_text(url)
        + described
        + struct.pack("<i", -1)
        + struct.pack("<I", 1)
        + _ua_text("http://opcfoundation.org/UA/SecurityPolicy#None")
        + struct.pack("<i", 0)
        + _ua_text("http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary")
        + b"\0"
    )
    got = struct.pack("<IIII", 7, 1, 2, 2) + node(431) + tell_head + struct.pack("<i", 1) + one
    return [
        Turn(True, message(b"HEL", sizes + _ua_text(url))),
        Turn(False, message(b"ACK", sizes)),
        Turn(True, message(b"OPN", open_ask), 5 * MILLI),
        Turn(False, message(b"OPN", open_tell), 5 * MILLI),
        Turn(True, message(b"MSG", get), 5 * MILLI),
        Turn(False, message(b"MSG", got), 5 * MILLI),
    ]


def mqtt_text(text: str) -> bytes:
    """A UTF-8 string with its length (MQTT 3.1.1 §1.5.3)."""
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw


def mqtt(client: str, topic: str, rng: Random, publications: int = 5) -> list[Turn]:
    """CONNECT, CONNACK, then PUBLISH at most once."""

    def packet(head: int, body: bytes) -> bytes:
        size, length = b"", len(body)
        while True:
            size += bytes((length & 0x7F | (0x80 if length > 0x7F else 0),))
            length >>= 7
            if not length:
                return bytes((head,)) + size + body

    connect = mqtt_text("MQTT") + b"\x04\x02" + struct.pack("!H", 60) + mqtt_text(client)
    turns = [Turn(True, packet(0x10, connect)), Turn(False, packet(0x20, b"\0\0"))]
    turns += [
        Turn(True, packet(0x30, mqtt_text(topic) + f'{{"etat":{rng.randrange(2)}}}'.encode()), SECOND)
        for _ in range(publications)
    ]
    return turns


def coap(client: Station, server: Station, path: str, at: int, rng: Random) -> Iterator[Frame]:
    """A confirmable GET of a resource and its content (RFC 7252 §2)."""
    port, number = client.port(), rng.getrandbits(16)
    token = rng.randbytes(2)
    options, last = b"", 0
    for part in path.strip("/").split("/"):
        options += bytes(((11 - last) << 4 | len(part),)) + part.encode()
        last = 11
    yield at, datagram(client, server, port, 5683, b"\x42\x01" + struct.pack("!H", number) + token + options)
    body = b'</tag>;rt="rtls.tag";if="sensor",</status>;rt="status"'
    answer = b"\x62\x45" + struct.pack("!H", number) + token + b"\xc1\x28\xff" + body
    yield at + 15 * MILLI, datagram(server, client, 5683, port, answer)
