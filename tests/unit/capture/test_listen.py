from __future__ import annotations

import socket

import pytest

from garde.capture.listen import AT_ONCE, Listener
from garde.errors import Unreachable


def test_datagrams_come_with_their_sender() -> None:
    with Listener("127.0.0.1", 0) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        assert listener.read(0.0) == []
        for data in (b"one", b"", b"three"):
            sender.sendto(data, ("127.0.0.1", listener.port))
        assert listener.read(5.0) == [(b"one", "127.0.0.1"), (b"", "127.0.0.1"), (b"three", "127.0.0.1")]


def test_a_flood_is_taken_in_parts() -> None:
    with Listener("127.0.0.1", 0) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(AT_ONCE + 5):
            sender.sendto(b"x", ("127.0.0.1", listener.port))
        assert len(listener.read(5.0)) <= AT_ONCE


def test_a_port_that_is_taken_is_said() -> None:
    with Listener("127.0.0.1", 0) as listener, pytest.raises(Unreachable, match="127.0.0.1 port"):
        Listener("127.0.0.1", listener.port)
