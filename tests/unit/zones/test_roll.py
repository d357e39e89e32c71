"""Lines count what was said once; cells and usages are sums of them; three words tell what a flow is."""

from __future__ import annotations

import msgspec

from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.zones.crossing import DAY
from garde.model.zones.zone import Conduit, Rule, drafted
from garde.zones.match import Matcher
from garde.zones.party import Party, Roster
from garde.zones.plan import packaged
from garde.zones.roll import HOUR, Baseline, gather, judge, label, matrix, silent, usages

PLAN = packaged().within(["10.0.0.0/8", "fd00::/8"])
CTS = [
    Party(id=f"ct{n}", zone="Z2", kind="CT", model="Acme|X1", addresses=(f"10.0.0.{n}", f"fd00::{n}"))
    for n in (1, 2, 3, 4)
]
PACS = Party(id="pacs", zone="Z5", kind="PACS", addresses=("10.5.0.1", "fd05::1"))
WHO = Roster([(party, [Key("ip", one) for one in party.addresses]) for party in (*CTS, PACS)], PLAN)


def talk(
    source: str, target: str, port: int = 104, at: int = 0, protocol: str = "tcp", service: str = ""
) -> Conversation:
    return Conversation(
        id="c",
        at=at,
        sensor="s",
        source=Key("ip", source),
        target=Key("ip", target),
        protocol=protocol,
        port=port,
        service=service,
        packets=4,
        octets=100,
        last_at=at + 9,
    )


def test_both_families_of_one_pair_are_one_line() -> None:
    (line,) = gather(
        [talk("10.0.0.1", "10.5.0.1"), talk("fd00::1", "fd05::1", at=3 * DAY + 2 * HOUR, service="dicom")], WHO
    )
    assert (line.times, line.octets, line.packets, line.days, line.hours) == (2, 200, 8, 2, (0, 2))
    assert (line.first, line.last, line.service) == (0, 3 * DAY + 2 * HOUR + 9, "dicom")


def test_a_device_does_not_talk_with_itself_and_the_window_is_kept() -> None:
    talks = [
        talk("10.0.0.1", "fd00::1"),
        talk("10.0.0.1", "fd00::1"),
        *(talk("10.0.0.1", "10.5.0.1", at=at) for at in (1, 5, 9)),
    ]
    (line,) = gather(talks, WHO, since=5, until=9)
    assert line.times == 1


def test_a_bucket_told_in_parts_is_one_time() -> None:
    (line,) = gather(
        [talk("10.0.0.1", "10.5.0.1", at=0) for _ in range(3)] + [talk("10.0.0.1", "10.5.0.1", at=BUCKET)], WHO
    )
    assert (line.times, line.octets) == (2, 400)


def test_what_stays_on_the_link_is_no_line() -> None:
    arp = Conversation(
        id="c",
        at=0,
        sensor="s",
        source=Key("mac", "00:09:fb:00:00:01"),
        target=Key("mac", "00:09:fb:00:00:02"),
        protocol="2054",
    )
    assert gather([arp], WHO) == []


def test_three_words_for_a_flow() -> None:
    rule = Rule(source="kind:CT", target="kind:PACS", protocol="tcp", low=104, high=104)
    matcher = Matcher(drafted("p", 0, PLAN.zones, [Conduit(source="Z2", target="Z5", rules=(rule,))]))
    before = Baseline(gather([talk("10.0.0.1", "10.5.0.1", 8080), talk("10.0.0.1", "10.5.0.1", 22)], WHO))
    now = gather(
        [
            talk("10.0.0.1", "10.5.0.1"),
            talk("10.0.0.1", "10.5.0.1", 8080),
            talk("10.0.0.2", "10.5.0.1", 22),
            talk("10.0.0.2", "10.5.0.1", 23),
        ],
        WHO,
    )
    verdict = judge(matcher, before)
    assert {line.port: verdict(line) for line in now} == {104: "expected", 8080: "outside", 22: "outside", 23: "new"}
    assert {line.port: before.known(line) for line in now} == {104: "", 8080: "device", 22: "peers", 23: ""}
    (cell,) = matrix(now, verdict)
    assert (cell.source, cell.target, cell.flows, cell.expected, cell.outside, cell.new, cell.devices) == (
        "Z2",
        "Z5",
        4,
        1,
        2,
        1,
        2,
    )
    assert silent(matcher, now) == [] and silent(matcher, now[1:]) == [("Z2", "Z5", 0)]


def test_without_a_policy_the_plan_is_the_rule() -> None:
    lines = gather([talk("10.0.0.1", "10.5.0.1"), talk("10.0.0.1", "192.0.2.1", 443)], WHO)
    verdict = judge(PLAN, Baseline([]))
    assert {line.target.zone: verdict(line) for line in lines} == {"Z5": "expected", "OUT": "new"}


def test_support_is_the_share_of_peers_that_do_it() -> None:
    lines = gather(
        [talk("10.0.0.1", "10.5.0.1"), talk("10.0.0.2", "10.5.0.1", at=DAY), talk("10.0.0.3", "10.5.0.1", 22)], WHO
    )
    rows = {row.port: row for row in usages(lines, WHO, judge(PLAN, Baseline(lines)))}
    assert (rows[104].group, rows[104].target, rows[104].showing, rows[104].peers, rows[104].support) == (
        "model:Acme|X1",
        "kind:PACS",
        2,
        4,
        0.5,
    )
    assert (rows[104].days, rows[104].octets, rows[22].support) == (2, 200, 0.25)


def test_a_usage_says_how_it_is_marked_and_whether_that_is_its_class() -> None:
    def marked(*dscp: tuple[int, int]) -> tuple[object, ...]:
        talks = [msgspec.structs.replace(talk("10.0.0.1", "10.5.0.1", at=at), dscp=one) for at, one in enumerate(dscp)]
        (row,) = usages(gather(talks, WHO), WHO, judge(PLAN, Baseline([])))
        return row.dscp, row.marking, row.marked

    assert marked((18, -1), (-1, 18)) == ((18, 18), "M5", True)
    assert marked((18, 18), (18, 0)) == ((18, 0), "M5", False)
    assert marked((-1, -1)) == ((-1, -1), "M5", True)


def test_labels() -> None:
    assert [label("tcp", 104, "dicom"), label("tcp", 445, ""), label("icmp", 0, ""), label("icmp", 0, "ping")] == [
        "dicom 104",
        "tcp/445",
        "icmp",
        "ping",
    ]
