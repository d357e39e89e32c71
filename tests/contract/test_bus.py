"""What every bus does, on every store."""

from __future__ import annotations

from collections.abc import Callable

from garde.model.message import Wakeup
from garde.model.observation import Observation
from garde.ports import Bus, Store
from tests.makers import observation

WAIT = 5.0


def take(bus: Bus, store: Store, most: int = 1000) -> list[str]:
    """Ids of the next batch, acknowledged."""
    delivery = bus.take("reader", (Observation,), most, WAIT)
    assert delivery is not None
    with store.begin() as unit:
        unit.append(delivery.messages)
        if delivery.position:
            unit.advance("reader", delivery.position)
    delivery.acknowledge()
    return [message.id for message in delivery.messages]


def test_what_is_published_arrives_in_order(bus: Bus, store: Store) -> None:
    sent = [observation(number) for number in range(450)]
    bus.publish(sent)
    got: list[str] = []
    while len(got) < len(sent):
        got += take(bus, store)
    assert got == [message.id for message in sent]


def test_what_is_acknowledged_does_not_come_again(bus: Bus, store: Store) -> None:
    bus.publish([observation(1)])
    assert take(bus, store) == [observation(1).id]
    assert bus.take("reader", (Observation,), 10, 0.3) is None


def test_what_is_refused_comes_again(bus: Bus, store: Store) -> None:
    bus.publish([observation(1)])
    delivery = bus.take("reader", (Observation,), 10, WAIT)
    assert delivery is not None
    delivery.refuse()
    assert take(bus, store) == [observation(1).id]


def test_what_a_dead_reader_took_comes_again(open_bus: Callable[[], Bus], store: Store) -> None:
    first = open_bus()
    first.publish([observation(1)])
    delivery = first.take("reader", (Observation,), 10, WAIT)
    assert delivery is not None
    delivery.refuse()
    first.close()
    second = open_bus()
    assert take(second, store) == [observation(1).id]
    second.close()


def test_publishing_again_changes_nothing(bus: Bus, store: Store) -> None:
    bus.publish([observation(1), observation(2)])
    bus.publish([observation(1), observation(2)])
    assert take(bus, store) == [observation(1).id, observation(2).id]
    assert bus.take("reader", (Observation,), 10, 0.3) is None


def test_every_reader_gets_everything_of_its_kinds(bus: Bus) -> None:
    bus.publish([observation(1), Wakeup(id="w", at=1, stage="s", topic="t")])
    for reader in ("one", "two"):
        delivery = bus.take(reader, (Observation,), 10, WAIT)
        assert delivery is not None
        assert [message.id for message in delivery.messages] == [observation(1).id]


def test_nothing_waits_on_an_empty_bus(bus: Bus) -> None:
    bus.publish([])
    assert bus.take("reader", (Observation,), 10, 0.1) is None
