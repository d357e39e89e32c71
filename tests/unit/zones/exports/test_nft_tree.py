"""nft's text: one spelling, whoever wrote it."""

from __future__ import annotations

import pytest

from garde.errors import Malformed
from garde.zones.exports.nft_tree import Table, differences, read


def body(inside: str) -> Table:
    table = read(f"table inet garde {{ {inside} }}", "garde")
    assert table is not None
    return table


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("counter packets 12 bytes 900 accept", "counter accept"),
        ("ct state related,established accept", "ct state 0x2,0x4 accept"),
        ("ct state invalid counter", "ct state 0x1 counter packets 0 bytes 0"),
        ("meta l4proto 6 accept", "meta l4proto tcp accept"),
        ("meta l4proto gre accept", "meta l4proto 47 accept"),
        ("ip6 dscp set 0x2e", "ip6 dscp set ef"),
        ("ip dscp set cs0", "ip dscp set 0"),
        ("ct mark and 0xff", "ct mark & 0xff"),
        ("tcp   dport { 1,2 } accept # a remark", "tcp dport { 1, 2 } accept"),
        (
            "type filter hook forward priority filter; policy accept",
            "type filter hook forward priority 0; policy accept;",
        ),
        ("type filter hook forward priority filter + 10", "type filter hook forward priority 10"),
    ],
)
def test_two_spellings_are_one(one: str, other: str) -> None:
    assert body(f"chain a {{ {one}\n }}").chains == body(f"chain a {{ {other}\n }}").chains


def test_order_in_a_chain_matters_and_order_of_chains_does_not() -> None:
    assert differences(body("chain a { accept; drop; }"), body("chain a { drop; accept; }")) == [
        "a: drop",
        "absent: a: drop",
    ]
    assert differences(body("chain a { }; chain b { accept }"), body("chain b { accept }; chain a { }")) == []


def test_a_set_is_no_chain_of_its_name() -> None:
    assert differences(body("chain a { }"), body("set a { type ipv4_addr; }")) == [
        "a: chain",
        "absent: a: set",
        "absent: a: type ipv4_addr",
    ]


def test_sets_have_types_comments_and_elements() -> None:
    table = body(
        'comment "c"; set s { type ipv4_addr; flags interval; comment "zone:Z2"; elements = { 10.0.0.1,\n10.0.0.2 } }'
    )
    assert table.comment == "c"
    assert table.comments == {"s": "zone:Z2"}
    assert table.types == {"s": "type ipv4_addr; flags interval"}
    assert table.elements == {"s": ("10.0.0.1", "10.0.0.2")}


def test_other_statements_are_kept() -> None:
    assert body("flags dormant").others == ["flags dormant"]


def test_two_tables_are_malformed() -> None:
    with pytest.raises(Malformed, match=r"nftables\.table"):
        read("table inet garde { }\ntable inet garde { }", "garde")


def test_a_name_twice_is_malformed() -> None:
    with pytest.raises(Malformed, match=r"nftables\.twice"):
        body("chain a { }\nchain a { }")
