"""SMB 1 and 2 messages written by hand from MS-CIFS, MS-SMB and MS-SMB2; nothing is shared with the dissector."""

from __future__ import annotations

import struct
import uuid

from tests.captures.ntlm import messages as ntlm
from tests.captures.tls.messages import tlv

GUID = uuid.UUID("12345678-9abc-def0-1122-334455667788")
NAMES = {2: "WARD", 1: "CT-CONSOLE", 4: "ward.example", 3: "ct-console.ward.example"}


_NTLMSSP = tlv(0x06, bytes.fromhex("2b06010401823702020a"))


def spnego_first(token: bytes) -> bytes:
    """A NegTokenInit in GSS-API (RFC 4178 §4.2.1)."""
    mechanisms = tlv(0xA0, tlv(0x30, _NTLMSSP))
    init = tlv(0xA0, tlv(0x30, mechanisms, tlv(0xA2, tlv(0x04, token))))
    return tlv(0x60, tlv(0x06, bytes.fromhex("2b0601050502")), init)


def spnego(token: bytes) -> bytes:
    """A NegTokenResp (RFC 4178 §4.2.2)."""
    return tlv(0xA1, tlv(0x30, tlv(0xA0, tlv(0x0A, b"\x01")), tlv(0xA2, tlv(0x04, token))))


def nbss(data: bytes, kind: int = 0) -> bytes:
    return bytes((kind,)) + len(data).to_bytes(3, "big") + data


def smb2(command: int, body: bytes, *, reply: bool = False, status: int = 0, following: int = 0) -> bytes:
    head = struct.pack(
        "<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 1, status, command, 1, int(reply), following, 1, 0, 0, 0, bytes(16)
    )
    return head + body


def negotiate2(guid: uuid.UUID = GUID) -> bytes:
    return nbss(smb2(0, struct.pack("<HHHHI16sQHH", 36, 2, 1, 0, 0, guid.bytes_le, 0, 0x0202, 0x0311)))


def negotiated2(dialect: int = 0x0302, status: int = 0) -> bytes:
    return nbss(
        smb2(0, struct.pack("<HHHH16sI", 65, 1, dialect, 0, GUID.bytes_le, 0) + bytes(36), reply=True, status=status)
    )


def setup2(blob: bytes, *, reply: bool, status: int = 0) -> bytes:
    head = (
        struct.pack("<HHHH", 9, 0, 72, len(blob))
        if reply
        else struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(blob), 0)
    )
    return nbss(smb2(1, head + blob, reply=reply, status=status))


def smb1(
    command: int, words: bytes, octets: bytes, *, reply: bool = False, status: int = 0, unicode: bool = True
) -> bytes:
    head = struct.pack(
        "<4sBIBH12x4H", b"\xffSMB", command, status, 0x80 * reply, 0xC801 if unicode else 0x4801, 0, 0, 0, 0
    )
    return nbss(head + bytes((len(words) // 2,)) + words + struct.pack("<H", len(octets)) + octets)


def negotiate1(*dialects: str) -> bytes:
    return smb1(0x72, b"", b"".join(b"\x02" + one.encode() + b"\0" for one in dialects))


def negotiated1(index: int, *, extended: bool) -> bytes:
    words = struct.pack(
        "<HBHHIIIIQHB", index, 3, 50, 1, 65536, 65536, 0, 0x8000000C if extended else 0xC, 0, 0, 0 if extended else 8
    )
    octets = GUID.bytes_le if extended else bytes(8) + "WARD\0CT-CONSOLE\0".encode("utf-16-le")
    return smb1(0x72, words, octets, reply=True)


def setup1(blob: bytes, native_os: str, native_lan: str) -> bytes:
    """A request with extended security; 12 words put the octets at an odd place, so one octet pads an even blob."""
    words = struct.pack("<BBHHHHIHII", 0xFF, 0, 0, 65535, 2, 1, 0, len(blob), 0, 0x80000000)
    pad = b"" if len(blob) % 2 else b"\0"
    return smb1(0x73, words, blob + pad + f"{native_os}\0{native_lan}\0\0".encode("utf-16-le"))


def setup1_plain(account: str, native_os: str, native_lan: str) -> bytes:
    """A request of 13 words with an account and OEM text."""
    words = struct.pack("<BBHHHHIHHII", 0xFF, 0, 0, 65535, 2, 1, 0, 24, 0, 0, 0)
    return smb1(0x73, words, b"p" * 24 + f"{account}\0DOM\0{native_os}\0{native_lan}\0".encode(), unicode=False)


def set_up1(blob: bytes, native_os: str, native_lan: str, *, status: int = 0) -> bytes:
    words = struct.pack("<BBHHH", 0xFF, 0, 0, 0, len(blob))
    pad = b"" if len(blob) % 2 else b"\0"
    return smb1(0x73, words, blob + pad + f"{native_os}\0{native_lan}\0".encode("utf-16-le"), reply=True, status=status)


def session_request(called: str, calling: str) -> bytes:
    def encoded(name: str) -> bytes:
        raw = name.ljust(15).encode() + b"\x20"
        return b"\x20" + bytes(half + 0x41 for octet in raw for half in (octet >> 4, octet & 15)) + b"\0"

    return nbss(encoded(called) + encoded(calling), 0x81)


MORE = 0xC0000016
#: (who, bytes): a workstation mounts a share of a CT console, with SMB 3.
TALK = [
    ("client", negotiate2()),
    ("server", negotiated2()),
    ("client", setup2(spnego_first(ntlm.negotiate("", "")), reply=False)),
    ("server", setup2(spnego(ntlm.challenge(NAMES)), reply=True, status=MORE)),
    ("client", setup2(spnego(ntlm.authenticate("WARD", "dr.house", "READER-3")), reply=False)),
    ("server", setup2(b"", reply=True)),
]
#: The same with SMB 1 and Windows XP.
TALK_1 = [
    ("client", session_request("CT-CONSOLE", "READER-3")),
    ("client", negotiate1("PC NETWORK PROGRAM 1.0", "NT LM 0.12")),
    ("server", negotiated1(1, extended=True)),
    (
        "client",
        setup1(ntlm.negotiate("", ""), "Windows 7 Professional 7601 Service Pack 1", "Windows 7 Professional 6.1"),
    ),
    (
        "server",
        set_up1(
            ntlm.challenge({1: "CT-CONSOLE"}, (5, 1, 2600)), "Windows 5.1", "Windows 2000 LAN Manager", status=MORE
        ),
    ),
    ("client", setup1(ntlm.authenticate("CT-CONSOLE", "operator", "READER-3"), "Windows 7", "Windows 7 6.1")),
    ("server", set_up1(b"", "Windows 5.1", "Windows 2000 LAN Manager")),
]
