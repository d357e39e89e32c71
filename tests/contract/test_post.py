"""The post over every transport and both stores: a peer down for an hour, a sender killed, letters given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest

from garde.bus.log import LogBus
from garde.config import Config, NotifySection
from garde.model.finding import Changed
from garde.model.notice import Notice, notice_id
from garde.pipeline.post import LONGEST, SECOND, Post
from garde.ports import Store
from tests.contract.test_carriers import WAYS, Way, made, name
from tests.peers import Papers, Peer
from tests.unit.pipeline.test_runner import HandClock

__all__ = ["made"]
MINUTE = 60 * SECOND
SURE = [way for way in WAYS if way.scheme in ("smtp", "https", "tls", "tcp")]


class Killed(BaseException):
    """The process ends here."""


class Scene:
    """One channel over one store, a clock that is moved, and turns that arrive."""

    def __init__(self, way: Way, papers: Papers, store: Store) -> None:
        self.peer: Peer = way.peer(papers)
        self.channel = way.channel(self.peer, papers.authority)
        self.chosen = Config(notify=NotifySection(channel=(self.channel,)))
        self.store, self.bus, self.clock = store, LogBus(store), HandClock()
        self.made: list[str] = []
        self.post = self.fresh()

    def fresh(self) -> Post:
        """As after a restart."""
        return Post(self.channel, self.chosen, self.store, self.bus, self.clock, draw=lambda: 0.5)

    def arrive(self, count: int = 1) -> None:
        for _ in range(count):
            self.clock.at += 1
            turn = Changed(
                id=f"c-{len(self.made)}",
                at=self.clock.at,
                finding="f-1",
                what="opened",
                before="",
                after="open",
                rule="r",
            )
            one = Notice(
                id=notice_id("c", turn.id, turn.at), channel="c", origin=turn.id, about="f-1", what="opened", at=turn.at
            )
            with self.store.begin() as unit:
                unit.append([turn])
                unit.put([one])
            self.made.append(one.id)

    def work(self) -> None:
        """Until nothing can be done now."""
        while self.post.turn() == 0.0:
            pass

    def states(self) -> list[str]:
        return [one.state for one in self.store.all(Notice)]


@pytest.fixture(params=SURE, ids=name)
def scene(request: pytest.FixtureRequest, made: Papers, store: Store) -> Iterator[Scene]:
    return Scene(request.param, made, store)


def test_a_peer_down_for_an_hour_misses_nothing_and_gets_nothing_twice(scene: Scene) -> None:
    scene.arrive(2)
    with scene.peer.up():
        scene.work()
        scene.peer.wait(2)
    for minute in range(60):
        if minute % 20 == 0:
            scene.arrive(2)
        scene.clock.at += MINUTE
        scene.work()
        if minute % 25 == 0:
            scene.post = scene.fresh()
    assert scene.states() == ["sent"] * 2 + ["waiting"] * 6
    head = next(one for one in scene.store.all(Notice) if one.state == "waiting")
    assert 5 <= head.tries <= 60 and head.error
    with scene.peer.up():
        scene.clock.at += int(LONGEST * SECOND)
        scene.work()
        scene.peer.wait(8)
    assert scene.peer.taken == scene.made
    assert set(scene.peer.seen.values()) == {1}
    assert scene.states() == ["sent"] * 8


def test_killed_between_sending_and_writing_it_down_sends_again_under_the_same_id(scene: Scene) -> None:
    scene.arrive(3)
    put = scene.post._put

    def die(notices: object) -> None:
        raise Killed

    scene.post._put = die  # type: ignore[method-assign]
    with scene.peer.up():
        with pytest.raises(Killed):
            scene.post.turn()
        scene.peer.wait(1)
        assert scene.states() == ["waiting"] * 3
        scene.post = scene.fresh()
        scene.work()
        scene.peer.wait(3)
    assert put is not die
    assert scene.peer.taken == scene.made
    assert max(scene.peer.seen.values()) == 2
    assert scene.states() == ["sent"] * 3


def test_a_flapping_peer_gets_all_in_order(scene: Scene) -> None:
    scene.arrive(4)
    for _ in range(4):
        with ExitStack() as stack:
            if scene.clock.at % 2:
                stack.enter_context(scene.peer.up())
            scene.work()
        scene.arrive()
        scene.clock.at += int(LONGEST * SECOND) | 1
    with scene.peer.up():
        scene.clock.at += int(LONGEST * SECOND)
        scene.work()
        scene.peer.wait(8)
    assert scene.peer.taken == scene.made


def test_what_nobody_took_for_long_is_given_up_and_sent_again_when_asked(scene: Scene) -> None:
    from garde.pipeline.post import again

    scene.arrive(2)
    scene.work()
    scene.clock.at += 73 * 60 * MINUTE
    scene.arrive()
    scene.work()
    assert scene.states() == ["dead", "dead", "waiting"]
    assert again(scene.store, scene.clock, []) == 2
    with scene.peer.up():
        scene.clock.at += int(LONGEST * SECOND)
        scene.work()
        scene.peer.wait(3)
    assert scene.peer.taken == scene.made and scene.states() == ["sent"] * 3


def test_two_senders_at_once_give_a_peer_that_honours_the_id_nothing_twice(scene: Scene) -> None:
    scene.arrive(6)
    posts = [scene.fresh(), scene.fresh()]

    def work(post: Post) -> None:
        while post.turn() == 0.0:
            pass

    with scene.peer.up():
        threads = [threading.Thread(target=work, args=(post,)) for post in posts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        scene.peer.wait(6)
    assert sorted(scene.peer.taken) == sorted(scene.made)
    assert scene.states() == ["sent"] * 6
    assert msgspec.structs.asdict(scene.chosen.notify.channel[0])["name"] == "c"
