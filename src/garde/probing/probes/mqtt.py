"""MQTT: whether a broker takes a client, and, on request, carries a message round.

Question: does the broker accept us, and does what is published come back?
Reference: MQTT 3.1.1 §3.1 (CONNECT), §3.2 (CONNACK, table 3.1), §3.3, §3.8, §3.9. A topic is only used when one is
given; the payload says ZZTEST. Left out: QoS 1 and 2, retained messages, MQTT 5.

Example::

    garde probe 10.0.0.4 --with mqtt --set topic=garde/probe/1
"""

from __future__ import annotations

import re
from typing import Final

from garde.errors import Malformed
from garde.probing.line import MOST, Line, Stream
from garde.probing.probes.http import secure
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe

#: CONNACK return codes (table 3.1).
REFUSALS: Final = {
    1: "protocol", 2: "identifier", 3: "unavailable", 4: "credentials", 5: "not-authorised"
}  # fmt: skip
CONNACK, PUBLISH, SUBACK, PINGRESP = 2, 3, 9, 13
PAYLOAD: Final = b"ZZTEST"


def packet(head: int, body: bytes) -> bytes:
    """A control packet with its remaining length (§2.2.3)."""
    left, octets = len(body), bytearray()
    while True:
        left, octet = divmod(left, 128)
        octets.append(octet | (128 if left else 0))
        if not left:
            return bytes([head]) + bytes(octets) + body


def text(value: str) -> bytes:
    """A UTF-8 string (§1.5.3)."""
    raw = value.encode("utf-8")
    return len(raw).to_bytes(2, "big") + raw


def connect(name: str, user: str, password: str) -> bytes:
    """A CONNECT for a clean session without a will."""
    flags = 2 | (128 if user else 0) | (64 if user and password else 0)
    words = [name, *([user] if user else []), *([password] if user and password else [])]
    return packet(0x10, text("MQTT") + bytes([4, flags, 0, 30]) + b"".join(map(text, words)))


async def receive(stream: Stream) -> tuple[int, bytes]:
    """Kind and body of one packet.

    Raises:
        Malformed: §2.2.3.
    """
    kind = (await stream.exactly(1))[0] >> 4
    if kind not in (CONNACK, PUBLISH, SUBACK, PINGRESP):
        raise Malformed("probe.garbage", f"Packet of type {kind}", where="MQTT 3.1.1 §2.2.1, offset 0")
    length = 0
    for place in range(4):
        octet = (await stream.exactly(1))[0]
        length |= (octet & 127) << (7 * place)
        if octet < 128:
            break
    else:
        raise Malformed("probe.garbage", "A length of five octets", where="MQTT 3.1.1 §2.2.3")
    if length > MOST:
        raise Malformed("probe.flood", f"The peer announces {length} octets")
    return kind, await stream.exactly(length)


async def run(line: Line, options: Options) -> Answer:
    """Connect; with a topic, subscribe, publish and wait for it."""
    topic = options["topic"]
    if re.search(r"[+#\0]", topic) or len(topic) > 200:
        raise Malformed("probe.option", "A topic without wildcards is needed", where="MQTT 3.1.1 §4.7")
    name = options["client"] or "garde-" + line.random(4).hex()
    async with line.stream(tls=secure(options), name=options["host"]) as stream:
        await stream.send(connect(name, options["user"], options["password"]))
        kind, body = await receive(stream)
        line.lap("connack_ms")
        if kind != CONNACK or len(body) != 2:
            raise Malformed("probe.garbage", "No CONNACK", where="MQTT 3.1.1 §3.2")
        if body[1]:
            return Answer(code=f"mqtt.{REFUSALS.get(body[1], body[1])}", down=True)
        if topic:
            failure = await _round(line, stream, topic)
            if failure:
                return Answer(code=failure, down=True)
        await stream.send(b"\xe0\0")
    return Answer()


async def _round(line: Line, stream: Stream, topic: str) -> str:
    """Send a message round; a slug when the broker refuses the subscription."""
    await stream.send(packet(0x82, b"\0\1" + text(topic) + b"\0"))
    kind, body = await receive(stream)
    if kind == SUBACK and body[2:3] == b"\x80":
        return "mqtt.subscribe"
    await stream.send(packet(0x30, text(topic) + PAYLOAD))
    while True:
        kind, body = await receive(stream)
        if kind == PUBLISH and body == text(topic) + PAYLOAD:
            line.lap("round_ms")
            return ""


MQTT = Probe(name="mqtt", run=run, port=1883, does="connects to a broker, and sends a message round if given a topic",
             options={"client": "", "user": "", "password": "", "topic": "", "tls": "no", "host": ""})  # fmt: skip
