"""What a notice says is put together from the rule, the device and the turn, in the language of the channel."""

from __future__ import annotations

import msgspec
import stix2

from garde.config import Config, NotifySection, SiteSection
from garde.findings.rules import rules
from garde.model.device import Claim, Device
from garde.model.finding import Changed, Finding
from garde.model.key import Key
from garde.model.notice import Notice
from garde.model.person import Person
from garde.pipeline.shapes import SHAPES
from garde.pipeline.wording import Wording, as_stix, trial
from garde.store.sqlite import open_sqlite
from tests.makers import observation

TURN = Changed(
    id="c-1",
    at=9,
    finding="f-1",
    what="opened",
    before="",
    after="open",
    rule="identity.conflict",
    device="d-1",
    severity="high",
    since=5,
)
CHOSEN = Config(site=SiteSection(name="CHU"), notify=NotifySection(link="https://garde.chu.example/"))


def notice(name: str, origin: str) -> Notice:
    return Notice(id=name, channel="c", origin=origin, what="opened", at=9)


def test_the_rule_speaks_and_the_device_has_its_name_in_both_languages() -> None:
    store = open_sqlite("", SHAPES)
    keys = (Key("ip", "10.0.0.1"), Key("serial", "a|b|7"))
    with store.begin() as unit:
        unit.append([TURN, observation(1)])
        unit.put([Device(id="d-1", keys=keys, kind="INF_SYR", claims={"ward": Claim("ward", "Réa A", 1.0)})])
    notices = [notice("n-1", "c-1"), notice("n-2", "absent"), notice("n-3", observation(1).id)]
    for language, noun in (("fr", "pousse-seringue"), ("en", "syringe")):
        (first, third), gone = Wording(language, CHOSEN, store).parcels(notices)
        facts = first.facts
        assert facts is not None and facts.sentence == rules()["identity.conflict"].sentence(language)
        assert noun in facts.noun and facts.ward == "Réa A" and facts.site == "CHU"
        assert facts.addresses == (("ip", "10.0.0.1"),)
        assert facts.link == "https://garde.chu.example/findings/f-1"
        assert (first.id, third.id, third.message) == ("n-1", observation(1).id, observation(1))
        assert [one.id for one in gone] == ["n-2"]
    store.close()


def test_a_letter_to_one_person_is_in_their_language_and_to_nobody_who_left() -> None:
    store = open_sqlite("", SHAPES)
    people = [
        Person(id="p-1", login="a", name="A", mail="a@chu.example", language="en"),
        Person(id="p-2", login="b", name="B", mail="b@chu.example"),
        Person(id="p-3", login="c", name="C", mail="c@chu.example", active=False),
        Person(id="p-4", login="d", name="D"),
    ]
    with store.begin() as unit:
        unit.append([TURN])
        unit.put(people)
    notices = [msgspec.structs.replace(notice(f"n-{one.id}", "c-1"), person=one.id) for one in people]
    notices.append(msgspec.structs.replace(notice("n-5", "c-1"), person="p-5"))
    parcels, gone = Wording("fr", CHOSEN, store).parcels(notices)
    assert [(one.mail, one.language) for one in parcels] == [("a@chu.example", "en"), ("b@chu.example", "fr")]
    sentences = [one.facts.sentence for one in parcels if one.facts]
    assert sentences == [rules()["identity.conflict"].en, rules()["identity.conflict"].fr]
    assert [one.id for one in gone] == ["n-p-3", "n-p-4", "n-5"]
    store.close()


def test_a_trial_names_no_device_and_says_what_it_is() -> None:
    made = trial("fr", CHOSEN, "n-t", 5)
    assert made.facts is not None and made.facts.device == "" and "essai" in made.facts.sentence
    assert made.facts.link == "https://garde.chu.example"


def test_findings_leave_as_a_bundle_that_the_library_reads() -> None:
    device = Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), kind="INF_SYR")
    one = Finding(id="f-1", rule="identity.conflict", device="d-1", severity="low", first_at=5, last_at=9)
    read = stix2.parse(as_stix([one], {"d-1": device}, CHOSEN), version="2.1")
    (note,) = (part for part in read.objects if part.type == "note")
    assert note.abstract == rules()["identity.conflict"].en
    assert note.external_references[0].url == "https://garde.chu.example/findings/f-1"
