"""The whole fleet judged from a store: up to date when asked, and nothing said that may not be said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.bus.log import LogBus
from garde.config import Config, RiskSection
from garde.errors import Malformed, Missing, Refused
from garde.model.decision import Decision
from garde.model.device import Claim, Device, Source
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.risk.matrix import Approval
from garde.model.risk.naming import Naming
from garde.model.risk.scoring import Reach, Scoring
from garde.model.risk.treatment import Treatment
from garde.pipeline.risk.assessing import Assessment, opened
from garde.pipeline.risk.said import STAGE
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.risk.package import Limits
from garde.risk.vulnerability import formats
from garde.store.sqlite import open_sqlite
from tests import feeds
from tests.unit.pipeline.test_runner import HandClock

NOW = 1_780_000_000_000_000_000
LINE = (Source("dicom.dataset", "core", 0.95, 1, NOW, observation="o-1"),)


def device(number: int, maker: str = "ZOLL", version: str = "2.1", **words: str) -> Device:
    found = {"kind": "DEFIB", "manufacturer": maker, "model": "Dashboard", "software": version, **words}
    claims = {name: Claim(name, value, 0.95, LINE) for name, value in found.items()}
    return Device(id=f"d-{number}", keys=(Key("ip", f"10.0.0.{number}"),), kind="DEFIB", claims=claims)


class Hospital:
    """A store, its runner and the assessment of it."""

    def __init__(self, section: RiskSection) -> None:
        self.store = open_sqlite("", SHAPES)
        self.bus = LogBus(self.store)
        with self.store.begin() as unit:
            unit.put([device(1), device(2, version="2.2"), device(3, maker="Zolll")])
        self.risk = Assessment(
            self.store, self.bus, Config(risk=section), now=lambda: NOW, settle=lambda: self.runner.drain()
        )
        self.runner = Runner(
            Registry(STAGE), self.store, self.bus, HandClock(),
            told=lambda puts, drops: self.risk.told(puts, [(one.kind, one.id) for one in drops]),
        )  # fmt: skip

    def learn(self, name: str) -> None:
        reading = formats.read(feeds.octets(feeds.DOCUMENTS[name]()))
        with self.store.begin() as unit:
            unit.put([reading])
        source = reading.source
        self.bus.publish([Decision(id=f"i-{name}", at=NOW, verb="document.import", person="k", about=source.id)])
        self.runner.drain()

    def sign(self, about: str, *roles: str) -> None:
        for role in roles:
            self.risk.say(
                Approval(id=f"a-{about}-{role}", at=NOW, about=about, person=role, name=role.title(), role=role)
            )


@pytest.fixture
def place() -> Iterator[Hospital]:
    made = Hospital(RiskSection())
    yield made
    made.store.close()


def test_a_document_counts_as_soon_as_it_is_imported(place: Hospital) -> None:
    place.learn("kev")
    before = {name: one.vulnerability.value for name, one in place.risk.judged().items()}
    place.learn("csaf")
    after = {name: one.vulnerability.value for name, one in place.risk.judged().items()}
    assert after["d-1"] > before["d-1"] and after["d-2"] == before["d-2"]
    assert [one.id for one in place.risk.facts("d-1").weaknesses] == [feeds.CVE]
    assert {one.source.format for one in place.risk.readings} == {"csaf", "kev"}


def test_without_a_fact_its_points_are_gone(place: Hospital) -> None:
    place.learn("csaf")
    place.learn("kev")
    left = {one.fact: one.score.value for one in place.risk.without("d-1")}
    assert left[feeds.CVE] == pytest.approx(place.risk.judged()["d-2"].vulnerability.value)
    with pytest.raises(Missing):
        place.risk.without("d-9")


def test_what_people_say_moves_the_level_and_is_shown_before(place: Hospital) -> None:
    said = [
        Scoring(
            id=f"s-{name}", at=NOW, grid=place.risk.grid.name, criterion=name, value=1, person="k", role="biomedical",
            reach=Reach(kind="DEFIB"),
        )
        for name in ("C1", "C2", "C3", "C4", "C5", "C6")
    ]  # fmt: skip
    shown = {one.device: one.after.level for one in place.risk.preview(said)}
    assert place.risk.judged()["d-1"].criticality.status == "default"
    place.risk.say(*said)
    assert {name: one.criticality.level for name, one in place.risk.judged().items()} == shown
    assert place.risk.judged()["d-1"].criticality.status == "proposed"


def test_what_does_not_answer_the_grid_is_not_said(place: Hospital) -> None:
    wrong = Scoring(
        id="s", at=NOW, grid=place.risk.grid.name, criterion="C9", value=1, person="k", role="rssi", reach=Reach()
    )
    with pytest.raises(Malformed):
        place.risk.say(wrong)
    assert not list(place.store.all(Scoring))


def test_an_unsigned_matrix_drives_nothing(place: Hospital) -> None:
    with pytest.raises(Missing, match="matrix.none"):
        place.risk.driving()
    frozen = place.risk.freeze("k", NOW)
    assert place.risk.freeze("k", NOW + 1).id == frozen.id and len(place.risk.matrices()) == 1
    word = Treatment(id="t", at=NOW, device="d-1", matrix=frozen.id, option="avoid", person="k")
    with pytest.raises(Refused, match="matrix.unsigned"):
        place.risk.say(word)
    place.sign(frozen.id, "biomedical", "clinical")
    assert place.risk.standing(frozen.id).missing == ("rssi",)
    place.sign(frozen.id, "rssi")
    assert place.risk.driving().id == frozen.id
    place.risk.say(word)
    states = {one.device: one.stage for one in place.risk.states(frozen, NOW)}
    assert states == {"d-1": "avoided", "d-2": "validated", "d-3": "validated"}


def test_only_what_was_frozen_here_is_signed_or_treated(place: Hospital) -> None:
    with pytest.raises(Missing, match="matrix.unknown"):
        place.sign("m-nothing", "rssi")
    place.sign(frozen := place.risk.freeze("k", NOW).id, "biomedical", "clinical", "rssi")
    with pytest.raises(Missing, match="matrix.device"):
        place.risk.say(Treatment(id="t", at=NOW, device="d-9", matrix=frozen, option="avoid", person="k"))


def test_a_batch_is_said_whole_or_not_at_all_and_reads_its_matrix_once(
    place: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.sign(frozen := place.risk.freeze("k", NOW).id, "biomedical", "clinical", "rssi")
    batch = [
        Treatment(id=f"t-{name}", at=NOW, device=name, matrix=frozen, option="avoid", person="k")
        for name in ("d-1", "d-2", "d-9")
    ]
    asked: list[str] = []
    check = place.risk._in_force

    def counted(name: str) -> frozenset[str]:
        asked.append(name)
        return check(name)

    monkeypatch.setattr(place.risk, "_in_force", counted)
    with pytest.raises(Missing, match="matrix.device"):
        place.risk.say(*batch)
    assert place.risk.treatments() == [] and asked == [frozen]
    place.risk.say(*batch[:2])
    assert [one.device for one in place.risk.treatments()] == ["d-1", "d-2"]


def test_an_accepted_name_lets_documents_meet_the_device(place: Hospital) -> None:
    place.learn("csaf")
    assert not place.risk.facts("d-3").weaknesses
    assert [(one.said, one.known) for one in place.risk.proposals()] == [("Zolll", "ZOLL")]
    place.risk.say(Naming(id="n", at=NOW, said="Zolll", maker="ZOLL", person="k.morel"))
    assert [one.id for one in place.risk.facts("d-3").weaknesses] == [feeds.CVE]
    assert place.risk.aliases.accepted("Zolll", "Dashboard").startswith("k.morel 2026-")
    assert place.risk.proposals() == ()


def test_a_refused_name_is_proposed_no_more(place: Hospital) -> None:
    place.learn("csaf")
    place.risk.say(Naming(id="n", at=NOW, said="Zolll", maker="ZOLL", person="k.morel", agrees=False))
    assert place.risk.proposals() == () and not place.risk.facts("d-3").weaknesses


def test_a_conversation_with_the_internet_is_seen_at_once(place: Hospital) -> None:
    assert place.risk.facts("d-1").network == "flat"
    talk = Conversation(
        id="c-1", at=NOW - BUCKET, sensor="s", source=Key("ip", "10.0.0.1"), target=Key("ip", "9.9.9.9"),
        protocol="tcp", port=443,
    )  # fmt: skip
    with place.store.begin() as unit:
        unit.put([talk])
    place.risk.told([talk])
    assert place.risk.facts("d-1").network == "internet"


def test_devices_come_and_go(place: Hospital) -> None:
    place.risk.judged()
    place.risk.told([device(4)], [(Device, "d-2")])
    assert set(place.risk.judged()) == {"d-1", "d-3", "d-4"}
    place.risk.refresh()
    assert set(place.risk.judged()) == {"d-1", "d-2", "d-3"}


def test_work_is_proposed_and_planned(place: Hospital) -> None:
    place.learn("csaf")
    place.learn("kev")
    plan = place.risk.works().plan(Limits(budget=50_000, hours=(400,)))
    assert plan.best.removed > 0
    assert place.risk.works() is place.risk.works()


def test_the_same_facts_give_the_same_matrix_later(place: Hospital) -> None:
    again = Hospital(RiskSection())
    assert again.risk.matrix(NOW + 5).id == place.risk.matrix(NOW).id
    again.store.close()


def test_a_grid_that_is_not_there() -> None:
    assert opened("CRIT-DMC 1").levels == 4
    with pytest.raises(Missing, match="grid.unreadable"):
        opened("CRIT-DMC 9")
