"""Who keeps coming depends on who answers; a scan does not."""

from __future__ import annotations

from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.risk.fanout import dependents, highest

DEVICES = {Key("ip", name): f"d-{name}" for name in "abcs"}


def talk(source: str, target: str, buckets: int, sensor: str = "s") -> list[Conversation]:
    return [
        Conversation(
            id=f"{source}{target}{at}{sensor}", at=at * BUCKET, sensor=sensor, source=Key("ip", source),
            target=Key("ip", target), protocol="tcp", port=104,
        )
        for at in range(buckets)
    ]  # fmt: skip


def test_a_dependent_comes_back() -> None:
    seen = [*talk("a", "s", 5), *talk("b", "s", 2), *talk("c", "s", 1)]
    assert dependents(seen, DEVICES) == {"d-s": frozenset({"d-a", "d-b"})}
    assert dependents(seen, DEVICES, least=1) == {"d-s": frozenset({"d-a", "d-b", "d-c"})}


def test_two_sensors_see_one_visit() -> None:
    assert dependents([*talk("a", "s", 1), *talk("a", "s", 1, "other")], DEVICES) == {}


def test_strangers_and_oneself_do_not_count() -> None:
    assert dependents([*talk("a", "a", 3), *talk("x", "s", 3), *talk("a", "x", 3)], DEVICES) == {}


def test_the_highest_level_is_inherited() -> None:
    found = dependents([*talk("a", "s", 3), *talk("b", "s", 3)], DEVICES)
    assert highest("d-s", found, {"d-a": 2, "d-b": 4}) == 4
    assert highest("d-a", found, {"d-b": 4}) == highest("d-s", found, {}) == 0
