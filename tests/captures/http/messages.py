"""HTTP messages written by hand from RFC 9112; nothing is shared with the dissector."""

from __future__ import annotations

import base64
import struct
import zlib

from tests.captures.ntlm import messages as ntlm

PAGE = b"<html><head><TITLE>\n Orthanc &amp; Co </TITLE></head></html>"
DESCRIPTION = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major></specVersion>
<device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Bridge (ward 3)</friendlyName>
<manufacturer>Royal Philips</manufacturer><modelName>Bridge 2015</modelName><modelNumber>BSB002</modelNumber>
<serialNumber>0017882F1A2B</serialNumber><UDN>uuid:2f402f80</UDN>
<deviceList><device><modelName>inner</modelName></device></deviceList></device></root>"""


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: pacs.example:8042", *headers, "", "")).encode()


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")).encode() + body


def chunked(data: bytes, size: int = 40) -> bytes:
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def challenge() -> str:
    return base64.b64encode(ntlm.challenge({1: "PACS", 4: "ward.example"})).decode()


def gzipped(data: bytes) -> bytes:
    """RFC 1952 around one stored block (RFC 1951 §3.2.4), octet for octet the same with every zlib."""
    stored = b"\x01" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + stored + struct.pack("<II", zlib.crc32(data), len(data))


CODED = b"Content-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
REALM = 'WWW-Authenticate: Basic realm="PACS"'
TALK = [
    ("client", get("/", "User-Agent: Viewer/3.1") + get("/dicom-web/studies?PatientName=DUPONT")),
    ("server", answer(PAGE, "Server: Orthanc/1.12", "Content-Type: text/html")),
    ("server", b"HTTP/1.1 200 OK\r\n" + CODED + chunked(gzipped(b"<title>DUPONT</title>"))),
    ("client", get("/description.xml")),
    ("server", answer(DESCRIPTION, "Content-Type: text/xml")),
    ("client", get("/private")),
    ("server", answer(b"", f"WWW-Authenticate: NTLM {challenge()}", REALM, status="401 No")),
    ("client", get("/home/")),
    ("server", b"HTTP/1.1 200 OK\r\n" + CODED + chunked(gzipped(b"<title>Worklist</title>"))),
]
