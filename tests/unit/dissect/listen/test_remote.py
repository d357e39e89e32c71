"""Sessions of remote control, by their first octets."""

from __future__ import annotations

import struct

import pytest

from garde.dissect.listen.remote import SCREEN, SSH, TLS, server_name
from tests.lookouts import Listening


def hello(name: str) -> bytes:
    raw = name.encode()
    entry = struct.pack(">HBH", len(raw) + 3, 0, len(raw)) + raw
    extension = struct.pack(">HH", 0, len(entry)) + entry
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0" + struct.pack(">H", len(extension)) + extension
    shake = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(shake)) + shake


@pytest.mark.parametrize(
    ("name", "tool"), [("router7.teamviewer.com", "teamviewer"), ("relay-1.net.anydesk.com", "anydesk")]
)
def test_a_relay_is_known_by_its_name(name: str, tool: str) -> None:
    play = Listening(TLS, 443)
    assert play.likely(hello(name)) > 0.5
    data = hello(name)
    play.client(data[:20])
    play.client(data[20:])
    assert play.values("remote.session") == [{"by": tool, "relay": 1}] and play.ear.done


def test_another_name_and_none() -> None:
    play = Listening(TLS, 443)
    play.client(hello("www.example.org"))
    assert play.kinds() == ["tls.hello"]
    assert server_name(b"\x16\3\1\0\5\2\0\0\1\0") == "" and server_name(b"") is None


def test_screens() -> None:
    play = Listening(SCREEN, 3389)
    data = bytes.fromhex("0300001302e000000000000100080003000000")
    assert play.likely(data) > 0.5 and Listening(SCREEN, 102).likely(data) == 0
    play.client(data)
    assert play.values("remote.session") == [{"by": "rdp", "relay": 0}]
    for types, rules in ((b"\1\1", ["remote.session", "remote.open"]), (b"\1\2", ["remote.session"])):
        play = Listening(SCREEN, 5900)
        play.server(b"RFB 003.008\n")
        play.client(b"RFB 003.008\n")
        play.server(types)
        assert play.kinds() == rules and play.ear.done


def test_a_shell_is_told_once() -> None:
    play = Listening(SSH, 22)
    play.server(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert play.values("ssh.session") == [{"first": "server"}] and play.ear.done
