"""The stage as playbooks: messages in, the record of a finding out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garde.bus.log import LogBus
from garde.findings.policy import parse
from garde.model.decision import Decision
from garde.model.device import Claim, Device
from garde.model.finding import Changed, Finding, judgement
from garde.model.key import Key
from garde.pipeline.findings import stage
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.ports import Store
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.unit.pipeline.test_runner import HandClock

POLICY = parse(
    '[[row]]\nrule = "identity.*"\nward = ["Réa A"]\nraise = "high"\n[[row]]\nrule = "noise.*"\nignore = true', "p.toml"
)
SEEN = judgement("identity.conflict", 100, severity="medium", device="d-1", identifier="model", reasons=("model: A",))


class Scene:
    def __init__(self) -> None:
        self.store: Store = open_sqlite("", SHAPES)
        self.clock = HandClock()
        self.bus = LogBus(self.store)
        self.runner = Runner(Registry(stage(POLICY)), self.store, self.bus, self.clock)
        ward = Claim("ward", "Réa A", 1.0)
        with self.store.begin() as unit:
            unit.put([Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), claims={"ward": ward})])

    def play(self, *messages: object) -> list[Finding]:
        self.bus.publish(messages)  # type: ignore[arg-type]
        self.runner.drain()
        return list(self.store.all(Finding))


@pytest.fixture
def scene() -> Iterator[Scene]:
    one = Scene()
    yield one
    one.store.close()


def test_a_judgement_opens_a_finding_under_the_policy_of_the_ward(scene: Scene) -> None:
    (one,) = scene.play(SEEN)
    assert (one.id, one.status, one.severity) == (SEEN.finding, "open", "high")


def test_what_the_policy_ignores_is_not_opened(scene: Scene) -> None:
    assert scene.play(judgement("noise.made", 5, severity="low")) == []


def test_what_was_never_open_is_not_opened_to_be_closed(scene: Scene) -> None:
    assert scene.play(judgement("identity.conflict", 5, severity="low", device="d-1", over=True)) == []


def test_a_word_about_it_changes_it_and_one_about_nothing_is_kept_in_the_log_only(scene: Scene) -> None:
    taken = Decision(id="w-1", at=200, verb="take", person="k.morel", about=SEEN.finding)
    lost = Decision(id="w-2", at=201, verb="take", person="k.morel", about="f-none")
    (one,) = scene.play(SEEN, taken, lost)
    assert (one.status, one.holder, one.words) == ("taken", "k.morel", ("w-1",))
    assert set(scene.store.messages(["w-1", "w-2"])) == {"w-1", "w-2"}


def test_silence_ends_by_itself(scene: Scene) -> None:
    end = scene.clock.at + 600
    word = Decision(id="w-1", at=200, verb="silence", person="k", about=SEEN.finding, until=end, reason="tests")
    (one,) = scene.play(SEEN, word)
    assert not one.asks
    scene.clock.at = end
    (one,) = scene.play()
    assert one.asks


def test_the_same_messages_again_change_nothing(scene: Scene) -> None:
    word = Decision(id="w-1", at=200, verb="take", person="k.morel", about=SEEN.finding)
    first = scene.play(SEEN, word)
    with scene.store.begin() as unit:
        unit.advance("findings", "")
    assert scene.play() == first


def test_each_turn_of_its_life_is_said_once_and_names_its_cause(scene: Scene) -> None:
    taken = Decision(id="w-1", at=200, verb="take", person="k.morel", about=SEEN.finding)
    over = judgement("identity.conflict", 300, severity="medium", device="d-1", identifier="model", over=True)
    scene.play(SEEN, taken, over)
    with scene.store.begin() as unit:
        unit.advance("findings", "")
    scene.play()
    turns = [one for _, one in scene.store.log(0, (Changed,), 99) if isinstance(one, Changed)]
    assert [(one.what, one.cause) for one in turns] == [
        ("opened", (SEEN.id,)),
        ("status", ("w-1",)),
        ("closed", (over.id,)),
    ]


def test_silence_that_ends_is_a_turn(scene: Scene) -> None:
    end = scene.clock.at + 600
    scene.play(SEEN, Decision(id="w-1", at=200, verb="silence", person="k", about=SEEN.finding, until=end, reason="t"))
    scene.clock.at = end
    scene.play()
    turns = [one.what for _, one in scene.store.log(0, (Changed,), 99) if isinstance(one, Changed)]
    assert turns == ["opened", "status", "reopened"]
