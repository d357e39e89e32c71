"""What every store does."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from garde.errors import Missing
from garde.model.device import Claim, Device
from garde.model.key import Key
from garde.model.message import Wakeup
from garde.model.observation import Observation
from garde.ports import Store
from tests.makers import device, observation


def test_a_noun_comes_back_as_it_was(store: Store) -> None:
    one = device(1, claims={"model": Claim("model", "IntelliVue \u202eMX", 0.9)})
    with store.begin() as unit:
        unit.put([one])
    assert store.get(Device, [one.id, "d-absent"]) == {one.id: one}


def test_a_second_put_replaces_the_noun_and_its_links(store: Store) -> None:
    with store.begin() as unit:
        unit.put([device(1, keys=(Key("ip", "10.0.0.1"),))])
        unit.put([device(1, keys=(Key("ip", "10.0.0.2"),))])
    assert not store.linked(Device, ["ip:10.0.0.1"])
    assert [one.id for one in store.linked(Device, ["ip:10.0.0.2"])["ip:10.0.0.2"]] == ["d-1"]


def test_all_gives_every_noun_of_a_kind_in_order(store: Store) -> None:
    with store.begin() as unit:
        unit.put([device(number) for number in (3, 1, 2)])
    assert [one.id for one in store.all(Device)] == ["d-1", "d-2", "d-3"]


def test_many_ids_are_found(store: Store) -> None:
    with store.begin() as unit:
        unit.put([device(number) for number in range(1200)])
    assert len(store.get(Device, [f"d-{number}" for number in range(1200)])) == 1200


def test_a_link_that_many_share_gives_only_the_first(store: Store) -> None:
    shared = (Key("hostname", "localhost"),)
    with store.begin() as unit:
        unit.put([device(number, keys=shared) for number in (3, 1, 2)])
    found = store.linked(Device, ["hostname:localhost", "hostname:absent"], 2)
    assert [one.id for one in found["hostname:localhost"]] == ["d-1", "d-2"]
    assert "hostname:absent" not in found


def test_drop_removes_noun_and_links(store: Store) -> None:
    with store.begin() as unit:
        unit.put([device(1), device(2)])
        unit.drop(Device, ["d-1", "d-absent"])
    assert [one.id for one in store.all(Device)] == ["d-2"]
    assert not store.linked(Device, [str(key) for key in device(1).keys])


def test_a_unit_reads_its_own_writes(store: Store) -> None:
    with store.begin() as unit:
        unit.put([device(1)])
        assert list(unit.get(Device, ["d-1"])) == ["d-1"]
        assert unit.linked(Device, [str(device(1).keys[0])]) == {str(device(1).keys[0]): [device(1)]}
        assert [one.id for one in unit.all(Device)] == ["d-1"]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.begin() as unit:
            unit.put([device(1)])
            unit.append([observation(1)])
            unit.advance("inventory", "7")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(store.all(Device))
    assert not store.log(0, (), 10)
    assert store.position("inventory") == ""


def test_the_log_keeps_order_and_drops_repetition(store: Store) -> None:
    with store.begin() as unit:
        assert unit.append([observation(1), observation(2), observation(1)]) == 2
    with store.begin() as unit:
        assert unit.append([observation(2), observation(3)]) == 1
    assert [message.id for _, message in store.log(0, (), 10)] == [observation(number).id for number in (1, 2, 3)]


def test_the_log_is_read_by_position_and_kind(store: Store) -> None:
    wake = Wakeup(id="w", at=1, stage="inventory", topic="t")
    with store.begin() as unit:
        unit.append([observation(1), wake, observation(2)])
    rows = store.log(0, (Observation,), 1)
    assert [message.id for _, message in rows] == [observation(1).id]
    assert [message.id for _, message in store.log(rows[0][0], (Observation,), 5)] == [observation(2).id]
    assert store.messages([wake.id, "absent"]) == {"w": wake}


def test_a_position_survives_reopening(open_store: Callable[[], Store]) -> None:
    first = open_store()
    with first.begin() as unit:
        unit.advance("inventory", "41")
        unit.advance("inventory", "42")
        unit.put([device(1)])
    first.close()
    again = open_store()
    assert again.position("inventory") == "42"
    assert list(again.get(Device, ["d-1"])) == ["d-1"]
    again.close()


def test_no_writer_overwrites_what_another_added(open_store: Callable[[], Store]) -> None:
    stores = [open_store() for _ in range(2)]

    def count(store: Store) -> None:
        for _ in range(25):
            with store.begin() as unit:
                before = unit.get(Device, ["d-1"])
                unit.put([device(1, first_at=before["d-1"].first_at + 1 if before else 1)])

    threads = [threading.Thread(target=count, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].get(Device, ["d-1"])["d-1"].first_at == 50
    for store in stores:
        store.close()


def test_an_unknown_question_is_missing(store: Store) -> None:
    with pytest.raises(Missing):
        store.ask("how_is_the_weather")
    with pytest.raises(Missing):
        store.ask("../tables")


def test_a_reader_beyond_the_log_is_named(store: Store) -> None:
    with store.begin() as unit:
        unit.append([observation(1)])
        unit.advance("within", "1")
        unit.advance("beyond", "10")
    assert store.ask("readers_beyond_the_log") == [{"reader": "beyond", "position": "10"}]


def test_every_word_leads_to_a_noun(store: Store) -> None:
    with store.begin() as unit:
        unit.put([device(1), device(2)])
        unit.put([device(1, keys=(Key("ip", "10.0.0.1"),))])
        unit.drop(Device, ["d-2"])
    assert store.ask("links_to_nothing", most=5) == []
