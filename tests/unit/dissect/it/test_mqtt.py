"""MQTT, packet by packet."""

from __future__ import annotations

import pytest

from garde.dissect.it.mqtt import MQTT
from garde.dissect.spec import Malformed
from tests.captures.mqtt import messages
from tests.playbook import Playbook


def play(step: int = 0) -> Playbook:
    book = Playbook(MQTT, port=1883)
    for who, data in messages.TALK:
        for at in range(0, len(data), step or len(data)):
            (book.client if who == "client" else book.server)(data[at : at + (step or len(data))])
    return book


def test_client_and_broker() -> None:
    book = play()
    assert book.likely(messages.TALK[0][1]) == 0.95
    assert book.values("mqtt.client_id") == ["monitor-bed-3"]
    assert book.values("mqtt.version") == ["3.1.1"]
    roles = {(fact.value, fact.about) for fact in book.facts if fact.attribute == "mqtt.role"}
    assert roles == {("client", "sender"), ("broker", "receiver"), ("client", "receiver"), ("broker", "sender")}
    assert book.values("mqtt.topic") == ["ward3/commands", "ward3/vitals", "patient/+"]
    client = b"".join(data for who, data in messages.TALK if who == "client")
    (name,) = (fact for fact in book.facts if fact.attribute == "mqtt.client_id")
    assert client[name.start : name.end] == b"monitor-bed-3"


def test_no_person_no_secret() -> None:
    said = " ".join(fact.value for fact in play().facts)
    assert not any(word in said for word in ("nurse", "s3cret", "dupont", "10045533"))


@pytest.mark.parametrize(("level", "version"), [(3, "3.1"), (4, "3.1.1"), (5, "5.0"), (0x84, "3.1.1")])
def test_versions(level: int, version: str) -> None:
    book = Playbook(MQTT)
    book.client(messages.connect("x", level))
    assert book.values("mqtt.version") == [version] and book.values("mqtt.client_id") == ["x"]


def test_subscriptions_of_5() -> None:
    book = Playbook(MQTT)
    book.client(messages.connect("x", 5) + messages.subscribe("a/b/c", "d", level=5))
    assert book.values("mqtt.topic") == ["a/b", "d"]


@pytest.mark.parametrize("step", [1, 5])
def test_the_same_facts_however_split(step: int) -> None:
    assert play(step).facts == play().facts


def test_joins_in_the_middle() -> None:
    book = Playbook(MQTT, port=1883)
    assert book.likely(messages.publish("ward3/vitals")) == 0.7
    book.client(b"\x7f" * 9 + messages.publish("ward3/vitals/x"), gap=-1)
    assert book.values("mqtt.topic") == ["ward3/vitals"]


def test_a_large_payload_is_passed_over() -> None:
    book = Playbook(MQTT)
    book.client(
        messages.connect("camera") + messages.publish("images/ct", bytes(200_000)) + messages.publish("done/now")
    )
    assert book.values("mqtt.topic") == ["images/ct", "done/now"]


@pytest.mark.parametrize("other", [b"\x16\x03\x01\x00", b"GET / HTTP", b"", b"\x10\x0c\x00\x04MQXX\x04\x02"])
def test_other_protocols(other: bytes) -> None:
    assert Playbook(MQTT, port=8080).likely(other) == 0.0


@pytest.mark.parametrize(
    "bad", [b"\x00\x00", b"\x61\x02\x00\x01", b"\x30\xff\xff\xff\xff\x01", messages.connect("x", 9)]
)
def test_malformed(bad: bytes) -> None:
    with pytest.raises(Malformed):
        Playbook(MQTT).client(bad)


def test_every_truncation() -> None:
    body = messages.connect("monitor-bed-3", user="nurse", password="s3cret")[2:]
    for size in range(len(body)):
        book = Playbook(MQTT)
        try:
            book.client(messages.packet(0x10, body[:size]))
        except Malformed:
            continue
        assert book.values("mqtt.client_id") == ["monitor-bed-3"]
