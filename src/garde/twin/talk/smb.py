"""SMB: negotiation and NTLM session set-up of Windows hosts, SMB2 and, for old modalities, SMB1.

Question: what do a client and a server of a Windows share tell each other about themselves?
Reference: MS-SMB2 §2.2.3 to §2.2.6, MS-CIFS §2.2.4.52 to §2.2.4.53, MS-NLMP §2.2.1, RFC 4178 (SPNEGO), RFC 1002 §4.3.1.
Left out: files. No password is on the wire: responses are random octets.

Example:
    >>> netbios(b"abc").hex()
    '00000003616263'
"""

from __future__ import annotations

import struct
from random import Random
from typing import Final, NamedTuple

from garde.twin.hospital import DOMAIN, NETBIOS
from garde.twin.talk.management import ber
from garde.twin.tcp import MILLI, Turn

_SPNEGO: Final = bytes.fromhex("06062b0601050502")
_NTLM: Final = bytes.fromhex("060a2b06010401823702020a")
_FLAGS: Final = 0xE2898215
_FILETIME: Final = 116_444_736_000_000_000
_MORE: Final = 0xC0000016
_NEGOTIATE, _SETUP, _LOGOFF = 0, 1, 2


class Host(NamedTuple):
    """A Windows host: NetBIOS name, build ``major.minor.build`` and the client GUID it keeps."""

    name: str
    build: str
    guid: bytes


def netbios(message: bytes) -> bytes:
    """A session message (RFC 1002 §4.3.1)."""
    return struct.pack("!I", len(message)) + message


def _version(build: str) -> bytes:
    major, minor, number = (int(part) for part in build.split("."))
    return struct.pack("<BBH3xB", major, minor, number, 15)


def _fields(parts: list[bytes], start: int) -> tuple[list[bytes], bytes]:
    """Security buffers: length, allocated length, offset of each part, and the payload (MS-NLMP §2.2)."""
    heads, payload = [], b""
    for part in parts:
        heads.append(struct.pack("<HHI", len(part), len(part), start + len(payload)))
        payload += part
    return heads, payload


def ntlm_negotiate(client: Host) -> bytes:
    """NEGOTIATE_MESSAGE (MS-NLMP §2.2.1.1)."""
    return b"NTLMSSP\0" + struct.pack("<II", 1, _FLAGS) + bytes(16) + _version(client.build)


