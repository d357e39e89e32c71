"""The rule book: ranks, and the line of every mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.zones.rulebook import fits, parse

ZONES = '[[zone]]\nname = "Z8"\nvlan = 999\nonboarding = true\n[[zone]]\nname = "Z1"\nvlan = 120\n'


@pytest.mark.parametrize(
    ("criteria", "rank"),
    [
        ('mac = "00-09-FB-01-02-03"', "explicit"),
        ('mac = "00:09:fb:01:02:03"\nkind = "MON_BED"', "explicit"),
        ('nas = "sw-1"\nport = "Gi1/0/7"', "explicit"),
        ('nas = "sw-*"\nport = "Gi1/0/7"', "fingerprint"),
        ('nas = "sw-1"\nport = "Gi1/0/7"\nkind = "MON_BED"', "fingerprint"),
        ('certificate = "*/O=CHU/*"', "certificate"),
        ('certificate = "*/O=CHU/*"\nserial = "1"', "certificate"),
        ('serial = "1"', "identity"),
        ('device = "d-1"\nmaker = "philips"', "identity"),
        ('mac = "00:09:fb:*"', "fingerprint"),
        ('kind = "MON_BED"', "fingerprint"),
        ('ward = "Réa*"', "fingerprint"),
    ],
)
def test_a_rule_has_the_rank_of_the_strongest_thing_it_names(criteria: str, rank: str) -> None:
    book = parse(f'{ZONES}[[rule]]\nname = "r"\n{criteria}\nzone = "Z1"\n')
    assert book.rules[0].rank == rank
    assert book.rules[0].mac in ("", "00:09:fb:01:02:03", "00:09:fb:*")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{ZONES}[[rule]]\nname = "r"\nzone = "Z1"\n', "names nothing that must match (f.toml, line 9)"),
        (f'{ZONES}[[rule]]\nname = "r"\nkind = "X"\n', "either a zone or refuse = true (f.toml, line 8)"),
        (f'{ZONES}[[rule]]\nname = "r"\nkind = "X"\nzone = "Z1"\nrefuse = true\n', "line 11"),
        (f'{ZONES}[[rule]]\nname = "r"\nkind = "X"\nzone = "Z7"\n', "There is no zone Z7 (f.toml, line 11)"),
        (
            f'{ZONES}[[rule]]\nname = "r"\nmac = "0g:*"\nzone = "Z1"\n',
            "is no pattern of a MAC address (f.toml, line 10)",
        ),
        (f'{ZONES}[[rule]]\nname = "r"\nmac = "12"\nzone = "Z1"\n', "is not a MAC address (f.toml, line 10)"),
        (f'{ZONES}[[rule]]\nname = "r"\nkid = "X"\nzone = "Z1"\n', "line 10). Did you mean kind?"),
        (f'{ZONES}[[zone]]\nname = "Z1"\n', "Two zones are called Z1 (f.toml, line 9)"),
        (f'{ZONES}[[zone]]\nname = "Z2"\nvlan = 4095\n', "4095 is no VLAN (1 to 4094, IEEE 802.1Q) (f.toml, line 10)"),
        (f'{ZONES}[[zone]]\nname = "Z2"\ndscp = "M9"\n', "is no class of traffic"),
        (f'{ZONES}[[zone]]\nname = "Z2"\nacl = "a b"\n', "letters, digits and _ . : - only"),
        (f'{ZONES}[[zone]]\nname = "Z2"\ncisco = ["a=%{{1}}"]\n', "is no pair of attribute=value (f.toml, line 10)"),
        (f'{ZONES}[[zone]]\nname = "Z2"\nsession = 5\n', "5 seconds: between 300 and 604800"),
        (f'{ZONES}[[zone]]\nname = "Z2"\nonboarding = true\n', "2 zones are for the unknown"),
        ('[[zone]]\nname = "Z2"\n', "0 zones are for the unknown"),
        (f'{ZONES}[[zone]]\nname = "a\\nb"\n', "no control characters (f.toml, line 9)"),
    ],
    ids=range(16),
)
def test_a_mistake_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text, "f.toml")
    assert said in str(caught.value)


def test_two_rules_of_one_name_are_refused() -> None:
    row = '[[rule]]\nname = "r"\nkind = "X"\nzone = "Z1"\n'
    with pytest.raises(Malformed, match=r"Two rules are called r \(places.toml, line 13\)"):
        parse(ZONES + row + row)


@given(st.text(max_size=200))
def test_any_text_is_a_book_or_malformed(text: str) -> None:
    try:
        parse(text)
    except Malformed as error:
        assert error.code.startswith("places.")


@given(st.text(max_size=12), st.text(max_size=12))
def test_without_wild_cards_only_the_same_fits(pattern: str, value: str) -> None:
    if not {"*", "?"} & set(pattern):
        assert fits(pattern, value) == (bool(value) and pattern.casefold() == value.casefold())
    assert fits("*", value) == bool(value)
