"""The post, without a network: waits, refusals, subscriptions to the log, and what it says of its own trouble."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import pytest

from garde.bus.log import LogBus
from garde.config import ChannelSection, Config, NotifySection
from garde.errors import Refused, Unreachable
from garde.model.decision import Decision
from garde.model.finding import Changed, Finding, Judgement
from garde.model.message import Message
from garde.model.notice import Notice, notice_id
from garde.notify.parcel import Parcel
from garde.pipeline import findings
from garde.pipeline.post import FIRST, LONGEST, RULE, SECOND, Post, again, posting
from garde.pipeline.runner import Runner
from garde.pipeline.shapes import SHAPES
from garde.registry import Registry
from garde.store.sqlite import open_sqlite
from tests.makers import observation
from tests.peers import HOST, Receiver
from tests.unit.pipeline.test_runner import HandClock


class Hand:
    """A carrier that does what a test says of each id; all is well unless said."""

    def __init__(self) -> None:
        self.carried: list[str] = []
        self.calls = 0
        self.trouble: Callable[[str], Exception | None] = lambda name: None

    def carry(self, parcels: Sequence[Parcel]) -> Generator[tuple[str, str], None, None]:
        self.calls += 1
        for parcel in parcels:
            if trouble := self.trouble(parcel.id):
                raise trouble
            self.carried.append(parcel.id)
            yield parcel.id, ""


class Scene:
    def __init__(self, **parts: Any) -> None:
        self.channel = ChannelSection(name="c", kind="webhook", address="https://x.example/", **parts)
        self.store, self.clock, self.hand = open_sqlite("", SHAPES), HandClock(), Hand()
        self.bus = LogBus(self.store)
        self.runner = Runner(Registry(findings.stage()), self.store, self.bus, self.clock)
        self.post = self.fresh()

    def fresh(self) -> Post:
        chosen = Config(notify=NotifySection(channel=(self.channel,)))
        return Post(self.channel, chosen, self.store, self.bus, self.clock, carrier=self.hand, draw=lambda: 1.0)

    def arrive(self, name: str, origin: Message | None = None) -> str:
        self.clock.at += 1
        turn = origin or Changed(
            id=name, at=self.clock.at, finding="f-1", what="opened", before="", after="open", rule="r"
        )
        one = Notice(id=notice_id("c", name, turn.at), channel="c", origin=name, what="opened", at=turn.at)
        with self.store.begin() as unit:
            unit.append([turn])
            unit.put([one])
        return one.id

    def work(self) -> None:
        while self.post.turn() == 0.0:
            pass
        self.runner.drain()

    def notices(self) -> dict[str, Notice]:
        return {one.id: one for one in self.store.all(Notice)}

    def shown(self) -> list[str]:
        return [one.status for one in self.store.all(Finding) if one.rule == RULE]


@pytest.fixture
def scene() -> Iterator[Scene]:
    one = Scene()
    yield one
    one.store.close()


def down(name: str) -> Exception:
    return Unreachable("notify.unreachable", "x.example: refused")


def test_waits_double_up_to_the_longest_and_survive_a_restart(scene: Scene) -> None:
    name = scene.arrive("c-1")
    scene.hand.trouble = down
    waits = []
    for _ in range(12):
        scene.post = scene.fresh()
        scene.work()
        waits.append((scene.notices()[name].next_at - scene.clock.at) / SECOND)
        scene.clock.at = scene.notices()[name].next_at
    assert waits[:4] == [FIRST, FIRST * 2, FIRST * 4, FIRST * 8]
    assert waits[-1] == LONGEST and scene.notices()[name].tries == 12


def test_nothing_is_tried_before_its_time_and_nothing_overtakes(scene: Scene) -> None:
    first = scene.arrive("c-1")
    scene.hand.trouble = down
    scene.work()
    second, calls = scene.arrive("c-2"), scene.hand.calls
    scene.work()
    assert scene.hand.calls == calls and scene.post.trouble
    scene.hand.trouble = lambda name: None
    scene.clock.at = scene.notices()[first].next_at
    scene.work()
    assert scene.hand.carried == [first, second] and not scene.post.trouble


def test_what_the_peer_never_wants_is_dead_at_once_and_holds_up_nobody(scene: Scene) -> None:
    names = [scene.arrive(f"c-{number}") for number in range(3)]
    scene.hand.trouble = lambda name: Refused("notify.refused", "x.example answers 422") if name == names[1] else None
    scene.work()
    assert scene.hand.carried == [names[0], names[2]]
    dead = scene.notices()[names[1]]
    assert (dead.state, dead.error) == ("dead", "x.example answers 422 [notify.refused]")
    assert scene.shown() == ["open"]


def test_what_cannot_be_written_is_dead_and_a_message_that_is_gone_too(scene: Scene) -> None:
    wrong, good = scene.arrive("c-1"), scene.arrive("c-2")
    gone = Notice(id=notice_id("c", "c-0", 1), channel="c", origin="c-0", what="opened", at=1)
    with scene.store.begin() as unit:
        unit.put([gone])
    scene.hand.trouble = lambda name: ValueError("year 0") if name == wrong else None
    scene.work()
    assert scene.hand.carried == [good]
    assert {scene.notices()[name].state for name in (wrong, gone.id)} == {"dead"}


def test_the_finding_about_a_dead_letter_closes_once_it_is_sent_or_dropped(scene: Scene) -> None:
    refuse = lambda name: Refused("notify.refused", "no")  # noqa: E731
    for drop in (False, True):
        scene.hand.trouble = refuse
        scene.arrive(f"c-{drop}")
        scene.work()
        assert scene.shown() == ["open"]
        scene.hand.trouble = lambda name: None
        assert again(scene.store, scene.clock, ["n-other"]) == 0
        assert again(scene.store, scene.clock, [], drop=drop) == 1
        scene.work()
        assert scene.shown() == ["closed"]
    assert len(scene.hand.carried) == 1 and len(scene.notices()) == 1


def test_a_sender_that_died_before_it_said_so_says_it_when_it_begins_again(scene: Scene) -> None:
    dead = Notice(id=notice_id("c", "c-0", 1), channel="c", origin="c-0", what="opened", at=1, state="dead")
    with scene.store.begin() as unit:
        unit.put([dead])
    for _ in range(3):
        scene.work()
    assert scene.shown() == ["open"]
    assert len(scene.store.log(0, (Judgement,), 9)) == 1


def test_a_channel_that_was_always_well_says_nothing(scene: Scene) -> None:
    scene.arrive("c-1")
    scene.work()
    assert not scene.store.log(0, (Judgement,), 9)


def test_a_subscription_begins_now_and_follows_the_log_in_order() -> None:
    scene = Scene(messages=("Observation", "Decision"))
    scene.bus.publish([observation(1)])
    scene.work()
    assert scene.hand.carried == []
    said = Decision(id="w-1", at=5, verb="claim", person="k")
    scene.bus.publish([observation(2), said, observation(3)])
    scene.work()
    assert scene.hand.carried == [observation(2).id, "w-1", observation(3).id]
    scene.post = scene.fresh()
    scene.work()
    assert len(scene.hand.carried) == 3


def test_a_subscription_waits_as_long_as_it_must_and_goes_on_where_it_stopped() -> None:
    scene = Scene(messages=("Observation",))
    scene.work()
    seen = [observation(number) for number in range(1, 6)]
    scene.bus.publish(seen)
    scene.hand.trouble = lambda name: down(name) if name == seen[2].id else None
    scene.work()
    calls = scene.hand.calls
    scene.work()
    assert scene.hand.calls == calls
    scene.hand.trouble = lambda name: None
    scene.clock.at += 100 * 24 * 3600 * SECOND
    scene.work()
    assert scene.hand.carried == [one.id for one in seen]
    assert not scene.notices()


def test_a_message_that_the_peer_never_wants_is_dead_and_sent_again_when_asked() -> None:
    scene = Scene(messages=("Observation",))
    scene.work()
    seen = [observation(1), observation(2)]
    scene.bus.publish(seen)
    scene.hand.trouble = lambda name: Refused("notify.refused", "no") if name == seen[0].id else None
    scene.work()
    assert scene.hand.carried == [seen[1].id]
    (dead,) = scene.notices().values()
    assert (dead.state, dead.origin, dead.what) == ("dead", seen[0].id, "Observation")
    scene.hand.trouble = lambda name: None
    again(scene.store, scene.clock, [dead.id])
    scene.work()
    assert scene.hand.carried == [seen[1].id, seen[0].id]


def test_threads_send_while_the_block_lasts() -> None:
    scene, peer = Scene(), Receiver(None)
    channel = ChannelSection(name="c", kind="webhook", address=f"http://{HOST}:{peer.port}/")
    name = scene.arrive("c-1")
    chosen = Config(notify=NotifySection(channel=(channel,)))
    said: list[str] = []
    with peer.up(), posting(chosen, scene.store, scene.bus, scene.clock, said.append):
        peer.wait(1)
    assert peer.taken == [name]
