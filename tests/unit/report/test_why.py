"""Why: a value, its packets, its rivals, and what would change it."""

from __future__ import annotations

import pytest

from garde.errors import Missing
from garde.model.device import Claim, Device, Source
from garde.model.observation import Place
from garde.report.why import as_text, explain
from tests.makers import START, device


def line(source: str, weight: float, **parts: object) -> Source:
    return Source(source, "core", weight, START, START, place=Place("a.pcap", 9, 70, 5), **parts)  # type: ignore[arg-type]


STRONG = Claim("model", "MX800", 0.95, (line("dicom.dataset", 0.9), line("http", 0.45)))
WEAK = Claim("model", "MX\u202e700", 0.6, (line("dhcp", 0.6),))
ONE = device(1, claims={"model": STRONG}, rivals={"model": (WEAK,)}, conflicts=("model",))


def test_the_explanation_names_claim_rivals_and_conflict() -> None:
    answer = explain(ONE, "model")
    assert (answer.claim, answer.rivals, answer.conflict) == (STRONG, (WEAK,), True)


def test_the_counterfactual_names_who_would_win() -> None:
    assert explain(ONE, "model").without == WEAK.value
    alone = device(1, claims={"model": STRONG})
    assert explain(alone, "model").without == ""


def test_an_attribute_of_many_values_shows_them_all() -> None:
    names = (Claim("hostname", "ct01", 0.9), Claim("hostname", "ct01.chu", 0.8))
    answer = explain(device(1, many={"hostname": names}), "hostname")
    assert (answer.claim.value, answer.rivals, answer.without) == ("ct01", names[1:], "")


def test_the_text_shows_packets_and_cannot_steer_a_terminal() -> None:
    text = as_text(explain(ONE, "model"))
    assert "a.pcap, packet 9, octets 70 to 74" in text
    assert "\u202e" not in text
    assert "person should look" in text


def test_a_persons_word_names_the_person() -> None:
    word = Source("person", "web", 1.0, START, START, by="k.morel")
    text = as_text(explain(device(1, claims={"ward": Claim("ward", "Réa A", 1.0, (word,))}), "ward"))
    assert "k.morel" in text


@pytest.mark.parametrize(("attribute", "code"), [("shoe_size", "why.unknown-attribute"), ("serial", "why.not-known")])
def test_what_is_not_known_is_missing(attribute: str, code: str) -> None:
    with pytest.raises(Missing) as error:
        explain(ONE, attribute)
    assert error.value.code == code


def test_a_device_without_claims_says_so() -> None:
    with pytest.raises(Missing):
        explain(Device(id="d-1", keys=()), "model")
