"""The engine: each conclusion once, in order of time."""

from __future__ import annotations

from collections.abc import Iterable

from garde.detect.engine import AGAIN, STEP, Detection, keys
from garde.detect.spec import Alarm, Deaf, Detector
from garde.registry import Registry
from garde.wire.flow import Endpoint
from garde.wire.signal import OPENED, Happening, Signal

END = Endpoint("00:00:5e:00:53:01", "10.0.0.1", 0)


class Echo(Deaf):
    def signal(self, one: Signal) -> Iterable[Alarm]:
        return [
            Alarm("scan.hosts", one.sender, int(one.number("sure")), packets=(one.packet,), identifier=one.text("id"))
        ]

    def happening(self, one: Happening) -> Iterable[Alarm]:
        return [Alarm("scan.ports", one.client, 80, packets=(one.packet,))]


ROW = Detector(
    name="echo", rules=frozenset({"scan.hosts", "scan.ports"}), sense=Echo, signals=frozenset({"x"}), flows=True
)


def say(at: int, sure: int = 80, name: str = "", end: Endpoint = END) -> Signal:
    return Signal("x", at, at, 1, end, end, {"sure": sure, "id": name})


def test_the_same_is_said_once_until_it_is_surer_or_a_day_has_passed() -> None:
    one = Detection(Registry(ROW), sensor="s", file="f")
    assert len(one.feed([say(1), say(2), say(3, 80 + STEP - 1)], [])) == 1
    assert len(one.feed([say(4, 80 + STEP), say(5, name="other")], [])) == 2
    assert len(one.feed([say(AGAIN + 9)], [])) == 1


def test_signals_and_turns_are_told_in_order_of_time_and_unknown_kinds_to_nobody() -> None:
    one = Detection(Registry(ROW), sensor="s", file="f")
    turn = Happening(OPENED, 1, 7, 1, 6, END, END)
    found = one.feed([say(2), Signal("y", 0, 1, 1, END, END)], [turn])
    assert [threat.rule for threat in found] == ["scan.ports", "scan.hosts"]
    assert found[0].places[0].packet == 7 and found[0].places[0].file == "f"


def test_a_subject_without_address_is_nobody_and_a_mac_stands_for_one() -> None:
    one = Detection(Registry(ROW), sensor="s", file="f")
    assert one.feed([say(1, end=Endpoint("", "", 0))], []) == []
    assert [str(key) for key in keys(Endpoint("00:00:5e:00:53:01", "", 0))] == ["mac:00:00:5e:00:53:01"]
    # Behind a router everybody has its MAC.
    assert [str(key) for key in keys(END)] == ["ip:10.0.0.1"]
