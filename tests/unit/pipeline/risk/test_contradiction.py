"""What is seen meets what was said, whichever comes first; it ends on evidence, and silence ends nothing."""

from __future__ import annotations

import pytest

from garde.bus.log import LogBus
from garde.model.decision import Decision, word
from garde.model.finding import Finding, Judgement
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.message import Message
from garde.model.risk.naming import Naming
from garde.model.risk.vulnerability import Answer, Bill, Component, Form, Reading, Source
from garde.pipeline.risk.said import IMPORT
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.pipeline.table import stages
from garde.ports import Store
from garde.risk.exposure import DAY
from garde.store.sqlite import open_sqlite
from tests.makers import START, mac, observation
from tests.unit.pipeline.test_runner import HandClock

IP = Key("ip", "10.0.0.7")
SUBJECT = (mac(1), IP)


class House:
    """A store with its runner, at a day counted from the start."""

    def __init__(self) -> None:
        self.store: Store = open_sqlite("", SHAPES)
        self.clock = HandClock()
        self.bus = LogBus(self.store)
        self.runner = Runner(stages(("10.0.0.0/8",)), self.store, self.bus, self.clock)
        self.at = START
        self.reads_on = 0

    def day(self, number: float) -> None:
        self.at = self.clock.at = START + int(number * DAY)
        self.runner.drain()

    def hears(self, *messages: Message) -> None:
        self.bus.publish(list(messages))
        self.runner.drain()

    def sees(self, attribute: str, value: str) -> str:
        one = observation(1, attribute=attribute, value=value, at=self.at, subject=SUBJECT, source="hl7")
        self.hears(one)
        return one.id

    def meets(self, peer: str) -> str:
        at = self.at // BUCKET * BUCKET
        one = Conversation(
            id=f"{peer}-{at}", at=at, last_at=at, sensor="s", source=IP, target=Key("ip", peer), protocol="tcp", port=9
        )
        self.hears(one)
        return one.id

    def reads(self, reading: Reading) -> None:
        with self.store.begin() as unit:
            unit.put([reading])
        self.reads_on += 1
        self.hears(word(IMPORT, "k.morel", self.at + self.reads_on, about=reading.source.id))

    def known(self) -> None:
        self.sees("manufacturer", "Maker")
        self.sees("model", "Pump 3")

    def found(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Identifier → status, and the messages behind the last judgement."""
        out = {}
        for one in self.store.all(Finding):
            if one.rule.endswith(".contradicted"):
                said = self.store.messages([one.causes[-1]])[one.causes[-1]]
                assert isinstance(said, Judgement)
                out[one.identifier] = (one.status, said.cause)
        return out


def form(at: int = 1, model: str = "Pump 3", **values: str) -> Reading:
    answers = tuple(Answer(question=name.replace("_", "-", 1), value=value) for name, value in values.items())
    one = Form(id=f"f{at}", edition="2019", maker="Maker", model=model, answers=answers, source=f"s{at}")
    return Reading(source=Source(id=f"s{at}", format="mds2", at=at), forms=(one,))


def bill(version: str, at: int = 1, of: str = "") -> Reading:
    whole = Component(name="Pump 3", maker="Maker", version=of)
    one = Bill(id=f"b{at}", of=whole, components=(Component(name="openssl", version=version),), source=f"b{at}")
    return Reading(source=Source(id=f"b{at}", format="cyclonedx", at=at), bills=(one,))


@pytest.mark.parametrize("form_first", [True, False])
def test_encrypted_says_the_form_and_clear_says_the_packet(form_first: bool) -> None:
    house = House()
    if form_first:
        house.reads(form(TXCF_2="yes"))
    house.known()
    seen = house.sees("hl7.role", "sender")
    if not form_first:
        assert house.found() == {}
        house.reads(form(TXCF_2="yes"))
    assert house.found() == {"TXCF-2": ("open", (seen,))}


def test_a_form_of_another_model_or_another_answer_says_nothing() -> None:
    house = House()
    house.reads(form(TXCF_2="yes", model="Pump 4"))
    house.reads(form(2, TXCF_2="no"))
    house.known()
    house.sees("hl7.role", "sender")
    assert house.found() == {}


def test_no_internet_and_a_flow() -> None:
    house = House()
    house.reads(form(CONN_6="no"))
    house.known()
    house.meets("10.0.0.9")
    assert house.found() == {}
    talk = house.meets("9.9.9.9")
    assert house.found() == {"CONN-6": ("open", (talk,))}


def test_a_flow_of_before_the_form_counts() -> None:
    house = House()
    house.known()
    talk = house.meets("9.9.9.9")
    house.reads(form(CONN_6="no"))
    assert house.found() == {"CONN-6": ("open", (talk,))}


def test_a_bill_and_a_banner_until_the_banner_changes() -> None:
    house = House()
    house.reads(bill("3.0.11"))
    house.known()
    seen = house.sees("http.server", "Apache/2.4.6 OpenSSL/1.0.2k-fips")
    assert house.found() == {"openssl": ("open", (seen,))}
    house.day(1)
    house.sees("http.server", "Apache/2.4.6 OpenSSL/3.0.11")
    assert house.found()["openssl"][0] == "closed"
    house.day(2)
    other = house.sees("http.server", "Apache/2.4.6 OpenSSL/3.1.0")
    assert house.found()["openssl"] == ("open", (other,))


def test_a_bill_of_another_version_is_not_its_bill() -> None:
    house = House()
    house.reads(bill("3.0.11", of="VM5"))
    house.known()
    house.sees("software", "VM4")
    house.sees("http.server", "OpenSSL/1.0.2")
    assert house.found() == {}


def test_it_ends_after_thirty_days_of_being_seen_without_it() -> None:
    house = House()
    house.reads(form(TXCF_2="yes"))
    house.known()
    house.sees("hl7.role", "sender")
    house.day(20)
    house.known()
    assert house.found()["TXCF-2"][0] == "open"
    house.day(31)
    house.sees("ip", "10.0.0.7")
    assert house.found()["TXCF-2"][0] == "open"
    house.day(62)
    assert house.found()["TXCF-2"][0] == "closed"
    house.sees("hl7.role", "sender")
    assert house.found()["TXCF-2"][0] == "open"


def test_silence_proves_nothing() -> None:
    house = House()
    house.reads(form(TXCF_2="yes"))
    house.known()
    house.sees("hl7.role", "sender")
    house.day(400)
    assert house.found()["TXCF-2"][0] == "open"


def test_it_ends_when_the_form_says_so_no_more_and_comes_back_with_the_word() -> None:
    house = House()
    house.reads(form(1, TXCF_2="yes"))
    house.known()
    house.sees("hl7.role", "sender")
    house.reads(form(2, TXCF_2="no"))
    assert house.found()["TXCF-2"][0] == "closed"
    house.reads(form(3, TXCF_2="yes"))
    assert house.found()["TXCF-2"][0] == "open"


def test_what_stands_is_judged_once_a_day() -> None:
    house = House()
    house.reads(form(CONN_6="no"))
    house.known()

    def causes() -> int:
        return next(len(one.causes) for one in house.store.all(Finding) if one.identifier == "CONN-6")

    for _ in range(3):
        house.at += 600 * 10**9
        house.meets("9.9.9.9")
    assert causes() == 1
    house.day(1.5)
    latest = house.meets("9.9.9.9")
    assert causes() == 2 and latest in house.found()["CONN-6"][1]


def test_a_person_who_names_the_model_is_heard() -> None:
    house = House()
    house.reads(form(TXCF_2="yes"))
    house.sees("manufacturer", "Maker")
    seen = house.sees("hl7.role", "sender")
    assert house.found() == {}
    named = Decision(
        id="w", at=house.at + 1, verb="claim", person="k.morel", keys=(mac(1),), attribute="model", value="Pump 3"
    )
    house.hears(named)
    assert house.found() == {"TXCF-2": ("open", (seen,))}


def test_a_person_who_says_how_a_maker_is_called_is_heard() -> None:
    house = House()
    house.reads(form(TXCF_2="yes"))
    house.sees("manufacturer", "Makker")
    house.sees("model", "Pump 3")
    seen = house.sees("hl7.role", "sender")
    assert house.found() == {}
    house.hears(Naming(id="n", at=house.at + 1, said="Makker", maker="Maker", person="k.morel"))
    assert house.found() == {"TXCF-2": ("open", (seen,))}


def test_what_a_dissolved_device_left_is_over() -> None:
    house = House()
    house.reads(form(TXCF_2="yes"))
    house.known()
    house.sees("hl7.role", "sender")
    (before,) = (one.device for one in house.store.all(Finding) if one.identifier == "TXCF-2")
    house.hears(observation(0, attribute="ip", value="10.0.0.8", at=house.at, subject=(mac(0),)))
    house.hears(Decision(id="w", at=house.at + 1, verb="merge", person="k", keys=(mac(0), mac(1)), reason="one cart"))
    house.day(31)
    left = {one.device: one.status for one in house.store.all(Finding) if one.identifier == "TXCF-2"}
    assert len(left) == 2 and left.pop(before) == "closed"
    assert list(left.values()) == ["open"]


def test_the_same_batch_twice_says_nothing_new() -> None:
    house = House()
    house.reads(form(TXCF_2="yes"))
    house.known()
    house.sees("hl7.role", "sender")
    before = list(house.store.all(Finding))
    house.sees("hl7.role", "sender")
    house.reads(form(TXCF_2="yes"))
    assert list(house.store.all(Finding)) == before
