"""SMTP: passwords over TLS only, and a recipient that is refused is said."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from garde.config import ChannelSection
from garde.errors import GardeError, Refused, Unreachable, Untrusted
from garde.notify.parcel import Parcel
from garde.notify.smtp import Smtp
from tests.peers import HOST, Papers, Relay, papers
from tests.unit.notify.test_letter import FACTS
from tests.unit.pipeline.test_runner import HandClock

PARCEL = Parcel(id="n-1", at=FACTS.at, facts=FACTS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers"))


def channel(relay: Relay, scheme: str, **parts: object) -> ChannelSection:
    plain = ChannelSection(
        name="c",
        kind="mail",
        address=f"{scheme}://{HOST}:{relay.port}",
        sender="garde@chu.example",
        recipients=("a@chu.example", "b@chu.example"),
    )
    return msgspec.structs.replace(plain, **parts)


def send(one: ChannelSection) -> list[tuple[str, str]]:
    return list(Smtp(one, HandClock()).carry([PARCEL]))


def test_the_letter_arrives_in_the_language_of_the_channel(made: Papers) -> None:
    relay = Relay(made, "starttls")
    with relay.up():
        assert send(channel(relay, "smtp", language="en", authority=str(made.authority))) == [("n-1", "")]
    (mail,) = relay.raw
    assert mail["Content-Language"] == "en" and "new, high severity" in mail["Subject"]
    assert mail["To"] == "a@chu.example, b@chu.example"


def test_a_password_comes_from_its_file(made: Papers, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    relay = Relay(made, "starttls", password="hunter2")
    one = channel(relay, "smtp", user="garde", password=f"file:{tmp_path / 'password'}", authority=str(made.authority))
    with relay.up():
        assert send(one) == [("n-1", "")]
        (tmp_path / "password").write_text("wrong\n")
        with pytest.raises(Unreachable) as wrong:
            send(one)
        with pytest.raises(GardeError) as missing:
            send(msgspec.structs.replace(one, password="file:absent"))
    assert (wrong.value.code, missing.value.code) == ("notify.password", "notify.secret")
    assert "hunter2" not in str(wrong.value) and "wrong" not in str(wrong.value)


def test_a_relay_without_starttls_gets_nothing() -> None:
    relay = Relay(None)
    with relay.up(), pytest.raises(Untrusted) as error:
        send(channel(relay, "smtp"))
    assert error.value.code == "notify.starttls" and not relay.taken


def test_one_recipient_refused_for_good_is_a_remark_and_later_is_later() -> None:
    relay = Relay(None)
    relay.refused = {"b@chu.example": "550 nobody"}
    with relay.up():
        assert send(channel(relay, "smtp+plain")) == [("n-1", "not for b@chu.example")]
        relay.refused = {"b@chu.example": "450 greylisted"}
        with pytest.raises(Unreachable):
            send(channel(relay, "smtp+plain"))
        relay.refused = {"a@chu.example": "550 nobody", "b@chu.example": "550 nobody"}
        with pytest.raises(Refused):
            send(channel(relay, "smtp+plain"))
        relay.refused = {"a@chu.example": "450 later", "b@chu.example": "550 nobody"}
        with pytest.raises(Unreachable):
            send(channel(relay, "smtp+plain"))


def test_a_letter_to_one_person_goes_to_them_alone_in_their_language() -> None:
    relay = Relay(None)
    one = msgspec.structs.replace(PARCEL, mail="c@chu.example", language="en")
    with relay.up():
        list(Smtp(channel(relay, "smtp+plain"), HandClock()).carry([one]))
    (mail,) = relay.raw
    assert mail["To"] == "c@chu.example" and mail["Content-Language"] == "en"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@x.example\r\nBcc: b@y.example", "a@x.example, b@y.example", "é@x.example"]
)
def test_what_is_no_single_address_is_never_written_to(address: str) -> None:
    relay = Relay(None)
    plain = channel(relay, "smtp+plain", recipients=())
    with relay.up(), pytest.raises(Refused) as error:
        list(Smtp(plain, HandClock()).carry([msgspec.structs.replace(PARCEL, mail=address)]))
    assert error.value.code == "notify.address" and not relay.seen
