"""Conversations: five-minute buckets in IPFIX words."""

from __future__ import annotations

from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key


def test_a_bucket_is_five_minutes() -> None:
    assert BUCKET == 5 * 60 * 10**9


def test_a_conversation_knows_both_ends() -> None:
    talk = Conversation(
        id="c",
        at=0,
        sensor="core",
        source=Key("ip", "10.0.0.1"),
        target=Key("ip", "10.0.0.2"),
        protocol="tcp",
        port=104,
    )
    assert (talk.source.value, talk.target.value, talk.service) == ("10.0.0.1", "10.0.0.2", "")
