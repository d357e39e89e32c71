"""What no table may loosen, at planning and in the moment before it runs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.zones.action import MINUTE, Action, Event, Freeze, Step
from garde.respond.decide import MODES, RESPONSES, Row
from garde.respond.interlocks import MOST, WITHIN, gentle, guard, hold
from garde.respond.threat import End
from garde.respond.use import BEDSIDE, Use
from garde.respond.verbs import verbs

NOW = 1_000_000 * MINUTE
OFF = Freeze()
AFFECTS = ("block", "restrict", "quarantine", "order")
ROWS = st.builds(
    Row,
    mode=st.sampled_from(MODES),
    approve=st.sampled_from([(), ("rssi",), ("rssi", "biomedical")]),
    confirm=st.sampled_from([(), ("bedside",), ("clinician", "spare")]),
)


def end(response: str = "RP2", use: str = "unknown", device: str = "d-1") -> End:
    return End(object="device:d-1", device=device, response=response, use=Use(state=use))


@given(ROWS, st.sampled_from(AFFECTS), st.sampled_from(RESPONSES))
def test_nothing_touches_a_device_in_use_whatever_the_table_says(row: Row, verb: str, response: str) -> None:
    ruling = guard(row, verb, end(response, "in-use"))
    assert (ruling.mode, ruling.because) == ("never", ("in-use",))


@given(ROWS, st.sampled_from(AFFECTS), st.sampled_from(["idle", "unknown"]))
def test_rp0_needs_two_people_a_clinician_and_a_spare(row: Row, verb: str, use: str) -> None:
    ruling = guard(row, verb, end("RP0", use))
    if row.mode == "never":
        assert ruling.mode == "never"
    else:
        assert ruling.mode in ("approval", "option")
        assert len(set(ruling.approve)) >= 2 and {"clinician", "spare"} <= set(ruling.confirm)
    assert ruling.firm


@given(ROWS, st.sampled_from(AFFECTS), st.sampled_from(["RP1", "RP2", "unknown"]))
def test_what_may_be_in_use_is_not_touched_by_itself(row: Row, verb: str, response: str) -> None:
    ruling = guard(row, verb, end(response, "unknown"))
    assert ruling.mode != "automatic"
    assert ruling.mode == "never" or ruling.approve


@given(ROWS, st.sampled_from(["RP0", "RP1", "RP2", "unknown"]), st.sampled_from(["in-use", "unknown"]))
def test_a_path_may_be_cut_but_not_by_itself_where_the_hostile_end_is_clinical(
    row: Row, response: str, use: str
) -> None:
    ruling = guard(row, "cut", end(response, use))
    assert ruling.mode != "automatic"
    assert (ruling.mode == "never") is (row.mode == "never")


@given(ROWS, st.sampled_from(list(verbs().names)), st.sampled_from(RESPONSES), st.sampled_from(["in-use", "unknown"]))
def test_an_interlock_never_loosens(row: Row, verb: str, response: str, use: str) -> None:
    ruling = guard(row, verb, end(response, use))
    order = {"automatic": 0, "approval": 1, "option": 1, "never": 2}
    assert order[ruling.mode] >= order[row.mode]
    if ruling.mode not in ("automatic", "never"):
        assert set(row.approve) <= set(ruling.approve) and set(row.confirm) <= set(ruling.confirm)


def test_ports_of_rp0_rp1_and_what_nobody_knows_are_neither_bounced_nor_disabled() -> None:
    assert {response: gentle(end(response)) for response in RESPONSES} == {
        "RP0": True, "RP1": True, "RP2": False, "RP3": False, "outside": True, "unknown": True,
    }  # fmt: skip


PLAN = (Step(id="s-1", verb="block", target="device:d-1", gentle=False),)
UNDO = (Step(id="u-1", verb="unblock", target="device:d-1", gentle=False, undoes="s-1"),)


def action(**parts: Any) -> Action:
    fixed: dict[str, Any] = {
        "id": "a-1", "verb": "block", "why": "f-1", "level": 2, "plan": PLAN, "undo": UNDO, "mode": "automatic",
        "status": "approved", "wants": "apply", "until": NOW + MINUTE, "reach": ("device:d-1",), "touches": "peer",
    }  # fmt: skip
    return Action(**(fixed | parts))


def held(one: Action, *, switch: Freeze = OFF, recent: tuple[Action, ...] = (), at: End | None = None) -> object:
    return hold(one, NOW, switch=switch, recent=recent, ends=[at or end("RP3")])


def test_what_is_agreed_and_safe_runs() -> None:
    assert held(action()) == ("", False)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"status": "waiting"}, "unapproved"),
        ({"wants": ""}, "unapproved"),
        ({"needs": ("rssi",)}, "unapproved"),
        ({"confirms": ("spare",)}, "unapproved"),
        ({"undo": ()}, "no-undo"),
        ({"until": NOW}, "expired"),
    ],
    ids=["waiting", "unwanted", "role", "confirm", "undo", "late"],
)
def test_what_is_not_agreed_or_cannot_be_taken_back_never_runs(parts: dict[str, Any], code: str) -> None:
    assert held(action(**parts)) == (code, True)


def test_a_patient_connected_meanwhile_stops_it() -> None:
    assert held(action(), at=end("RP3", "in-use")) == ("in-use", True)


def test_what_turns_out_to_be_a_ventilator_stops_it() -> None:
    assert held(action(), at=end("RP0")) == ("changed", True)
    agreed = action(mode="approval", approve=("rssi",))
    assert held(agreed, at=end("RP0")) == ("changed", True)


def test_the_switch_holds_it_and_does_not_refuse_it() -> None:
    assert held(action(), switch=Freeze(on=True)) == ("frozen", False)
    assert held(action(level=0, verb="capture"), switch=Freeze(on=True)) == ("", False)


def others(number: int, ago: int = 1) -> tuple[Action, ...]:
    return tuple(
        action(id=f"a-{place + 10}", reach=(f"device:d-{place + 10}",), began_at=NOW - ago) for place in range(number)
    )


def test_a_ward_bears_three_things_in_ten_minutes() -> None:
    assert held(action(), recent=others(MOST - 1)) == ("", False)
    assert held(action(), recent=others(MOST)) == ("rate", False)
    assert held(action(), recent=others(MOST, WITHIN)) == ("", False)
    # A second step on what is touched already touches nothing more.
    again = msgspec.structs.replace(others(1)[0], reach=("device:d-1",))
    assert held(action(), recent=(again, *others(MOST - 1))) == ("", False)


def test_a_look_at_the_bedside_holds_for_a_quarter_of_an_hour() -> None:
    def looked(ago: int) -> object:
        said = Event(NOW - ago, "w", "confirm", "k", "bedside", "idle")
        one = action(mode="approval", approve=("biomedical",), confirm=("bedside",), events=(said,))
        return held(one, at=end("RP2", "idle"))

    assert looked(BEDSIDE) == ("", False)
    assert looked(BEDSIDE + 1) == ("bedside", False)
