"""What a policy stops is named, with whom to call; it stays locked until each break is accepted by name."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.model.key import Key
from garde.model.risk.matrix import Approval
from garde.model.zones.crossing import DAY
from garde.model.zones.zone import Conduit, Policy, Rule, drafted
from garde.zones.party import Party, Roster
from garde.zones.plan import packaged
from garde.zones.propose import propose
from garde.zones.roll import HOUR, Line
from garde.zones.simulate import locked, simulate, window

PLAN = packaged().within(["10.0.0.0/8", "fd00::/8"])
CT = Party(
    id="ct",
    zone="Z2",
    kind="CT",
    model="Acme|X1",
    ward="IMAG",
    name="ct1",
    response="RP2",
    group="medical",
    addresses=("10.2.0.1", "fd00::2"),
)
PUMP = Party(
    id="pump",
    zone="Z1",
    kind="INF_SYR",
    ward="REA-A",
    name="sp1",
    response="RP0",
    group="medical",
    addresses=("10.1.0.1",),
)
PACS = Party(
    id="pacs", zone="Z5", kind="PACS", name="pacs1", group="information", response="RP1", addresses=("10.5.0.1",)
)
WHO = Roster([(one, [Key("ip", address) for address in one.addresses]) for one in (CT, PUMP, PACS)], PLAN)
STORE = Rule(source="kind:CT", target="kind:PACS", protocol="tcp", low=104, high=104)
POLICY = drafted("p", 0, PLAN.zones, [Conduit(source="Z2", target="Z5", rules=(STORE,))])


def line(
    source: Party, target: Party, port: int, days: int = 7, hour: int = 3, service: str = "", packets: int = 20
) -> Line:
    made = Line(source, target, "tcp", port, service)
    for day in range(days):
        made.add(day * DAY + hour * HOUR, packets, 1000, day * DAY + hour * HOUR + 1)
    return made


def said(about: str, person: str = "k.morel", role: str = "rssi", agrees: bool = True, at: int = 1) -> Approval:
    return Approval(id=f"{about}{person}{at}", at=at, about=about, person=person, name=person, role=role, agrees=agrees)


def test_a_break_says_who_what_when_how_often_and_whom_to_call() -> None:
    found = simulate(
        POLICY,
        [line(CT, PACS, 104), line(CT, PACS, 445, 2, 23)],
        WHO,
        at=9,
        call=lambda party: (f"cadre {party.ward}",),
    )
    (one,) = found.breaks
    assert (one.source, one.name, one.ward, one.source_zone, one.target, one.target_kind, one.port) == (
        "ct", "ct1", "IMAG", "Z2", "pacs", "PACS", 445,
    )  # fmt: skip
    assert (one.times, one.days, one.hours, one.per_day, one.call) == (2, 2, (23,), 0.29, ("cadre IMAG",))
    assert (one.meaning, one.periodic, one.suspect) == ("files", True, "") and one.fr and one.en
    assert (found.allowed, found.broken, found.days, found.clean) == (1, 1, 7, False)
    (use,) = found.rules
    assert (use.rule, use.lines, use.devices, use.times, use.octets) == (STORE, 1, 1, 7, 7000)


def test_a_path_that_must_pass_is_tried_though_nobody_used_it() -> None:
    empty = drafted("p", 0, PLAN.zones, [])
    found = simulate(empty, [], WHO, at=0)
    assert not found.breaks and {one.must for one in found.missing} >= {"store", "echo", "failover"}
    assert all(one.devices == ("ct",) and one.servers == ("pacs",) and one.port == 104 for one in found.missing)
    assert simulate(POLICY, [], WHO, at=0).clean and "worklist" in found.untested


def test_a_scan_is_one_break_and_known_as_one() -> None:
    stranger = Party(id="ip:10.9.9.9", zone="Z8", name="10.9.9.9", addresses=("10.9.9.9",))
    scan = [line(stranger, PACS, port, 1, packets=2) for port in range(1, 41)]
    (one,) = simulate(POLICY, [*scan, line(CT, PACS, 104)], WHO, at=0).breaks
    assert (one.suspect, one.target, one.target_name, one.times, one.meaning) == ("scanner", "any", "1", 40, "scan")


def test_a_device_under_suspicion_is_marked_and_stands_last() -> None:
    bad = Party(id="bad", zone="Z11", kind="WORKSTATION", response="RP3", alert="high", addresses=("10.11.0.1",))
    found = simulate(POLICY, [line(bad, CT, 3389), line(CT, PUMP, 22), line(PUMP, PACS, 22)], WHO, at=0)
    assert [(one.source, one.suspect) for one in found.breaks] == [("pump", ""), ("ct", ""), ("bad", "alarmed")]


def test_the_rule_of_three_until_a_month_was_seen() -> None:
    short = simulate(POLICY, [line(CT, PACS, 104, 14)], WHO, at=0)
    assert [(one.code, one.value) for one in short.warnings] == [("not-observed", round(3 / 14, 3))]
    assert not simulate(POLICY, [line(CT, PACS, 104, 35)], WHO, at=0).warnings


def test_both_address_families_are_held_by_the_same_policy() -> None:
    by_network = Rule(source="ip:10.2.0.0/16", target="any", protocol="tcp", low=104, high=104)
    v6 = Party(id="ip:fd00::9", zone="Z2", addresses=("fd00::9",), name="fd00::9")
    policy = drafted("p", 0, PLAN.zones, [Conduit(source="Z2", target="Z5", rules=(by_network,))])
    found = simulate(policy, [line(CT, PACS, 104), line(v6, PACS, 104)], WHO, at=0)
    assert [one.source for one in found.breaks] == ["ip:fd00::9"], "IPv6 is no way around"


def test_locked_until_each_break_is_accepted_by_name() -> None:
    found = simulate(POLICY, [line(CT, PACS, 104), line(CT, PACS, 445)], WHO, at=0)
    (one,) = found.breaks
    assert locked(found, []) == (f"break: {one.id}",)
    assert locked(found, [said("another")]) == (f"break: {one.id}",)
    assert locked(found, [said(one.id)]) == ()
    assert locked(found, [said(one.id), said(one.id, agrees=False, at=2)]) == (f"break: {one.id}",)
    assert locked(found, [said(one.id, agrees=False, at=2), said(one.id, "a.b")]) == ()


def test_where_a_life_is_touched_two_people_of_two_roles_must_agree() -> None:
    found = simulate(POLICY, [line(CT, PACS, 104), line(PUMP, PACS, 22)], WHO, at=0)
    (one,) = found.breaks
    second = (f"second-person: {one.id}",)
    assert locked(found, [said(one.id)]) == second
    assert locked(found, [said(one.id), said(one.id, "a.b")]) == second
    assert locked(found, [said(one.id), said(one.id, "a.b", "biomedical")]) == ()


def test_an_acceptance_is_of_one_policy() -> None:
    wider = drafted(
        "p",
        0,
        PLAN.zones,
        [Conduit(source="Z2", target="Z5", rules=(STORE, Rule(source="any", target="any", protocol="udp")))],
    )
    lines = [line(CT, PACS, 104), line(CT, PACS, 445)]
    (one,) = simulate(POLICY, lines, WHO, at=0).breaks
    assert locked(simulate(wider, lines, WHO, at=0), [said(one.id)]) != ()


def test_too_few_days_and_an_altered_policy_keep_it_locked() -> None:
    altered = Policy(
        id=POLICY.id,
        name="p",
        at=0,
        zones=PLAN.zones,
        conduits=(Conduit(source="Z2", target="Z5", rules=(STORE, STORE)),),
    )
    found = simulate(altered, [line(CT, PACS, 104, 3)], WHO, at=0)
    assert locked(found, []) == (f"altered: {POLICY.id}", "window: 3/7")


def test_a_missing_path_is_accepted_by_name_as_well() -> None:
    found = simulate(drafted("p", 0, (), []), [line(CT, PACS, 104)], WHO, at=0)
    everything = [said(one.id) for one in (*found.breaks, *found.missing)]
    assert locked(found, everything) == () and len(locked(found, everything[1:])) == 1


def test_what_is_proposed_breaks_nothing_that_taught_it() -> None:
    lines = [line(CT, PACS, port) for port in (104, 445)]
    found = simulate(propose(lines, WHO, at=0).policy, lines, WHO, at=0)
    assert found.clean and locked(found, []) == ()


def test_a_policy_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(Malformed):
        simulate(
            drafted(
                "p", 0, (), [Conduit(source="Z2", target="Z5", rules=(Rule(source="x", target="any", protocol="tcp"),))]
            ),
            [],
            WHO,
            at=0,
        )


def test_the_window_ends_with_the_last_day() -> None:
    assert window(5 * DAY + 7, 2) == (4 * DAY, 6 * DAY)
