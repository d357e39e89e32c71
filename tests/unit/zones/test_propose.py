"""A proposal allows what taught it, speaks of models and kinds where that is shorter, and says how far it goes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from garde.model.key import Key
from garde.model.zones.crossing import DAY
from garde.model.zones.zone import intact
from garde.zones.marking import packaged as marking
from garde.zones.match import Matcher, followed
from garde.zones.party import Party, Roster
from garde.zones.plan import packaged
from garde.zones.propose import Proposal, propose
from garde.zones.roll import Line
from garde.zones.sift import sift

PLAN = packaged().within(["10.0.0.0/8"])


def party(name: str, zone: str, kind: str, number: int, model: str = "", **more: object) -> Party:
    return Party(id=name, zone=zone, kind=kind, model=model, addresses=(f"10.{zone[1:]}.0.{number}",), **more)  # type: ignore[arg-type]


CTS = [party(f"ct{n}", "Z2", "CT", n, "Acme|X1", group="medical") for n in range(1, 6)]
MRS = [party(f"mr{n}", "Z2", "MR", 20 + n, f"Beta|M{n}", group="medical") for n in range(1, 4)]
PACS = [party(f"pacs{n}", "Z5", "PACS", n, "Carestream|Vue", group="information") for n in (1, 2)]
DC = party("dc", "Z5", "SERVER", 9, group="computer", criticality=3)
ALL = (*CTS, *MRS, *PACS, DC)
WHO = Roster([(one, [Key("ip", address) for address in one.addresses]) for one in ALL], PLAN)


def line(source: Party, target: Party, port: int, days: int = 7, protocol: str = "tcp", start: int = 0) -> Line:
    made = Line(source, target, protocol, port)
    for day in range(start, start + days):
        made.add(day * DAY, 20, 1000, day * DAY + 1)
    return made


def rules(made: Proposal, basis: str = "learnt") -> set[tuple[str, str, str]]:
    return {
        (rule.source, rule.target, f"{rule.protocol}/{rule.ports}")
        for conduit in made.policy.conduits
        for rule in conduit.rules
        if rule.basis == basis
    }


def test_one_model_and_one_server_make_one_rule() -> None:
    made = propose([line(ct, PACS[0], 8080) for ct in CTS], WHO, at=9)
    assert rules(made) == {("model:Acme|X1", "device:pacs1", "tcp/8080")}
    assert (made.permitted >= made.observed == 5) and made.coverage.lines == 1.0 and intact(made.policy)
    assert (made.days, made.settled, made.policy.at) == (7, True, 9)


def test_models_of_one_kind_are_said_as_the_kind_and_servers_as_theirs() -> None:
    made = propose([line(mr, pacs, 8080) for mr in MRS for pacs in PACS], WHO, at=0)
    assert rules(made) == {("kind:MR", "kind:PACS", "tcp/8080")}


def test_a_kind_is_not_said_where_it_would_permit_much_that_nobody_uses() -> None:
    many = [party(f"n{n}", "Z2", "MR", 100 + n, "Other|N", group="medical") for n in range(100)]
    who = Roster([(one, [Key("ip", address) for address in one.addresses]) for one in (*ALL, *many)], PLAN)
    made = propose([line(mr, PACS[0], 8080) for mr in MRS], who, at=0)
    assert {source for source, _, _ in rules(made)} == {"model:Beta|M1", "model:Beta|M2", "model:Beta|M3"}


def test_what_must_pass_is_proposed_though_nobody_used_it() -> None:
    made = propose([line(CTS[0], DC, 53, protocol="udp"), line(CTS[1], PACS[0], 104)], WHO, at=0)
    assert ("zone:Z2", "device:dc", "udp/53") in rules(made, "must-pass")
    stand_by = [rule for conduit in made.policy.conduits for rule in conduit.rules if rule.target == "device:pacs2"]
    assert stand_by and all(any("failover" in text for text in rule.because) for rule in stand_by)
    assert "worklist" in made.untested


def test_a_narrow_rule_goes_where_a_wider_one_stands() -> None:
    made = propose([line(ct, DC, 53, protocol="udp") for ct in CTS], WHO, at=0)
    assert not rules(made) and ("zone:Z2", "device:dc", "udp/53") in rules(made, "must-pass")


def test_a_protocol_that_opens_ports_is_followed_and_no_range_is_left_open() -> None:
    lines = [line(ct, PACS[0], 21) for ct in CTS] + [line(CTS[0], PACS[0], 50000 + n, 1) for n in range(9)]
    made = propose(lines, WHO, at=0)
    (rule,) = (rule for conduit in made.policy.conduits for rule in conduit.rules if rule.low == 21)
    assert followed(rule) == "ftp" and made.coverage.lines == 1.0
    assert all(rule.low == rule.high > 0 for conduit in made.policy.conduits for rule in conduit.rules)


def test_rules_carry_their_marking() -> None:
    made = propose([line(ct, PACS[0], 104) for ct in CTS], WHO, at=0, marking=marking())
    marked = {(rule.source, rule.dscp) for conduit in made.policy.conduits for rule in conduit.rules if rule.low == 104}
    assert ("kind:CT", 18) in marked
    plain = propose([line(ct, PACS[0], 104) for ct in CTS], WHO, at=0)
    assert {rule.dscp for conduit in plain.policy.conduits for rule in conduit.rules} == {None}


def test_rules_that_rest_on_the_second_half_only_are_counted() -> None:
    made = propose(
        [*(line(ct, PACS[0], 104, 10) for ct in CTS), *(line(ct, PACS[0], 8080, 2, start=8) for ct in CTS)], WHO, at=0
    )
    assert made.fresh > 0.05 and not made.settled


def test_beyond_the_site_many_partners_are_the_outside() -> None:
    pcs = [party(f"pc{n}", "Z11", "WORKSTATION", n, group="computer", criticality=1) for n in range(5)]
    who = Roster([(one, [Key("ip", address) for address in one.addresses]) for one in pcs], PLAN)
    away = [Party(id=f"ip:192.0.2.{n}", zone="OUT", addresses=(f"192.0.2.{n}",)) for n in range(9)]
    few = propose([line(pc, one, 443) for pc in pcs for one in away[:3]], who, at=0)
    assert {target for _, target, _ in rules(few)} == {f"ip:192.0.2.{n}/32" for n in range(3)}
    assert {
        target for _, target, _ in rules(propose([line(pc, one, 443) for pc in pcs for one in away], who, at=0))
    } == {"zone:OUT"}


def test_the_same_lines_in_another_order_make_the_same_policy() -> None:
    lines = [line(one, pacs, port) for one in (*CTS, *MRS) for pacs in PACS for port in (104, 8080)]
    assert propose(lines, WHO, at=0).policy.id == propose(lines[::-1], WHO, at=0).policy.id


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ALL),
            st.sampled_from(ALL),
            st.sampled_from([21, 22, 104, 443, 8080, 50001, 50002]),
            st.integers(1, 9),
        ),
        max_size=40,
    ),
    st.sampled_from([0.0, 0.05, 5.0]),
)
def test_whatever_taught_it_is_allowed(flows: list[tuple[Party, Party, int, int]], weight: float) -> None:
    lines = [line(source, target, port, days) for source, target, port, days in flows if source is not target]
    matcher = Matcher(propose(lines, WHO, at=0, weight=weight).policy)
    found = sift(lines, WHO)
    for one in (*(held.line for held in found.learnt), *found.covered):
        assert matcher.rule(one.source, one.target, one.protocol, one.port) is not None
