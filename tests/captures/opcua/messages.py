"""OPC UA messages written by hand from OPC 10000-4 and -6; nothing is shared with the dissector."""

from __future__ import annotations

import struct

POLICY = "http://opcfoundation.org/UA/SecurityPolicy#"


def string(value: str | bytes | None) -> bytes:
    if value is None:
        return b"\xff\xff\xff\xff"
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<i", len(raw)) + raw


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", 8 + len(body)) + body


def hello(url: str) -> bytes:
    return chunk(b"HELF", struct.pack("<5I", 0, 65536, 65536, 0, 0) + string(url))


def acknowledge() -> bytes:
    return chunk(b"ACKF", struct.pack("<5I", 0, 65536, 65536, 0, 0))


def open_channel(policy: str, certificate: bytes | None = None) -> bytes:
    return chunk(
        b"OPNF", struct.pack("<I", 1) + string(POLICY + policy) + string(certificate) + string(None) + bytes(40)
    )


def service(number: int, body: bytes, *, final: bytes = b"F") -> bytes:
    return chunk(b"MSG" + final, struct.pack("<4I", 1, 1, 7, 7) + struct.pack("<BBH", 1, 0, number) + body)


def request_header() -> bytes:
    return b"\0\0" + struct.pack("<qII", 0, 1, 0) + string(None) + struct.pack("<I", 1000) + b"\0\0\0"


def response_header() -> bytes:
    return struct.pack("<qII", 0, 1, 0) + b"\0" + string(None) + b"\0\0\0"


def application(uri: str, product: str, name: str) -> bytes:
    return (
        string(uri)
        + string(product)
        + b"\x03"
        + string("en")
        + string(name)
        + struct.pack("<I", 0)
        + string(None) * 2
        + string(None)
    )


def endpoint(url: str, app: bytes, certificate: bytes | None, mode: int, policy: str) -> bytes:
    token = string("anonymous") + struct.pack("<I", 0) + string(None) * 3
    tokens = struct.pack("<I", 1) + token
    return (
        string(url)
        + app
        + string(certificate)
        + struct.pack("<I", mode)
        + string(POLICY + policy)
        + tokens
        + string("t")
        + b"\x01"
    )


def endpoints(*parts: bytes) -> bytes:
    return response_header() + struct.pack("<I", len(parts)) + b"".join(parts)


def create_session(app: bytes) -> bytes:
    return request_header() + app + string("urn:server") + string("opc.tcp://plc") + string("session of nobody")


def server_status(product: str, maker: str, model: str, version: str) -> bytes:
    info = string(product) + string(maker) + string(model) + string(version) + string("42") + struct.pack("<q", 0)
    status = struct.pack("<qqI", 0, 0, 0) + info + struct.pack("<I", 0) + b"\x02" + string("")
    value = b"\x01\x16" + b"\x01\x00\x60\x03\x01" + string(status)
    return response_header() + struct.pack("<I", 1) + value


PLC = application("urn:plc:server", "http://maker.example/plc", "Plant PLC")
URL = "opc.tcp://plc.example:4840"
TALK = [
    ("client", hello(URL)),
    ("server", acknowledge()),
    ("client", open_channel("None")),
    ("server", open_channel("None")),
    (
        "server",
        service(431, endpoints(endpoint(URL, PLC, None, 1, "None"), endpoint(URL, PLC, None, 3, "Basic256Sha256"))),
    ),
    ("client", service(461, create_session(application("urn:scada:client", "http://scada.example", "SCADA")))),
    ("server", service(634, server_status("http://maker.example/plc", "Maker", "PLC-7", "4.5.6"))),
]
