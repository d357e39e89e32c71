"""nftables: real nft takes what is rendered, and what nft lists reads back as what was meant."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.zones.exports.neutral import MODES, Ruleset
from garde.zones.exports.nftables import NFTABLES
from tests.policies import listed, ruleset, rulesets


@given(rulesets())
def test_reading_gives_back_what_was_rendered(held: Ruleset) -> None:
    reading = NFTABLES.parse(NFTABLES.render(held))
    assert reading.ruleset == NFTABLES.fit(held)
    assert reading.strange == ()


@settings(max_examples=25)
@given(rulesets())
def test_nft_takes_any_ruleset_and_lists_the_same(held: Ruleset) -> None:
    reading = NFTABLES.parse(listed(NFTABLES.render(held), "-nn"))
    assert reading.ruleset == NFTABLES.fit(held)
    assert reading.strange == ()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", [(), ("-nn",), ("-s",)], ids=["plain", "numbers", "stateless"])
def test_nft_lists_the_sample_in_each_mode(mode: str, options: tuple[str, ...]) -> None:
    reading = NFTABLES.parse(listed(NFTABLES.render(ruleset(mode)), *options))
    assert reading.ruleset == NFTABLES.fit(ruleset(mode))
    assert reading.strange == ()


def test_the_text_is_what_nft_would_write_but_for_counters() -> None:
    text = NFTABLES.render(ruleset())
    shown = listed(text, "-s")
    assert [line for line in shown.splitlines() if "counter" in line] == [
        line for line in text.splitlines() if "counter" in line
    ]


@pytest.mark.parametrize("mode", MODES)
def test_only_soft_and_enforce_drop_or_mark(mode: str) -> None:
    text = NFTABLES.render(ruleset(mode))
    assert ("\tdrop" in text, "dscp set" in text) == ((mode in ("soft", "enforce"),) * 2)
    assert ("counter" in text) == (mode != "observe")


def test_nothing_but_the_own_table_is_touched() -> None:
    text = NFTABLES.render(ruleset())
    assert "flush" not in text
    assert text.count("table ") == 1


def test_a_name_from_a_device_cannot_leave_its_comment() -> None:
    text = NFTABLES.render(ruleset())
    assert "ACME%7C" not in text and "ACME|%C3%89cho%20%227%22%20%7B%3B%7D" in text


@pytest.mark.parametrize(
    ("old", "new", "strange"),
    [
        ("goto stop", "ip saddr 10.66.0.6 accept\n\t\tgoto stop", "traffic: ip saddr 10.66.0.6 accept"),
        ("\t\tdrop", "\t\taccept", "stop: accept"),
        ("\tchain stop {", "\tchain other {\n\t\taccept\n\t}\n\tchain stop {", "other: accept"),
        ("policy accept; # x", "", ""),
    ],
    ids=["rule", "verdict", "chain", "nothing"],
)
def test_what_somebody_wrote_in_by_hand_is_told_word_for_word(old: str, new: str, strange: str) -> None:
    text = NFTABLES.render(ruleset())
    found = NFTABLES.parse(text.replace(old, new, 1)).strange
    assert (strange in found) if strange else found == ()


def test_a_text_that_holds_nothing_permits_nothing() -> None:
    assert NFTABLES.parse(b"\n# nothing\n").ruleset == Ruleset(generation=0, policy="", mode="observe")


@pytest.mark.parametrize(
    "text",
    [
        "table inet other { }",
        "table inet garde { }",
        'table inet garde { comment "garde generation=1 policy=p mode=loud" }',
        "table inet garde { chain a { chain b { } } }",
        "table inet garde { chain a {",
        "}",
        "table inet garde { set a { elements = { {{{{{{{{{{{{{ } } }",
        'table inet garde { comment "a',
        "add rule inet garde a accept",
        b"\xff",
        b"table \x00",
    ],
)
def test_another_text_is_malformed(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        NFTABLES.parse(text)


_WORDS = st.sampled_from(
    [
        *("table", "inet", "garde", "{", "}", "chain", "set", "map", "s_a", "\n", ";", ",", "elements", "=", "comment"),
        *('"x"', "accept", "counter", "packets", "0", "bytes", "by_mac", "low_4", "low_mac", "1-2", ":", "jump"),
        *("10.0.0.1-10.0.0.9", '"garde generation=1 policy=p mode=soft"', "type"),
    ]
)


@given(st.binary(max_size=200) | st.lists(_WORDS, max_size=40).map(" ".join))
def test_any_bytes_are_read_or_malformed(data: bytes | str) -> None:
    try:
        reading = NFTABLES.parse(data)
    except Malformed:
        return
    assert isinstance(reading.ruleset, Ruleset)


@given(st.lists(_WORDS, max_size=40).map(" ".join))
def test_any_words_in_our_table_are_read_or_malformed(inside: str) -> None:
    text = 'table inet garde {\ncomment "garde generation=1 policy=p mode=soft"\n' + inside + "\n}"
    try:
        NFTABLES.parse(text)
    except Malformed as error:
        assert error.code.startswith(("nftables.", "export."))


def test_the_size_is_bounded() -> None:
    with pytest.raises(Malformed, match=r"export\.size"):
        NFTABLES.parse(b" " * ((16 << 20) + 1))


def test_a_mark_of_zero_is_still_a_mark() -> None:
    permits = tuple(msgspec.structs.replace(one, dscp=0) for one in ruleset().permits)
    held = msgspec.structs.replace(ruleset(), permits=permits)
    assert {one.dscp for one in NFTABLES.parse(listed(NFTABLES.render(held))).ruleset.permits} == {0}
