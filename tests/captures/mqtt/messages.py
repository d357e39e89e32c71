"""MQTT packets written by hand from OASIS MQTT 3.1.1 and 5.0; nothing is shared with the dissector."""

from __future__ import annotations


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(first: int, body: bytes) -> bytes:
    size, octets = len(body), b""
    while True:
        size, low = size >> 7, size & 0x7F
        octets += bytes((low | (0x80 if size else 0),))
        if not size:
            return bytes((first,)) + octets + body


def connect(name: str, level: int = 4, user: str = "", password: str = "") -> bytes:
    body = text("MQIsdp" if level == 3 else "MQTT") + bytes((level, 0xC2 if user else 2)) + b"\0\x3c"
    body += b"\x05\x11\0\0\0\x0a" if level == 5 else b""
    return packet(0x10, body + text(name) + (text(user) + text(password) if user else b""))


def publish(topic: str, payload: bytes = b"36.6") -> bytes:
    return packet(0x30, text(topic) + payload)


def subscribe(*topics: str, level: int = 4) -> bytes:
    return packet(0x82, b"\0\1" + (b"\0" if level == 5 else b"") + b"".join(text(topic) + b"\0" for topic in topics))


TALK = [
    ("client", connect("monitor-bed-3", user="nurse", password="s3cret")),
    ("server", packet(0x20, b"\0\0")),
    ("client", subscribe("ward3/commands/monitor-bed-3")),
    ("client", publish("ward3/vitals/patient/10045533", b"HR 72")),
    ("server", publish("ward9/secret/topic")),
    ("client", publish("patient/dupont/hr")),
]
