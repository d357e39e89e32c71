"""Webhooks: signed as the standard says, the same id each time, and without what must not leave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.decision import Access, Decision
from garde.model.finding import judgement
from garde.model.key import Key
from garde.notify.letter import write
from garde.notify.webhook import headers, of_finding, of_message
from tests.makers import observation
from tests.unit.notify.test_letter import FACTS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def data(body: bytes) -> dict[str, object]:
    read = json.loads(body)
    assert set(read) == {"type", "timestamp", "data"}
    return read["data"]  # type: ignore[no-any-return]


def test_the_vector_of_the_standard() -> None:
    """The example of the specification and of its published libraries."""
    made = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [SECRET])
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made["Idempotency-Key"] == '"msg_p5jXN8AQM9LWM0D4loKWxJek"'


def test_each_secret_signs_so_that_it_can_be_changed() -> None:
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    first, second = headers("n", 5, b"{}", [SECRET, other])["webhook-signature"].split(" ")
    assert first == headers("n", 5, b"{}", [SECRET])["webhook-signature"]
    assert second == "v1," + base64.b64encode(hmac.digest(b"x" * 32, b"n.5.{}", hashlib.sha256)).decode()
    assert "webhook-signature" not in headers("n", 5, b"{}")


@pytest.mark.parametrize(
    "secret", ["", "hunter2", "whsec_", "whsec_%%%", "whsec_" + base64.b64encode(b"x" * 23).decode()]
)
def test_a_secret_of_another_form_is_named_and_never_repeated(secret: str) -> None:
    with pytest.raises(Malformed) as error:
        headers("n", 5, b"{}", [secret])
    assert error.value.code == "webhook.secret"
    assert not secret or secret not in str(error.value) or secret == "whsec_"


def test_a_finding_is_said_with_its_link() -> None:
    said = data(of_finding(FACTS, write(FACTS, "fr")))
    assert (said["finding"], said["reasons"], said["link"]) == ("f-1", ["model: P-40"], FACTS.link)
    assert json.loads(of_finding(FACTS, write(FACTS, "fr")))["type"] == "finding.opened"


def test_what_people_wrote_and_who_they_name_stays_inside() -> None:
    claim = Decision(
        id="w",
        at=1,
        verb="claim",
        person="k",
        attribute="model",
        value="P-40",
        reason="M. Dupont",
        keys=(Key("ip", "10.0.0.1"), Key("serial", "7")),
    )
    said = data(of_message(claim))
    assert (said["value"], said["reason"], said["keys"]) == ("P-40", "", [{"kind": "ip", "value": "10.0.0.1"}])
    assert data(of_message(Decision(id="w", at=1, verb="assign", person="k", value="r.petit")))["value"] == "r.petit"
    for secret in (
        Decision(id="w", at=1, verb="nothing.known", person="k", value="hunter2"),
        Decision(id="w", at=1, verb="password.set", person="k", value="argon2$x"),
        Decision(id="w", at=1, verb="token.make", person="k", value="t-123"),
        Decision(id="w", at=1, verb="claim", person="k", attribute="owner", value="Dr Morel"),
    ):
        assert data(of_message(secret))["value"] == ""


def test_a_password_typed_as_a_name_stays_inside() -> None:
    refused = Access(id="a", at=1, person="hunter2", outcome="refused", way="password")
    assert b"hunter2" not in of_message(refused)
    assert b"k.morel" in of_message(msgspec.structs.replace(refused, person="k.morel", outcome="signed-in"))


def test_an_observation_keeps_its_id_and_loses_text_that_may_name_somebody() -> None:
    seen = msgspec.structs.replace(
        observation(1),
        attribute="eap.identity",
        value="jdupont",
        subject=(Key("hostname", "pc-jd"), Key("mac", "00:09:fb:00:00:01")),
    )
    said = data(of_message(seen))
    assert (said["id"], said["value"]) == (seen.id, "")
    assert said["subject"] == [{"kind": "mac", "value": "00:09:fb:00:00:01"}]
    assert data(of_message(msgspec.structs.replace(seen, attribute="model", value="P-40")))["value"] == "P-40"


def test_a_judgement_repeats_only_what_may_leave() -> None:
    one = judgement("r", 5, severity="low", reasons=("model: X", "eap.identity: jdupont"))
    assert data(of_message(one))["reasons"] == ["model: X"]


@given(st.text(max_size=100))
def test_any_text_of_a_device_is_json(text: str) -> None:
    facts = msgspec.structs.replace(FACTS, ward=text, sentence=text, reasons=(f"model: {text}",))
    data(of_finding(facts, write(facts, "en")))
    data(of_message(msgspec.structs.replace(observation(1), attribute="model", value=text)))
    data(of_message(judgement(text, 1, severity="low", identifier=text, reasons=(f"model: {text}",))))
