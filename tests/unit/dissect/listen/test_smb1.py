"""SMB 1: the exploit's messages, files, and the dialect in use."""

from __future__ import annotations

import struct

from garde.dissect.listen.smb import SMB
from tests.lookouts import Listening


def message(
    command: int,
    *,
    reply: bool = False,
    mid: int = 64,
    status: int = 0,
    words: bytes = b"",
    data: bytes = b"",
    tid: int = 1,
) -> bytes:
    head = b"\xffSMB" + struct.pack("<BIBH", command, status, 0x98 if reply else 0x18, 0x0001) + bytes(12)
    head += struct.pack("<HHHH", tid, 9, 0, mid)
    body = head + bytes([len(words) // 2]) + words + struct.pack("<H", len(data)) + data
    return struct.pack(">I", len(body)) + body


def trans2(mid: int) -> bytes:
    return message(0x32, mid=mid, words=bytes(26) + b"\1\0" + struct.pack("<H", 14))


def test_a_ping_of_the_implant_and_an_ordinary_refusal() -> None:
    play = Listening(SMB, 445)
    play.client(trans2(65))
    play.server(message(0x32, reply=True, mid=81, status=0xC0000002))
    assert play.kinds() == ["smb1.session-setup", "smb.dialect", "smb1.ping"]
    play = Listening(SMB, 445)
    play.client(trans2(65))
    play.server(message(0x32, reply=True, mid=65, status=0xC0000002))
    assert "smb1.ping" not in play.kinds()


def test_an_oversized_transaction() -> None:
    play = Listening(SMB, 445)
    play.client(message(0xA0, words=b"\1\0\0" + struct.pack("<II", 30, 0x103D0) + bytes(27)))
    play.client(message(0x33, mid=65, words=bytes(18)))
    play.client(message(0xA0, words=b"\1\0\0" + struct.pack("<II", 30, 900) + bytes(27)))
    assert play.kinds() == ["smb1.nt-trans", "smb1.trans2-secondary"]


def test_a_check_of_the_patch() -> None:
    play = Listening(SMB, 445)
    play.client(message(0x25, words=bytes(26) + b"\2\0" + struct.pack("<HH", 0x23, 0)))
    play.server(message(0x25, reply=True, status=0xC0000205))
    assert play.values("smb1.peek") == [{"status": 0xC0000205}]


def test_the_dialect_is_in_use_only_when_the_server_goes_on() -> None:
    play = Listening(SMB, 445)
    play.server(message(0x72, reply=True, words=b"\xff\xff"))
    assert play.kinds() == []
    play.server(message(0x72, reply=True, words=b"\0\0" + bytes(32)))
    assert play.kinds() == ["smb.dialect"]


def test_a_file_is_opened_written_and_closed() -> None:
    play = Listening(SMB, 445)
    play.client(message(0x75, words=b"\xff\0\0\0\0\0\1\0", data=b"\0" + b"\\\\10.0.0.2\\C$\0?????\0"))
    play.server(message(0x75, reply=True, words=b"\xff\0\0\0\0\0"))
    play.client(message(0xA2, words=bytes(48), data=b"\\tool.exe\0"))
    play.server(message(0xA2, reply=True, words=b"\xff\0\0\0\0" + struct.pack("<HI", 7, 2) + bytes(57)))
    data = b"MZ" + bytes(62)
    words = b"\xff\0\0\0" + struct.pack("<HI", 7, 0) + bytes(8) + struct.pack("<HHH", 0, len(data), 63) + bytes(4)
    play.client(message(0x2F, words=words, data=data))
    play.client(message(0x04, words=struct.pack("<H", 7) + bytes(4)))
    (one,) = play.values("smb.write")
    assert one["magic"] == "pe" and one["admin"] == "C$"
    assert [told.octets for told in play.told if told.kind == "file.seen"] == [data]


def test_a_rename_and_refused_accounts() -> None:
    play = Listening(SMB, 445)
    play.client(message(0x07, data=b"\4a.docx\0\4a.docx.wcry\0", words=b"\0\0"))
    play.client(message(0x73))
    play.server(message(0x73, reply=True, status=0xC000006D))
    assert play.values("smb.rename")[0]["new"] == "wcry"
    assert "login.refused" in play.kinds()
