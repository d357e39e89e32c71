"""Letters: sentence first, link last; nothing of a patient, a person or a password, nothing that steers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.catalogue import attributes
from garde.model.finding import CHANGES, KINDS, SEVERITIES
from garde.notify.letter import MOST, SAYABLE, WIDEST, Facts, label, sayable, visible, words, write

#: The kinds of word that rules about Garde itself use, beside attributes.
OWN = {
    "stage",
    "message",
    "sensor",
    "channel",
    "count",
    "days",
    "port",
    "protocol",
    "cve",
    "since",
    "origin",
    "failures",
}
FACTS = Facts(
    id="n-1",
    what="opened",
    at=1_700_000_000_000_000_000,
    since=1_699_990_000_000_000_000,
    rule="certificate.expiry",
    kind="outage",
    severity="high",
    finding="f-1",
    sentence="Un certificat va expirer",
    next="Faites-le renouveler",
    device="d-1",
    noun="pousse-seringue",
    ward="Réa A",
    reasons=("model: P-40",),
    link="https://garde.chu.example/findings/f-1",
)


def test_it_says_what_since_when_so_what_what_next_and_where() -> None:
    letter = write(FACTS, "fr")
    assert letter.subject == "Un certificat va expirer — nouveau, gravité élevée (certificate.expiry)"
    assert letter.lines == (
        "Un certificat va expirer.",
        "Depuis le 14/11/2023 19:26 (UTC).",
        "Une chose dont les soins dépendent ne répond peut-être plus.",
        "Dispositif: pousse-seringue, service Réa A, d-1",
        "Vu: modèle: P-40",
        "Et maintenant: Faites-le renouveler",
    )
    assert letter.link == FACTS.link and "alarme" in letter.foot


def test_each_language_has_every_word() -> None:
    for name, said in words().items():
        assert set(said) == {"en", "fr"} and all(said.values()), name
    assert {*CHANGES, *KINDS, *SEVERITIES, "test", "over"} - {"status", "lowered"} <= set(words())
    assert "new" in write(FACTS, "en").subject


def test_what_is_over_asks_nothing() -> None:
    lines = write(msgspec.structs.replace(FACTS, what="closed"), "fr").lines
    assert "Plus rien ne vous est demandé." in lines
    assert not any("renouveler" in line for line in lines)


def test_what_came_back_says_how_often() -> None:
    assert "commencé 3 fois" in write(msgspec.structs.replace(FACTS, count=3), "fr").lines[1]


@pytest.mark.parametrize(
    "reason",
    [
        "eap.identity: jdupont",
        "serial: 12",
        "bed: 6",
        "owner: Dr Morel",
        "password: x",
        "login: hunter2",
        "hostname: pc-dupont",
        "error: ADT^A01|DOE",
    ],
)
def test_names_of_people_and_free_text_stay_inside(reason: str) -> None:
    assert sayable((reason, "model: X")) == (("model", "X"),)
    assert reason.partition(": ")[2] not in " ".join(
        write(msgspec.structs.replace(FACTS, reasons=(reason,)), "fr").lines[3:5]
    )


def test_the_list_holds_no_free_text_and_no_unknown_word() -> None:
    known = attributes()
    assert set(known) >= SAYABLE - OWN
    assert not {name for name in SAYABLE - OWN if known[name].type == "text"}
    assert label("model", "fr") == "modèle" and label("stage", "fr") == "étape"
    assert {f"code-{name}" for name in OWN} <= set(words())


@given(st.text(max_size=300))
def test_device_text_is_one_clipped_line_without_controls(text: str) -> None:
    shown = visible(text)
    assert len(shown) <= WIDEST
    assert all(c.isprintable() or c == "\u00a0" for c in shown)
    shown.encode("utf-8")


@given(st.lists(st.text(max_size=200), max_size=20), st.text(max_size=100))
def test_any_reasons_give_a_bounded_letter(values: list[str], ward: str) -> None:
    facts = msgspec.structs.replace(FACTS, ward=ward, reasons=tuple(f"model: {value}" for value in values))
    letter = write(facts, "fr")
    assert len(sayable(facts.reasons)) <= MOST
    assert all("\n" not in line and "\x1b" not in line for line in (letter.subject, *letter.lines))
    assert len(letter.subject) <= 200 and sum(map(len, letter.lines)) < 2000


def test_a_moment_out_of_any_calendar_is_a_number() -> None:
    assert f"Since {10**30} " in write(msgspec.structs.replace(FACTS, since=10**30), "en").lines[1]
