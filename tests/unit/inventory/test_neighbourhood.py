from collections.abc import Iterable, Mapping, Sequence

from garde.inventory.evidence import Interface, fold
from garde.inventory.joins import found_by
from garde.inventory.neighbourhood import neighbourhood
from garde.model.key import Key
from tests.scene import Scene

A, ROUTER = "00:09:fb:00:00:01", "00:00:0c:00:00:06"


def around(records: dict[str, Interface], *touched: str) -> tuple[set[str], set[Key]]:
    def look(names: Iterable[str], most: int) -> Mapping[str, Sequence[Interface]]:
        return {name: [record for record in records.values() if name in found_by(record)][:most] for name in names}

    found = neighbourhood([records[name] for name in touched], look)
    return set(found.records), set(found.anchors)


def test_the_addresses_behind_a_router_are_not_read_with_it() -> None:
    scene = Scene().arp(ROUTER, "10.0.0.254")
    for number in range(1, 200):
        scene.heard(ROUTER, f"10.0.9.{number}", 63)
    records = fold({}, scene.seen)
    read, anchors = around(records, f"mac:{ROUTER}|ip:10.0.9.7", f"mac:{ROUTER}")
    assert read == {f"mac:{ROUTER}", f"mac:{ROUTER}|ip:10.0.9.7", f"mac:{ROUTER}|ip:10.0.0.254"}
    assert {Key("ip", "10.0.9.7"), Key("mac", ROUTER)} <= anchors


def test_a_default_that_everybody_shares_is_not_followed() -> None:
    scene = Scene()
    for number in range(300):
        scene.says(f"00:09:fb:00:{number // 256:02x}:{number % 256:02x}", serial="2019-DEFAULT", model="X")
    read, _ = around(fold({}, scene.seen), "mac:00:09:fb:00:00:07")
    assert read == {"mac:00:09:fb:00:00:07"}


def test_what_shares_a_serial_number_is_read() -> None:
    scene = (
        Scene()
        .says(A, serial="S-1001", model="X")
        .says(ROUTER, serial="S-1001", model="X")
        .says("00:12:21:00:00:02", model="X")
    )
    read, anchors = around(fold({}, scene.seen), f"mac:{A}")
    assert read == {f"mac:{A}", f"mac:{ROUTER}"}
    assert anchors == {Key("mac", A), Key("mac", ROUTER)}
