"""The matcher allows what a naive reading of the rules allows, and nothing else."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.model.zones.zone import Conduit, Policy, Rule, drafted
from garde.zones.match import HELPER, Matcher, helpers, protocol_name
from garde.zones.party import Party, words

CT = Party(id="ct", zone="Z2", kind="CT", model="Acme|X1", addresses=("10.0.0.1", "fd00::1"))
US = Party(id="us", zone="Z2", kind="US", model="Beta|U", addresses=("10.0.0.2",))
PACS = Party(id="pacs", zone="Z5", kind="PACS", addresses=("10.5.0.1", "fd05::1"), names=("pacs.chu.fr",))
PARTIES = (CT, US, PACS)


def policy(*rules: Rule, source: str = "Z2", target: str = "Z5") -> Policy:
    return drafted("p", 0, (), [Conduit(source=source, target=target, rules=rules)])


def rule(
    source: str = "any", target: str = "any", protocol: str = "tcp", low: int = 104, high: int = 104, **more: object
) -> Rule:
    return Rule(source=source, target=target, protocol=protocol, low=low, high=high, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("device:ct", "device:pacs", True),
        ("device:us", "any", False),
        ("kind:CT", "kind:PACS", True),
        ("model:Acme|X1", "zone:Z5", True),
        ("zone:Z2", "name:pacs.chu.fr", True),
        ("ip:10.0.0.0/24", "ip:fd05::/64", True),
        ("ip:10.1.0.0/24", "any", False),
        ("any", "kind:RIS", False),
    ],
)
def test_each_object_means_what_it_says(source: str, target: str, allowed: bool) -> None:
    matcher = Matcher(policy(rule(source, target)))
    assert (matcher.rule(CT, PACS, "tcp", 104) is not None) is allowed


def test_a_rule_holds_within_its_conduit_only_and_in_its_direction() -> None:
    one = policy(rule())
    assert Matcher(one).rule(CT, PACS, "tcp", 104) and not Matcher(one).rule(PACS, CT, "tcp", 104)
    assert not Matcher(policy(rule(), source="Z1")).rule(CT, PACS, "tcp", 104)
    assert Matcher(policy(rule(), source="any", target="any")).rule(PACS, CT, "tcp", 104)


def test_ports_ranges_and_any() -> None:
    matcher = Matcher(policy(rule(low=11112, high=11115), rule(protocol="udp", low=0, high=0)))
    assert [bool(matcher.rule(CT, PACS, "tcp", port)) for port in (11111, 11112, 11115, 11116)] == [
        False,
        True,
        True,
        False,
    ]
    assert matcher.rule(CT, PACS, "udp", 40000) and not matcher.rule(CT, PACS, "tcp", 104)


def test_icmp_of_both_families_is_one_protocol() -> None:
    matcher = Matcher(policy(rule(protocol="icmp", low=0, high=0)))
    assert matcher.rule(CT, PACS, "1", 0) and matcher.rule(CT, PACS, "58", 0)
    assert protocol_name("6") == "tcp"


def test_a_rule_whose_time_is_over_allows_nothing() -> None:
    matcher = Matcher(policy(rule(until=100)))
    assert matcher.rule(CT, PACS, "tcp", 104, 100) and not matcher.rule(CT, PACS, "tcp", 104, 101)


def test_the_most_exact_rule_is_named_every_time() -> None:
    wide, exact = rule("any", "zone:Z5"), rule("device:ct", "device:pacs")
    assert all(Matcher(policy(*order)).rule(CT, PACS, "tcp", 104) is exact for order in ((wide, exact), (exact, wide)))


def test_a_helper_follows_the_protocol_to_high_ports_of_the_same_pair() -> None:
    ftp = policy(rule("kind:CT", "kind:PACS", low=21, high=21, because=(HELPER + "ftp",)))
    matcher = Matcher(ftp)
    assert matcher.rule(CT, PACS, "tcp", 21) and matcher.rule(CT, PACS, "tcp", 50001)
    assert not matcher.rule(CT, PACS, "tcp", 3389) and not matcher.rule(US, PACS, "tcp", 50001)
    assert matcher.rule(PACS, CT, "tcp", 50001), "active FTP comes back"
    assert {one.name for one in helpers()} >= {"ftp", "dcerpc", "sip"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"low": 200, "high": 100}, "policy.ports"),
        ({"high": 70000}, "policy.ports"),
        ({"dscp": 64}, "policy.dscp"),
        ({"protocol": "smtp"}, "policy.protocol"),
        ({"protocol": "300"}, "policy.protocol"),
        ({"source": "ward:REA"}, "policy.object"),
        ({"target": "kind:"}, "policy.object"),
        ({"target": "ip:10.0.0.0/99"}, "policy.network"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        Matcher(policy(rule(**change)))  # type: ignore[arg-type]
    assert caught.value.code == code


WORDS = st.sampled_from(
    [
        "any",
        "device:ct",
        "device:pacs",
        "kind:CT",
        "kind:PACS",
        "model:Acme|X1",
        "zone:Z2",
        "zone:Z5",
        "ip:10.0.0.0/8",
        "ip:fd00::/8",
        "name:pacs.chu.fr",
    ]
)
RULES = st.builds(
    lambda s, t, p, low, width, until: Rule(
        source=s, target=t, protocol=p, low=low, high=low + width if low else 0, until=until
    ),
    WORDS,
    WORDS,
    st.sampled_from(["tcp", "udp", "icmp"]),
    st.sampled_from([0, 103, 104]),
    st.sampled_from([0, 2]),
    st.sampled_from([0, 5]),
)
CONDUITS = st.dictionaries(
    st.tuples(st.sampled_from(["Z2", "Z5", "any"]), st.sampled_from(["Z2", "Z5", "any"])),
    st.lists(RULES, max_size=4),
    max_size=4,
)


@given(
    CONDUITS,
    st.sampled_from(PARTIES),
    st.sampled_from(PARTIES),
    st.sampled_from(["tcp", "udp", "1"]),
    st.sampled_from([0, 104, 105]),
)
def test_the_index_agrees_with_a_walk_over_all_rules(
    conduits: dict[tuple[str, str], list[Rule]], source: Party, target: Party, protocol: str, port: int
) -> None:
    made = drafted("p", 0, (), [Conduit(source=s, target=t, rules=tuple(rules)) for (s, t), rules in conduits.items()])

    def means(word: str, party: Party) -> bool:
        if word.startswith("ip:"):
            return any(ipaddress.ip_address(one) in ipaddress.ip_network(word[3:]) for one in party.addresses)
        return word in words(party)

    walked = any(
        s in (source.zone, "any")
        and t in (target.zone, "any")
        and one.protocol == protocol_name(protocol)
        and (not one.high or one.low <= port <= one.high)
        and means(one.source, source)
        and means(one.target, target)
        and not 0 < one.until < 9
        for (s, t), rules in conduits.items()
        for one in rules
    )
    assert (Matcher(made).rule(source, target, protocol, port, 9) is not None) is walked
