"""The fleet in memory against a naive one that looks at every device."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.model.device import Claim, Device
from garde.model.key import Key
from garde.report.fleet import FACETS, LISTED, ORDERS, Fleet, Query, certainty_of, name_of, order_of, text_of, values_of
from tests.makers import device

WORDS = st.sampled_from(["CT", "MR", "pump", "unknown", ""])
CONFIDENCE = st.sampled_from([0.2, 0.6, 0.95])


@st.composite
def devices(draw: st.DrawFn) -> Device:
    number = draw(st.integers(0, 12))
    claims = {
        name: Claim(name, draw(WORDS) or "x", draw(CONFIDENCE))
        for name in draw(st.sets(st.sampled_from(["kind", "model", "ward", "os", "friendly_name"])))
    }
    keys = [Key("mac", f"00:09:fb:00:00:{number:02x}")]
    if draw(st.booleans()):
        keys.append(Key("ip", f"10.0.{draw(st.integers(0, 2))}.{number}"))
    return Device(
        id=f"d-{number}", keys=tuple(keys), claims=claims, kind=draw(st.sampled_from(["CT", "MR", "unknown"]))
    )


QUERIES = st.builds(
    Query,
    filters=st.lists(
        st.tuples(
            st.sampled_from([*FACETS, "nonsense"]),
            st.sampled_from(["", "CT", "MR", "x", "accepted", "10.0.1.0/24"]),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
    text=st.sampled_from(["", "ct", "00:09 d-1", "10.0.1", "none"]),
    order=st.sampled_from([*ORDERS, "nonsense"]),
    down=st.booleans(),
    first=st.integers(0, 5),
    most=st.integers(1, 6),
)


def holds(one: Device, query: Query, but: str = "") -> bool:
    for facet in FACETS:
        mine = [(value, keep) for name, value, keep in query.filters if name == facet]
        have = values_of(one, facet)
        kept = [value for value, keep in mine if keep]
        if facet != but and (
            (kept and not set(kept) & set(have)) or any(value in have for value, keep in mine if not keep)
        ):
            return False
    return all(word in text_of(one) for word in query.text.lower().split())


@settings(max_examples=150)
@given(st.lists(devices(), max_size=20), st.sets(st.integers(0, 12)), QUERIES)
def test_it_answers_as_looking_at_every_device_would(many: list[Device], gone: set[int], query: Query) -> None:
    fleet, naive = Fleet(many), {one.id: one for one in many}
    for number in gone:
        fleet.drop(f"d-{number}")
        naive.pop(f"d-{number}", None)
    answer = fleet.find(query)
    column = query.order if query.order in ORDERS else ORDERS[0]
    found = sorted((one for one in naive.values() if holds(one, query)), key=lambda one: order_of(one, column))
    if query.down:
        found.reverse()
    assert (answer.total, answer.fleet, fleet.ids()) == (len(found), len(naive), set(naive))
    assert answer.devices == tuple(found[query.first : query.first + query.most])
    for facet in FACETS:
        counts: dict[str, int] = {}
        for one in naive.values():
            if holds(one, query, but=facet):
                for value in values_of(one, facet):
                    counts[value] = counts.get(value, 0) + 1
        assert dict(answer.facets[facet]) == counts
    for removed, count in fleet.without(query):
        rest = Query(filters=tuple(other for other in query.filters if other != removed), text=query.text)
        assert count == sum(holds(one, rest) for one in naive.values())


@settings(max_examples=60)
@given(st.lists(devices(), max_size=20), QUERIES)
def test_pages_from_behind_the_last_device_are_the_whole_list(many: list[Device], query: Query) -> None:
    fleet = Fleet(many)
    column = query.order if query.order in ORDERS else ORDERS[0]
    whole = fleet.find(msgspec.structs.replace(query, first=0, most=100)).devices
    found: list[Device] = []
    after: tuple[object, ...] = ()
    while page := fleet.find(msgspec.structs.replace(query, first=0, after=after)).devices:
        found += page
        after = order_of(page[-1], column)
    assert tuple(found) == whole


def test_a_page_goes_on_though_its_last_device_has_gone() -> None:
    fleet = Fleet([device(number) for number in range(5)])
    after = order_of(device(2), "name")
    fleet.drop("d-2")
    assert [one.id for one in fleet.find(Query(after=after)).devices] == ["d-3", "d-4"]
    assert [one.id for one in fleet.find(Query(after=after, down=True)).devices] == ["d-1", "d-0"]


def test_a_facet_lists_its_most_frequent_values_and_the_chosen_one() -> None:
    many = [device(number, claims={"ward": Claim("ward", f"W{number:02}", 1.0)}) for number in range(LISTED + 5)]
    answer = Fleet(many).find(Query(filters=(("ward", f"W{LISTED + 4}", True),)))
    assert len(answer.facets["ward"]) == LISTED + 1


def test_a_name_is_a_persons_before_the_networks() -> None:
    one = device(1, many={"hostname": (Claim("hostname", "ct01", 0.9),)})
    assert name_of(one) == "ct01"
    assert name_of(device(1, claims={"friendly_name": Claim("friendly_name", "Scanner 1", 0.99)})) == "Scanner 1"
    assert name_of(device(1)) == "00:09:fb:00:00:01"
    assert name_of(Device(id="d-1", keys=())) == "d-1"


def test_a_kind_that_is_not_known_has_no_certainty() -> None:
    assert certainty_of(device(1)) == "unknown"


def test_each_change_is_a_version() -> None:
    fleet = Fleet()
    fleet.put(device(1))
    fleet.put(device(1))
    before = fleet.version
    fleet.drop("d-9")
    assert (fleet.version, len(fleet)) == (before, 1)
