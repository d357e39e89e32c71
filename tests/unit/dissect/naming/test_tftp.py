"""TFTP: who asks, who gives, and nothing of what is carried."""

from __future__ import annotations

import pytest

from garde.dissect.naming.tftp import TFTP
from garde.dissect.spec import RECEIVER, Fact
from garde.errors import Malformed
from tests.captures.tftp.generate import READ, WRITE
from tests.playbook import Playbook


@pytest.mark.parametrize("request_", [READ, WRITE])
def test_a_request_tells_who_asks_and_who_gives(request_: bytes) -> None:
    assert Playbook(TFTP, port=69).client(request_) == [
        Fact("client", "tftp", 0, 2, source="sighting"),
        Fact("service", "tftp", 0, 2, about=RECEIVER, source="sighting"),
    ]


def test_the_name_of_the_file_is_not_told() -> None:
    book = Playbook(TFTP, port=69)
    book.client(READ)
    assert not any("SEP" in fact.value for fact in book.facts)


@pytest.mark.parametrize("data", [b"", b"\x00\x03\x00\x01block", b"\x00\x01\x00octet\x00", b"\x00\x01name\x00mail\x00"])
def test_what_is_no_request_is_malformed(data: bytes) -> None:
    assert Playbook(TFTP, port=69).likely(data) == 0
    with pytest.raises(Malformed):
        Playbook(TFTP, port=69).client(data)


def test_a_request_cut_anywhere_is_malformed() -> None:
    for size in range(len(READ)):
        with pytest.raises(Malformed):
            Playbook(TFTP, port=69).client(READ[:size])


def test_the_port_supports_the_bytes_and_the_bytes_decide() -> None:
    assert Playbook(TFTP, port=69).likely(READ) > 0.5
    assert Playbook(TFTP, port=6969).likely(READ) == 0
