"""What must pass is tested against who serves it here; what a flow means is said in both languages."""

from __future__ import annotations

from garde.inventory.kinds import kinds
from garde.model.key import Key
from garde.model.zones.crossing import DAY
from garde.zones.must import meaning, meanings, musts, paths
from garde.zones.party import Party, Roster
from garde.zones.plan import packaged
from garde.zones.roll import Line

CT = Party(id="ct", zone="Z2", kind="CT", group="medical", addresses=("10.0.0.1",))
US = Party(id="us", zone="Z2", kind="US", group="medical", addresses=("10.0.0.2",))
PACS = Party(id="pacs", zone="Z5", kind="PACS", group="information", addresses=("10.5.0.1",))
SPARE = Party(id="pacs2", zone="Z5", kind="PACS", group="information", addresses=("10.5.0.2",))
DNS = Party(id="dc", zone="Z5", kind="SERVER", group="computer", addresses=("10.5.0.3",))
LEFT = Party(id="ip:192.0.2.1", zone="OUT")


def who(*parties: Party) -> Roster:
    return Roster([(party, [Key("ip", one) for one in party.addresses]) for party in parties], packaged())


def line(source: Party, target: Party, protocol: str, port: int, days: int = 2, packets: int = 20) -> Line:
    made = Line(source, target, protocol, port)
    for day in range(days):
        made.add(day * DAY, packets, 100, day * DAY + 1)
    return made


def test_every_row_names_kinds_of_the_catalogue_and_zones_of_the_plan() -> None:
    for row in musts():
        assert set(row.sources) | set(row.targets) <= kinds().keys(), row.name
        assert not row.from_zone or row.from_zone in packaged().areas
        assert row.ports and bool(row.sources) + bool(row.groups) + bool(row.from_zone) == 1, row.name
    for one in meanings():
        assert set(one.kinds) <= kinds().keys() and one.fr != one.en, one.code


def test_a_server_is_who_was_seen_serving_else_the_kind_that_does() -> None:
    roster = who(CT, US, PACS, DNS)
    quiet = {(path.must.name, path.sources[0].kind): path for path in paths(roster, [])}
    assert quiet["store", "CT"].servers == ((PACS, 104),)
    assert quiet["dns", "CT"].servers == () and quiet["worklist", "CT"].servers == ()
    seen = {
        (path.must.name, path.sources[0].kind): path
        for path in paths(roster, [line(US, PACS, "tcp", 11112), line(US, DNS, "udp", 53)])
    }
    assert seen["store", "CT"].servers == ((PACS, 11112),)
    assert seen["dns", "CT"].servers == ((DNS, 53),) and seen["dns", "CT"].sources == (CT, US)


def test_what_happened_once_or_came_to_nothing_is_no_service() -> None:
    bad = Party(id="bad", zone="Z11", kind="WORKSTATION", alert="high")
    week = line(US, PACS, "tcp", 104, 7)

    def servers(*lines: Line) -> set[str]:
        return {
            one.id
            for path in paths(who(CT, US, PACS, DNS), lines)
            if path.must.name == "dns"
            for one, _ in path.servers
        }

    once, again = line(US, DNS, "udp", 53, 1), line(CT, DNS, "udp", 53, 1)
    assert servers(week, once) == set() and servers(week, once, again) == {"dc"} and servers(once) == {"dc"}
    assert servers(week, line(bad, DNS, "udp", 53, 7)) == set()
    knock = line(US, PACS, "tcp", 11112, 7, packets=2)
    assert {
        port for path in paths(who(CT, PACS), [knock]) if path.must.name == "store" for _, port in path.servers
    } == {104}


def test_the_stand_by_server_counts_though_nobody_used_it() -> None:
    found = {
        path.must.name: path for path in paths(who(CT, PACS, SPARE), [line(CT, PACS, "tcp", 104)]) if CT in path.sources
    }
    assert found["failover"].servers == ((PACS, 104), (SPARE, 104))
    assert found["store"].servers == ((PACS, 104),)


def test_a_resolver_beyond_the_site_is_nobodys_server() -> None:
    found = {path.must.name: path for path in paths(who(CT), [line(CT, LEFT, "udp", 53)])}
    assert found["dns"].servers == ()


def test_the_maker_comes_from_the_zone_of_remote_maintenance() -> None:
    bastion = Party(id="ip:10.9.0.1", zone="Z9")
    found = [path for path in paths(who(CT), [line(bastion, CT, "tcp", 3389)]) if path.must.name == "vendor"]
    assert [(path.sources, path.servers) for path in found] == [((bastion,), ((CT, 3389),))]


def test_what_a_flow_means() -> None:
    assert meaning("tcp", 50000, "dicom").code == "images"
    assert meaning("tcp", 8443, "", "LINAC").code == "calibration" and meaning("tcp", 8443, "", "TV").code == "unknown"
    assert meaning("tcp", 445, "").periodic and meaning("udp", 9, "").code == "unknown"
