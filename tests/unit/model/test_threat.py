"""A threat is named by its content, and travels as a message."""

from __future__ import annotations

from garde.model.codec import decode, encode
from garde.model.key import Key
from garde.model.observation import Place
from garde.model.threat import Threat, threat


def made(at: int = 5, packet: int = 3) -> Threat:
    return threat(
        "scan.hosts", at, sensor="s", technique="T1046", confidence=90, subject=(Key("ip", "10.0.0.1"),),
        peers=(Key("ip", "10.0.0.2"),), reasons=("port: 445",), places=(Place("a.pcap", packet),), identifier="tcp/445",
    )  # fmt: skip


def test_the_same_conclusion_is_the_same_message() -> None:
    assert made().id == made().id != made(packet=4).id


def test_it_travels() -> None:
    assert decode(encode(made())) == made()
