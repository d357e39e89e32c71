"""Access lists: what holds in every form of them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.errors import Malformed
from garde.zones.exports.lines import Ace, Lines, blocks, cost, cut, network, port_numbers, ports, sides, slug
from garde.zones.exports.neutral import Permit, Ruleset
from garde.zones.exports.table import FORMS
from tests.policies import FOLDER, ruleset, rulesets

NAMES = [form.name for form in FORMS if isinstance(form, Lines)]


def form(name: str) -> Lines:
    found = FORMS[name]
    assert isinstance(found, Lines)
    return found


@pytest.mark.parametrize("name", NAMES)
@given(held=rulesets())
def test_reading_gives_back_what_was_rendered(name: str, held: Ruleset) -> None:
    reading = form(name).parse(form(name).render(held))
    assert (reading.ruleset, reading.strange) == (form(name).fit(held), ())


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_any_bytes_and_any_mix_of_lines_are_read_or_malformed(name: str, data: st.DataObject) -> None:
    golden = (FOLDER / f"{name}.txt").read_text().split("\n")
    words = st.sampled_from(sorted({word for line in golden for word in line.split()}))
    line = st.sampled_from(golden) | st.lists(words, max_size=9).map(" ".join)
    text = data.draw(st.binary(max_size=80) | st.lists(line, max_size=12).map("\n".join))
    try:
        assert isinstance(form(name).parse(text).ruleset, Ruleset)
    except Malformed as error:
        assert error.code.startswith(("acl.", "export."))


@pytest.mark.parametrize("name", NAMES)
@given(held=rulesets(), data=st.data())
def test_a_line_removed_or_written_twice_elsewhere_is_seen(name: str, held: Ruleset, data: st.DataObject) -> None:
    lines = form(name).render(held).split("\n")
    permits = [number for number, line in enumerate(lines) if "permit" in line]
    if not permits:
        return
    number = data.draw(st.sampled_from(permits))
    reading = form(name).parse("\n".join(lines[:number] + lines[number + 1 :]))
    assert reading.strange or reading.ruleset != form(name).fit(held)


@pytest.mark.parametrize("name", NAMES)
def test_soft_and_observe_stop_nothing(name: str) -> None:
    for mode in ("observe", "shadow", "soft"):
        text = form(name).render(ruleset(mode, macs=False))
        assert "deny" not in text
        assert form(name).fit(ruleset(mode, macs=False)).mode == "shadow"
    assert "deny" in form(name).render(ruleset(macs=False))


@pytest.mark.parametrize("name", NAMES)
def test_a_line_written_in_by_hand_is_found(name: str) -> None:
    text = form(name).render(ruleset(macs=False))
    first = text.split("\n")[2]
    more = text.replace(first, first.replace("permit", "deny") + "\n" + first, 1)
    assert any("deny" in line for line in form(name).parse(more).strange)


@pytest.mark.parametrize("name", NAMES)
def test_a_last_line_that_lets_all_pass_is_found(name: str) -> None:
    text = form(name).render(ruleset(macs=False))
    number = text.rindex("deny")
    loose = text[:number] + "permit" + text[number + 4 :]
    reading = form(name).parse(loose)
    assert reading.strange or reading.ruleset.mode == "shadow"


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_in_no_list_or_twice_is_malformed(name: str) -> None:
    text = form(name).render(ruleset(macs=False))
    for other in ("hostname sw-1\n" + text, text + text):
        with pytest.raises(Malformed, match=r"acl\.(line|twice)"):
            form(name).parse(other)


@pytest.mark.parametrize("name", [one for one in NAMES if form(one).remarks])
def test_two_policies_in_one_text_are_malformed(name: str) -> None:
    text = form(name).render(ruleset(macs=False))
    with pytest.raises(Malformed, match=r"acl\.header"):
        form(name).parse(text.replace("generation=42", "generation=41", 1))
    with pytest.raises(Malformed, match=r"acl\.header"):
        form(name).parse(text.replace("mode=enforce", "mode=soft"))


def test_answers_stand_in_the_list_of_the_other_zone() -> None:
    lists = form("acl").lists(form("acl").fit(ruleset(macs=False)))
    back = lists["ip access-list extended GARDE-Z5"]
    assert "permit tcp host 10.20.0.4 eq 2575 host 10.1.0.5 established" in back
    assert "permit udp host 10.20.0.53 eq 53 10.2.0.0 0.0.0.255" in back


def test_no_list_depends_on_hardware_addresses() -> None:
    fitted = form("acl").fit(ruleset(macs=True))
    assert all("/" in one for permit in fitted.permits for one in permit.sources)


def test_both_versions_of_ip_have_lists() -> None:
    heads = form("acl").lists(form("acl").fit(ruleset(macs=False)))
    assert {"ip access-list extended GARDE-Z2", "ipv6 access-list GARDE-Z2-V6"} <= set(heads)
    assert "permit tcp host 2001:db8:2::11 host 2001:db8:20::8 eq 104" in heads["ipv6 access-list GARDE-Z2-V6"]


def test_what_holds_for_every_zone_stands_in_each_list() -> None:
    permits = (
        Permit(
            way="any>Z5", source="any", target="kind:ntp", protocol="udp", low=123, high=123, targets=("10.0.0.1/32",)
        ),
        Permit(way="Z2>Z5", source="any", target="kind:dns", protocol="udp", low=53, high=53, targets=("10.0.0.2/32",)),
    )
    lists = form("acl").lists(form("acl").fit(msgspec.structs.replace(ruleset(), permits=permits)))
    assert "permit udp any host 10.0.0.1 eq 123" in lists["ip access-list extended GARDE-Z2"]
    assert "permit udp any host 10.0.0.1 eq 123" in lists["ip access-list extended GARDE-Z5"]
    assert not any("GARDE-any" in head for head in lists)


def test_everything_of_one_version_is_written_as_its_halves() -> None:
    one = Permit(
        way="A>B", source="any", target="ip:0.0.0.0/0", protocol="tcp", low=80, high=80, targets=("0.0.0.0/0",)
    )
    fitted = form("acl").fit(msgspec.structs.replace(ruleset(), permits=(one,)))
    assert {target for permit in fitted.permits for target in permit.targets} == {"0.0.0.0/1", "128.0.0.0/1"}
    assert "any any eq 80" not in form("acl").render(msgspec.structs.replace(ruleset(), permits=(one,)))


def test_ranges_cost_more_of_the_table() -> None:
    permits = tuple(
        Permit(way="A>B", source="any", target="any", protocol="udp", low=low, high=high)
        for low, high in ((53, 53), (1024, 65535))
    )
    found = cost(form("aruba-controller"), msgspec.structs.replace(ruleset(), permits=permits))
    assert found["ip access-list session GARDE-A"] == (4, 1 + 1 + 6 + 1)
    assert cost(form("acl"), ruleset(macs=False))["ip access-list extended GARDE-Z1"] == (7, 4)


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_blocks_are_at_most_thirty(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert 1 <= blocks(low, high) <= 30


@given(st.text(max_size=40))
def test_a_part_of_a_name_is_one_word(zone: str) -> None:
    assert set(slug(zone)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert 1 <= len(slug(zone)) <= 12
    assert slug(slug(zone)) == slug(zone)


def test_a_remark_fits_into_a_hundred_characters() -> None:
    assert len("answers " + "x" * 12 + ">" + "y" * 12 + " " + cut("a" * 60) + " " + cut("b" * 60)) <= 100


def test_ports_of_well_known_names() -> None:
    assert port_numbers()["udp", "bootps"] == "67"
    assert ("tcp", "bootps") not in port_numbers()
    assert ports(Ace("tcp", "any", "any")) == ""


@pytest.mark.parametrize(
    "words", ["", "tcp", "tcp any", "tcp any eq x any", "tcp any eq 1 any eq 2", "tcp any range 1"]
)
def test_half_a_line_is_none(words: str) -> None:
    assert sides(words.split(), lambda rest: rest.pop(0) if rest[:1] == ["any"] else None)[0] is None


def test_a_network_with_host_bits_is_none() -> None:
    assert network("10.2.0.1", "255.255.255.0", six=False) is None
    assert network("10.2.0.0", "255.0.255.0", six=False) is None
