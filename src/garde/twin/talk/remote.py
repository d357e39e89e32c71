"""Remote access and pages: HTTP, SSH, RDP, VNC, Telnet and FTP, as turns of a TCP dialogue.

Question: what do servers say when somebody opens a page or a session?
Reference: RFC 9110 and 9112 (HTTP/1.1), RFC 4253 §4.2 and §7.1 (SSH), MS-RDPBCGR §2.2.1 (X.224 negotiation), RFC 6143
§7.1 (RFB), RFC 854 (Telnet), RFC 959 (FTP).

Example:
    >>> page("/", "10.0.0.1", "curl/8", "Moxa", "Console")[1].data[:15]
    b'HTTP/1.1 200 OK'
"""

from __future__ import annotations

import struct
from random import Random
from typing import Final

from garde.twin.tcp import MILLI, SECOND, Turn

_KEX: Final = (
    "curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256",
    "rsa-sha2-512,ssh-ed25519",
    "aes128-ctr,aes256-ctr",
    "aes128-ctr,aes256-ctr",
    "hmac-sha2-256",
    "hmac-sha2-256",
    "none",
    "none",
    "",
    "",
)


def page(path: str, host: str, agent: str, server: str, title: str) -> list[Turn]:
    """GET of a page and its answer with a title."""
    ask = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n\r\n"
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    head = f"HTTP/1.1 200 OK\r\nServer: {server}\r\n" if server else "HTTP/1.1 200 OK\r\n"
    tell = f"{head}Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    return [Turn(True, ask.encode()), Turn(False, tell.encode(), 12 * MILLI)]


def fhir(host: str, agent: str, rng: Random) -> list[Turn]:
    """A FHIR read of an invented patient's observations."""
    number = rng.randrange(10**6)
    ask = (
        f"GET /fhir/Observation?subject=Patient/zz{number} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n"
        "Accept: application/fhir+json\r\n\r\n"
    )
    body = '{"resourceType":"Bundle","type":"searchset","total":0}'
    tell = (
        "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\nContent-Type: application/fhir+json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )
    return [Turn(True, ask.encode()), Turn(False, tell.encode(), 30 * MILLI)]


def ssh(client: str, server: str, rng: Random) -> list[Turn]:
    """Identification strings and both key exchange offers (RFC 4253 §4.2, §7.1)."""

    def offer() -> bytes:
        lists = b"".join(struct.pack("!I", len(text)) + text.encode() for text in _KEX)
        payload = b"\x14" + rng.randbytes(16) + lists + bytes(5)
        padding = 8 - (len(payload) + 5) % 8
        padding += 8 * (padding < 4)
        return struct.pack("!IB", len(payload) + padding + 1, padding) + payload + bytes(padding)

    return [
        Turn(True, f"SSH-2.0-{client}\r\n".encode()),
        Turn(False, f"SSH-2.0-{server}\r\n".encode(), 8 * MILLI),
        Turn(True, offer(), 3 * MILLI),
        Turn(False, offer(), 2 * MILLI),
    ]


def rdp(user: str) -> list[Turn]:
    """X.224 connection request with cookie and negotiation, and its confirm (MS-RDPBCGR §2.2.1.1, §2.2.1.2)."""

    def tpkt(code: int, reference: int, rest: bytes) -> bytes:
        x224 = struct.pack("!BHHB", code, 0, reference, 0) + rest
        return struct.pack("!BBHB", 3, 0, 5 + len(x224), len(x224)) + x224

    cookie = f"Cookie: mstshash={user[:9]}\r\n".encode()
    return [
        Turn(True, tpkt(0xE0, 0, cookie + struct.pack("<BBHI", 1, 0, 8, 3))),
        Turn(False, tpkt(0xD0, 0x1234, struct.pack("<BBHI", 2, 0x1F, 8, 2)), 5 * MILLI),
    ]


def vnc(rng: Random, name: str) -> list[Turn]:
    """RFB 3.8 with VNC authentication and the desktop's name (RFC 6143 §7.1 to §7.3)."""
    text = name.encode()
    desktop = (
        struct.pack("!HH", 1280, 1024)
        + bytes.fromhex("20180001 00ff00ff00ff 10 08 00 000000")
        + struct.pack("!I", len(text))
    )
    return [
        Turn(False, b"RFB 003.008\n", 3 * MILLI),
        Turn(True, b"RFB 003.008\n"),
        Turn(False, b"\x01\x02"),
        Turn(True, b"\x02"),
        Turn(False, rng.randbytes(16)),
        Turn(True, rng.randbytes(16), SECOND),
        Turn(False, bytes(4)),
        Turn(True, b"\x01"),
        Turn(False, desktop + text),
    ]


def telnet(banner: str) -> list[Turn]:
    """Option negotiation, a banner, and somebody who leaves."""
    return [
        Turn(False, b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f"),
        Turn(True, b"\xff\xfd\x01\xff\xfd\x03\xff\xfc\x1f"),
        Turn(False, banner.encode(), 20 * MILLI),
        Turn(True, b"\r\n", 2 * SECOND),
    ]


def ftp(banner: str, system: str) -> list[Turn]:
    """Greeting, anonymous login refused, SYST, QUIT."""
    return [
        Turn(False, f"220 {banner}\r\n".encode()),
        Turn(True, b"SYST\r\n", 10 * MILLI),
        Turn(False, f"215 {system}\r\n".encode()),
        Turn(True, b"QUIT\r\n", 10 * MILLI),
        Turn(False, b"221 Goodbye\r\n"),
    ]
