"""What few show, what scans, what is under suspicion and what nobody planned does not teach a policy."""

from __future__ import annotations

import pytest

from garde.model.key import Key
from garde.model.zones.crossing import DAY
from garde.zones.party import Party, Roster
from garde.zones.plan import packaged
from garde.zones.roll import Line
from garde.zones.sift import REASONS, reviews, scanners, sift

PLAN = packaged().within(["10.0.0.0/8"])
CTS = [
    Party(id=f"ct{n}", zone="Z2", kind="CT", model="Acme|X1", firmware="1", criticality=3, addresses=(f"10.0.0.{n}",))
    for n in range(1, 11)
]
PACS = Party(id="pacs", zone="Z5", kind="PACS", group="information", addresses=("10.5.0.1",))
PUMP = Party(id="pump", zone="Z1", kind="INF_SYR", model="B|S", criticality=4, addresses=("10.1.0.1",))
GATE = Party(id="gate", zone="Z4", kind="GATE", group="information", addresses=("10.4.0.1",))
ALL = (*CTS, PACS, PUMP, GATE)


def who(*parties: Party) -> Roster:
    return Roster([(party, [Key("ip", one) for one in party.addresses]) for party in parties], PLAN)


def line(
    source: Party, target: Party, port: int = 104, days: int = 1, protocol: str = "tcp", packets: int = 20
) -> Line:
    made = Line(source, target, protocol, port)
    for day in range(days):
        made.add(day * DAY, packets, 1000, day * DAY + 1)
    return made


def verdicts(lines: list[Line], roster: Roster | None = None, **more: object) -> dict[str, str]:
    found = sift(lines, roster or who(*ALL), **more)  # type: ignore[arg-type]
    out = {f"{one.line.source.id} {one.line.port}": one.basis for one in found.learnt}
    return out | {f"{held.source.id} {held.port}": reason for reason, many in found.review for held in many}


#: A week in which everybody is heard, so that shares are of all ten.
WEEK = [line(ct, PACS, days=7) for ct in CTS]


def test_three_of_ten_are_enough_and_two_are_not() -> None:
    lines = [*WEEK, *(line(ct, PACS, 8080) for ct in CTS[:3]), *(line(ct, PACS, 8081, days=5) for ct in CTS[:2])]
    found = verdicts(lines)
    assert found["ct1 104"] == found["ct3 8080"] == "learnt" and found["ct1 8081"] == "rare"


def test_the_share_is_of_those_with_the_same_firmware() -> None:
    newer = [
        Party(id=f"n{n}", zone="Z2", kind="CT", model="Acme|X1", firmware="2", addresses=(f"10.0.1.{n}",))
        for n in range(4)
    ]
    lines = [*WEEK, *(line(one, PACS, days=7) for one in newer), *(line(one, PACS, 8443) for one in newer[:2])]
    assert verdicts(lines, who(*ALL, *newer))["n0 8443"] == "learnt"


def test_a_critical_device_keeps_what_comes_back() -> None:
    pumps = [
        Party(id=f"p{n}", zone="Z1", kind="INF_SYR", model="B|S", criticality=4, addresses=(f"10.1.1.{n}",))
        for n in range(10)
    ]
    lines = [*(line(one, GATE, 2575, 7) for one in pumps), line(pumps[0], GATE, 9000, 2), line(pumps[1], GATE, 9001, 1)]
    found = verdicts(lines, who(*ALL, *pumps))
    assert found["p0 9000"] == "learnt" and found["p1 9001"] == "rare"


def test_alone_of_its_kind_it_must_come_back_unless_there_was_but_one_day() -> None:
    assert verdicts([*WEEK, line(PUMP, GATE, 2575)])["pump 2575"] == "rare"
    assert verdicts([*WEEK, line(PUMP, GATE, 2575, 2)])["pump 2575"] == "learnt"
    assert verdicts([line(PUMP, GATE, 2575)])["pump 2575"] == "learnt"


def test_what_the_plan_has_no_way_for_is_a_question_unless_it_is_declared() -> None:
    lines = [line(ct, GATE, 5000, 7) for ct in CTS]
    assert set(verdicts(lines).values()) == {"plan"}
    assert set(verdicts(lines, declared=[("kind:CT", "tcp", 5000)]).values()) == {"declared"}


def test_an_intruder_cannot_write_his_own_permission() -> None:
    bad = Party(id="ct1", zone="Z2", kind="CT", model="Acme|X1", firmware="1", addresses=("10.0.0.1",), alert="medium")
    lines = [line(bad, PACS, 4444, 7), line(CTS[1], bad, 4444, 7), *WEEK[1:]]
    found = verdicts(lines, who(bad, *ALL[1:]))
    assert found["ct1 4444"] == found["ct2 4444"] == "alarmed" and found["ct2 104"] == "learnt"


def test_scanners_and_own_probes_teach_nothing() -> None:
    stranger = Party(id="ip:10.9.9.9", zone="Z8", addresses=("10.9.9.9",))
    scan = [line(stranger, ct, port, packets=2) for ct in CTS for port in (22, 445)]
    assert scanners(scan) == {"ip:10.9.9.9"} and scanners([*scan[:19]]) == set()
    found = sift([*scan, *WEEK], who(*ALL))
    assert found.dropped == {"scanner": 20} and len(found.learnt) == 10
    probed = sift([*scan, *WEEK], who(*ALL), probes=["10.9.9.9"])
    assert probed.dropped == {"probe": 20} and not probed.review


def test_a_supervisor_that_is_answered_is_no_scanner() -> None:
    assert scanners([line(PACS, ct, 22 + port) for ct in CTS for port in range(3)]) == set()


def test_ports_that_change_need_a_protocol_that_is_known() -> None:
    loose = [line(CTS[0], PACS, 50000 + n) for n in range(8)]
    assert {verdicts([*WEEK, *loose])[f"ct1 {50000 + n}"] for n in range(8)} == {"ports"}
    control = [line(ct, PACS, 21, 7) for ct in CTS]
    found = sift([*WEEK, *loose, *control], who(*ALL))
    assert len(found.covered) == 8 and not [1 for reason, _ in found.review if reason == "ports"]


def test_what_follows_a_connection_that_taught_nothing_stands_by_itself() -> None:
    # One of ten opens a file transfer on one day: that is rare, and so is what it opened.
    opened = [line(CTS[0], PACS, 21), line(CTS[0], PACS, 50001)]
    found = sift([*WEEK, *opened], who(*ALL))
    assert not found.covered and {verdicts([*WEEK, *opened])[f"ct1 {port}"] for port in (21, 50001)} == {"rare"}


def test_the_list_for_a_person_says_how_many_and_leaves_out_what_is_allowed_anyway() -> None:
    rare = line(CTS[0], PACS, 8081, days=3)
    found = sift([*WEEK, rare], who(*ALL))
    (one,) = reviews(found, who(*ALL), ())
    assert (one.reason, one.group, one.showing, one.peers, one.ports, one.days) == (
        "rare",
        "model:Acme|X1",
        1,
        10,
        (8081,),
        3,
    )
    assert (one.target, one.source_zone, one.target_zone, one.devices) == ("kind:PACS", "Z2", "Z5", ("ct1",))
    assert reviews(found, who(*ALL), {id(rare)}) == []


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_each_reason_has_words(reason: str) -> None:
    fr, en = REASONS[reason]
    assert fr and en and fr != en