def ntlm_challenge(server: Host, at: int, rng: Random) -> bytes:
    """CHALLENGE_MESSAGE (MS-NLMP §2.2.1.2) with its AV pairs."""
    wide = {1: server.name, 2: NETBIOS, 3: f"{server.name.lower()}.{DOMAIN}", 4: DOMAIN, 5: DOMAIN}
    pairs = b"".join(
        struct.pack("<HH", code, len(text.encode("utf-16-le"))) + text.encode("utf-16-le")
        for code, text in ((2, wide[2]), (1, wide[1]), (4, wide[4]), (3, wide[3]), (5, wide[5]))
    )
    pairs += struct.pack("<HHQ", 7, 8, at // 100 + _FILETIME) + bytes(4)
    (target, info), payload = _fields([NETBIOS.encode("utf-16-le"), pairs], 56)
    return (
        b"NTLMSSP\0"
        + struct.pack("<I", 2)
        + target
        + struct.pack("<I", _FLAGS)
        + rng.randbytes(8)
        + bytes(8)
        + info
        + _version(server.build)
        + payload
    )


def ntlm_authenticate(client: Host, user: str, rng: Random) -> bytes:
    """AUTHENTICATE_MESSAGE (MS-NLMP §2.2.1.3)."""
    texts = [text.encode("utf-16-le") for text in (NETBIOS, user, client.name)]
    # NTLMv2_RESPONSE (§2.2.2.8): proof, version, time, client challenge, and the AV pairs, here only their end.
    response = rng.randbytes(16) + b"\x01\x01" + bytes(6) + rng.randbytes(16) + bytes(8)
    heads, payload = _fields([rng.randbytes(24), response, *texts, rng.randbytes(16)], 88)
    return (
        b"NTLMSSP\0"
        + struct.pack("<I", 3)
        + b"".join(heads)
        + struct.pack("<I", _FLAGS)
        + _version(client.build)
        + rng.randbytes(16)
        + payload
    )


def _initial(token: bytes) -> bytes:
    inner = ber(0x30, ber(0xA0, ber(0x30, _NTLM)) + ber(0xA2, ber(4, token)))
    return ber(0x60, _SPNEGO + ber(0xA0, inner))


def _answer(token: bytes, state: int) -> bytes:
    inner = ber(0xA0, ber(0x0A, bytes((state,))))
    if state == 1 and token.startswith(b"NTLMSSP\0\2"):
        inner += ber(0xA1, _NTLM)
    return ber(0xA1, ber(0x30, inner + (ber(0xA2, ber(4, token)) if token else b"")))


def _smb2(command: int, number: int, body: bytes, *, reply: bool = False, status: int = 0, session: int = 0) -> bytes:
    head = struct.pack(
        "<4sHHIHHIIQIIQ16s",
        b"\xfeSMB",
        64,
        1,
        status,
        command,
        31,
        1 if reply else 0,
        0,
        number,
        0xFEFF,
        0,
        session,
        bytes(16),
    )
    return netbios(head + body)


def session(client: Host, server: Host, user: str, at: int, rng: Random) -> list[Turn]:
    """Negotiate SMB 3.0.2 or lower, then set a session up with NTLM."""
    dialects = (0x0202, 0x0210, 0x0300, 0x0302)
    best = 0x0210 if client.build.startswith("6.1") or server.build.startswith("6.1") else 0x0302
    offer = struct.pack("<HHHHI16sQ", 36, len(dialects), 1, 0, 0x7F, client.guid, 0) + struct.pack("<4H", *dialects)
    hint = ber(0x60, _SPNEGO + ber(0xA0, ber(0x30, ber(0xA0, ber(0x30, _NTLM)))))
    now = at // 100 + _FILETIME
    accept = (
        struct.pack(
            "<HHHH16sIIIIQQHHI",
            65,
            1,
            best,
            0,
            server.guid,
            0x2F,
            1 << 20,
            1 << 20,
            1 << 20,
            now,
            now - 10**12,
            128,
            len(hint),
            0,
        )
        + hint
    )
    identity = rng.getrandbits(48)

    def ask(token: bytes) -> bytes:
        return struct.pack("<HBBIIHHQ", 25, 0, 1, 1, 0, 88, len(token), 0) + token

    def tell(token: bytes) -> bytes:
        return struct.pack("<HHHH", 9, 0, 72, len(token)) + token

    one = _initial(ntlm_negotiate(client))
    two = _answer(ntlm_challenge(server, at, rng), 1)
    three = _answer(ntlm_authenticate(client, user, rng), 1)
    return [
        Turn(True, _smb2(_NEGOTIATE, 0, offer)),
        Turn(False, _smb2(_NEGOTIATE, 0, accept, reply=True)),
        Turn(True, _smb2(_SETUP, 1, ask(one)), 4 * MILLI),
        Turn(False, _smb2(_SETUP, 1, tell(two), reply=True, status=_MORE, session=identity)),
        Turn(True, _smb2(_SETUP, 2, ask(three), session=identity), 3 * MILLI),
        Turn(False, _smb2(_SETUP, 2, tell(_answer(b"", 0)), reply=True, session=identity), 9 * MILLI),
        Turn(True, _smb2(_LOGOFF, 3, struct.pack("<HH", 4, 0), session=identity), 200 * MILLI),
        Turn(False, _smb2(_LOGOFF, 3, struct.pack("<HH", 4, 0), reply=True, session=identity)),
    ]


def session_smb1(server: str, native: tuple[str, str], client_native: tuple[str, str], rng: Random) -> list[Turn]:
    """NT LM 0.12 with extended security off: the strings NativeOS and NativeLanMan in clear (MS-CIFS §2.2.4.53)."""

    def head(command: int, number: int, *, reply: bool) -> bytes:
        return struct.pack(
            "<4sBIBHH8sHHHHH",
            b"\xffSMB",
            command,
            0,
            0x98 if reply else 0x18,
            0xC001,
            0,
            bytes(8),
            0,
            0xFFFF,
            1234,
            0 if number < 2 else 2048,
            number,
        )

    def wide(*texts: str) -> bytes:
        return b"".join(text.encode("utf-16-le") + b"\0\0" for text in texts)

    dialect = b"\x02NT LM 0.12\0"
    ask = head(0x72, 1, reply=False) + b"\0" + struct.pack("<H", len(dialect)) + dialect
    words = struct.pack("<HBHHIIIIQhB", 0, 3, 50, 1, 16644, 65536, 0, 0x0000F3FD, 0x01D0000000000000, -60, 8)
    names = rng.randbytes(8) + wide(NETBIOS, server)
    tell = head(0x72, 1, reply=True) + b"\x11" + words + struct.pack("<H", len(names)) + names
    words = struct.pack("<BBHHHHIHHII", 0xFF, 0, 0, 16644, 50, 1, 0, 24, 24, 0, 0x000000D4)
    # MS-CIFS §2.2.4.53.1: the strings are Unicode and begin at an even offset from the header.
    data = rng.randbytes(48) + b"\0" + wide("archive", NETBIOS, *client_native)
    setup = head(0x73, 2, reply=False) + b"\x0d" + words + struct.pack("<H", len(data)) + data
    data = b"\0" + wide(*native, NETBIOS)
    done = (
        head(0x73, 2, reply=True) + b"\x03" + struct.pack("<BBHH", 0xFF, 0, 0, 0) + struct.pack("<H", len(data)) + data
    )
    return [
        Turn(True, netbios(ask)),
        Turn(False, netbios(tell)),
        Turn(True, netbios(setup)),
        Turn(False, netbios(done), 5 * MILLI),
    ]
