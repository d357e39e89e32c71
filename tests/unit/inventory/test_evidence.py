from garde.inventory.evidence import DAYS, SEVERAL, VALUES, eui64_mac, fold, hops, is_nobody, single, subjects
from garde.model.key import Key
from tests.scene import DAY, Scene

MAC = "00:09:fb:00:00:01"


def test_a_line_keeps_its_first_and_last_sighting() -> None:
    scene = (
        Scene()
        .says(MAC, hostname="SCOPE-1")
        .later(3)
        .says(MAC, hostname="SCOPE-1")
        .later(1)
        .says(MAC, hostname="SCOPE-1")
    )
    [line] = fold({}, reversed(scene.seen))[f"mac:{MAC}"].lines
    assert (line.first_id, line.last_id) == (scene.seen[0].id, scene.seen[2].id)
    assert (line.first_place.packet, line.last_place.packet) == (1, 3)
    assert (line.count, line.days) == (3, 0b10011)


def test_days_are_remembered_for_a_bounded_time() -> None:
    scene = Scene()
    for _ in range(DAYS + 20):
        scene.later(1).says(MAC, hostname="SCOPE-1")
    [line] = fold({}, scene.seen)[f"mac:{MAC}"].lines
    assert line.count == DAYS


def test_two_sightings_of_one_day_count_two() -> None:
    scene = Scene().says(MAC, hostname="SCOPE-1").says(MAC, hostname="SCOPE-1")
    assert fold({}, scene.seen)[f"mac:{MAC}"].lines[0].count == 2
    assert fold({}, [scene.seen[0], scene.seen[0]])[f"mac:{MAC}"].lines[0].count == 1


def test_hostile_values_are_bounded_whatever_their_order() -> None:
    scene = Scene().says(MAC, mdns__txt=[f"x={number}" for number in range(VALUES * 2)])
    forwards, backwards = fold({}, scene.seen), fold({}, reversed(scene.seen))
    assert forwards == backwards
    assert len(forwards[f"mac:{MAC}"].lines) == VALUES


def test_things_and_farther_addresses_are_bounded() -> None:
    scene = Scene()
    for number in range(SEVERAL * 2):
        scene.says(Key("equipment", f"BED-{number}"), MAC, source="hl7", model="X").heard(
            MAC, f"10.0.0.{number + 1}", 63
        )
    record = fold({}, scene.seen)[f"mac:{MAC}"]
    assert len(record.speaks) == len(record.behind) == SEVERAL
    assert record == fold({}, reversed(scene.seen))[f"mac:{MAC}"]


def test_an_address_said_of_a_mac_alone_binds_the_two() -> None:
    scene = Scene().says(MAC, source="dhcp", ip="10.0.0.1")
    assert set(fold({}, scene.seen)) == {f"mac:{MAC}", f"mac:{MAC}|ip:10.0.0.1"}
    assert subjects(scene.seen) == set(fold({}, scene.seen))


def test_known_records_are_continued_and_not_changed() -> None:
    scene = Scene().says(MAC, hostname="SCOPE-1").later(1).says(MAC, hostname="SCOPE-1")
    before = fold({}, scene.seen[:1])
    after = fold(before, scene.seen[1:])
    assert before == fold({}, scene.seen[:1])
    assert after == fold({}, scene.seen)
    assert after[f"mac:{MAC}"].last - after[f"mac:{MAC}"].first == DAY + 1_000_000_000


def test_distance_comes_from_the_time_to_live() -> None:
    assert [hops(ttl) for ttl in ("64", "60", "128", "255", "250", "33")] == [0, 4, 0, 0, 5, 31]
    assert [hops(ttl) for ttl in ("1", "4", "32", "", "x", "-1", "9999")] == [None] * 7


def test_who_is_nobody() -> None:
    assert is_nobody("ff:ff:ff:ff:ff:ff") and is_nobody("00:00:00:00:00:00") and not is_nobody(MAC)
    assert not single("127.0.0.1") and not single("255.255.255.255") and not single("nonsense") and single("10.0.0.1")
    assert eui64_mac("00:a0:37:00:00:9b:00:01") == ""
