"""The shape of a dissector: a stateless session treats each payload alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.dissect.spec import DATAGRAM, Dissector, Fact, Hint, stateless
from garde.errors import Malformed
from garde.wire.flow import Payload
from tests.playbook import Playbook


def greeting(payload: Payload) -> Iterator[Fact]:
    if not payload.data.startswith(b"HELLO "):
        raise Malformed("hello.magic", "no HELLO")
    yield Fact("hostname", payload.data[6:].decode("ascii", "replace"), 6, len(payload.data))


HELLO = Dissector(
    name="dns",
    layer=DATAGRAM,
    reference="none: a made-up protocol for this test",
    emits=frozenset({"hostname"}),
    looks_like=lambda data, hint: 0.9 if data[:6] == b"HELLO " else 0.0,
    session=stateless(greeting),
)


def test_facts_come_with_their_bytes() -> None:
    assert Playbook(HELLO).client(b"HELLO ct01") == [Fact("hostname", "ct01", 6, 10)]


def test_another_protocol_is_malformed() -> None:
    with pytest.raises(Malformed):
        Playbook(HELLO).client(b"GOODBYE")


def test_content_decides() -> None:
    assert HELLO.looks_like(b"HELLO x", Hint()) > HELLO.looks_like(b"\x00", Hint((53, 53), 17))
