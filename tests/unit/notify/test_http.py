"""HTTP: signed with the secrets of a file, to the address that was chosen and no other."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import msgspec
import pytest

from garde.config import ChannelSection
from garde.errors import Malformed, Refused, Unreachable
from garde.notify.http import UNWANTED, Http
from garde.notify.parcel import Parcel
from tests.makers import observation
from tests.peers import HOST, Receiver
from tests.unit.notify.test_letter import FACTS
from tests.unit.pipeline.test_runner import HandClock

PARCEL = Parcel(id="n-1", at=FACTS.at, facts=FACTS)


def channel(peer: Receiver, **parts: object) -> ChannelSection:
    plain = ChannelSection(name="c", kind="webhook", address=f"http://{HOST}:{peer.port}/hook?a=1")
    return msgspec.structs.replace(plain, **parts)


def send(one: ChannelSection, *parcels: Parcel) -> list[tuple[str, str]]:
    return list(Http(one, HandClock()).carry(parcels or (PARCEL,)))


def test_the_receiver_can_verify_who_sent_it(tmp_path: Path) -> None:
    key = b"k" * 32
    (tmp_path / "secret").write_text(f"\nwhsec_{base64.b64encode(key).decode()}\n")
    peer = Receiver(None)
    with peer.up():
        send(channel(peer, secret=f"file:{tmp_path / 'secret'}"))
    ((headers, said, body),) = peer.raw
    signed = f"n-1.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert int(headers["webhook-timestamp"]) == HandClock().now() // 10**9
    assert said["data"]["finding"] == "f-1"


def test_a_secret_of_another_form_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    peer = Receiver(None)
    with peer.up(), pytest.raises(Malformed):
        send(channel(peer, secret=f"file:{tmp_path / 'secret'}"))
    assert not peer.seen


def test_a_message_of_the_log_goes_under_its_own_id() -> None:
    peer, seen = Receiver(None), observation(1)
    with peer.up():
        assert send(channel(peer), Parcel(id=seen.id, at=seen.at, message=seen)) == [(seen.id, "")]
    assert peer.taken == [seen.id] and peer.raw[0][1]["type"] == "observation"


@pytest.mark.parametrize("answer", [302, 401, 404, 409, 410, 429, 500, 503])
def test_what_may_be_mended_is_later_and_no_redirection_is_followed(answer: int) -> None:
    peer = Receiver(None)
    peer.moods = [answer]
    with peer.up(), pytest.raises(Unreachable):
        send(channel(peer))
    assert not peer.seen and not peer.moods


@pytest.mark.parametrize("answer", UNWANTED)
def test_what_is_not_wanted_is_never(answer: int) -> None:
    peer = Receiver(None)
    peer.moods = [answer]
    with peer.up(), pytest.raises(Refused):
        send(channel(peer))
