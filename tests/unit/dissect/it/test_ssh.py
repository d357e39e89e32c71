"""SSH, exchange by exchange."""

from __future__ import annotations

import pytest

from garde.dissect.it.ssh import SSH
from garde.dissect.spec import Malformed
from tests.captures.ssh.messages import KEXINIT, KEY, REPLY, packet, text
from tests.playbook import Playbook


def test_both_sides() -> None:
    book = Playbook(SSH, port=22)
    hello = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
    assert book.likely(hello) == 0.95
    book.server(hello + KEXINIT)
    book.client(b"SSH-2.0-PuTTY_Release_0.81\r\n" + KEXINIT + packet(30, text(bytes(32))))
    book.server(REPLY + packet(21, b""))
    assert book.values("ssh.software") == ["OpenSSH_9.2p1 Debian-2+deb12u3", "PuTTY_Release_0.81"]
    (key,) = (fact for fact in book.facts if fact.attribute == "ssh.host_key")
    stream = hello + KEXINIT + REPLY
    assert stream[key.start : key.end] == KEY
    assert (book.values("service"), book.values("client")) == (["ssh"], ["ssh"])
    assert [fact.about for fact in book.facts if fact.attribute == "client"] == ["receiver"]
    assert stream[book.facts[0].start : book.facts[0].end] == b"OpenSSH_9.2p1 Debian-2+deb12u3"
    book.client(packet(21, b""))
    assert book.session.done


def test_fingerprint_is_that_of_openssh() -> None:
    import base64
    import hashlib

    book = Playbook(SSH)
    book.server(b"SSH-2.0-x\r\n" + REPLY)
    assert book.values("ssh.host_key") == [
        "SHA256:" + base64.b64encode(hashlib.sha256(KEY).digest()).decode().rstrip("=")
    ]


def test_a_prime_is_no_host_key() -> None:
    book = Playbook(SSH)
    book.server(b"SSH-2.0-x\r\n" + packet(31, text(bytes(256)) + text(b"\2")))
    assert book.values("ssh.host_key") == []


def test_lines_before_the_identification() -> None:
    book = Playbook(SSH, port=22)
    hello = b"Property of the hospital\r\nSSH-2.0-dropbear_2022.83\r\n"
    assert book.likely(hello) == 0.7
    book.server(hello)
    assert book.values("ssh.software") == ["dropbear_2022.83"]


def test_ssh_1_has_no_packets_to_read() -> None:
    book = Playbook(SSH)
    book.server(b"SSH-1.5-Cisco-1.25\n" + REPLY)
    assert book.values("ssh.software") == ["Cisco-1.25"] and book.values("ssh.host_key") == []


def test_split_anywhere() -> None:
    stream = b"SSH-2.0-OpenSSH_9.2\r\n" + KEXINIT + REPLY
    whole = Playbook(SSH)
    whole.server(stream)
    bits = Playbook(SSH)
    for at in range(len(stream)):
        bits.server(stream[at : at + 1])
    assert bits.facts == whole.facts


def test_a_gap_ends_it() -> None:
    book = Playbook(SSH)
    book.server(b"SSH-2.0-x\r\n" + KEXINIT[:10])
    book.server(REPLY, gap=100)
    assert book.values("ssh.host_key") == []


@pytest.mark.parametrize("other", [b"HTTP/1.1 200 OK\r\n", b"", b"SSH", b"220 ftp\r\n"])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(SSH, port=22).likely(other) == 0.0


@pytest.mark.parametrize("other", [b"x" * 300, b"hello\n" * 20])
def test_what_is_no_ssh(other: bytes) -> None:
    with pytest.raises(Malformed):
        Playbook(SSH).server(other)
