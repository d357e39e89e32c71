"""The queue: shelves, causes and symptoms, and what a person may see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garde.model.finding import SEVERITIES, STATUSES, Finding
from garde.report.queue import CLOSED, SHELVES, Queue, Shelf, shelf_of

FINDINGS = st.builds(
    Finding,
    id=st.integers(0, 30).map(lambda number: f"f-{number}"),
    rule=st.sampled_from(["a.b", "c.d"]),
    severity=st.sampled_from(SEVERITIES),
    status=st.sampled_from(STATUSES),
    silent=st.booleans(),
    holder=st.sampled_from(["", "k", "role:rssi"]),
    device=st.sampled_from(["", "d-1", "d-2"]),
    symptom_of=st.sampled_from(["", "f-1", "f-2"]),
    first_at=st.integers(0, 9),
)


@given(st.lists(FINDINGS, max_size=40))
def test_every_finding_lies_on_one_shelf_and_is_shown_there_once(findings: list[Finding]) -> None:
    queue = Queue()
    for one in findings:
        queue.put(one)
    there = {one.id: one for one in findings}
    shown: list[str] = []
    for name in SHELVES:
        if name != "mine":
            stack = queue.find(Shelf(name=name, most=1000))
            listed = [one.id for cause in stack.causes for one in (cause.finding, *cause.symptoms)]
            assert len(listed) == stack.total == stack.shelves[name]
            shown += listed
    assert sorted(shown) == sorted(there)


def test_worst_and_oldest_first() -> None:
    ones = [
        Finding(id="a", rule="r", severity="low", first_at=1), Finding(id="b", rule="r", severity="high", first_at=9),
        Finding(id="c", rule="r", severity="high", first_at=2),
    ]  # fmt: skip
    assert [cause.finding.id for cause in Queue(ones).find(Shelf()).causes] == ["c", "b", "a"]


def test_a_symptom_whose_cause_lies_elsewhere_stands_by_itself() -> None:
    cause = Finding(id="c", rule="r", severity="low", status="taken")
    symptom = Finding(id="s", rule="r", severity="low", symptom_of="c")
    queue = Queue([cause, symptom])
    assert [one.finding.id for one in queue.find(Shelf()).causes] == ["s"]
    queue.put(Finding(id="c", rule="r", severity="low"))
    (one,) = queue.find(Shelf()).causes
    assert (one.finding.id, [two.id for two in one.symptoms]) == ("c", ["s"])


def test_what_may_not_be_seen_is_not_counted() -> None:
    queue = Queue([Finding(id="a", rule="r", severity="low", device="d-1"), Finding(id="b", rule="r", severity="low")])
    stack = queue.find(Shelf(), lambda device: device == "d-1")
    assert (stack.total, stack.shelves["open"], stack.rules) == (1, 1, {"r": 1})


def test_mine_is_what_i_hold_or_my_role_does() -> None:
    held = Finding(id="a", rule="r", severity="low", holder="role:rssi")
    taken = Finding(id="b", rule="r", severity="low", holder="k", status="taken")
    queue = Queue([held, taken])
    assert (shelf_of(held), shelf_of(taken)) == ("open", "taken")
    mine = Shelf(name="mine", me="k", roles=("rssi",))
    assert [one.finding.id for one in queue.find(mine).causes] == ["a", "b"]
    assert queue.find(Shelf(name="mine", me="x", roles=("network",))).total == 0
    assert queue.find(Shelf(name="mine")).total == 0, "nobody holds what has no holder"


def test_words_are_found_on_every_shelf() -> None:
    ones = [
        Finding(id="a", rule="r", severity="low", reasons=("model: MX800",), status="closed"),
        Finding(id="b", rule="r", severity="low", reasons=("model: MX800",), device="d-2"),
    ]
    queue = Queue(ones)
    assert [one.id for one in queue.search("mx800", lambda device: True, 9)] == ["b", "a"]
    assert [one.id for one in queue.search("MX800 model", lambda device: device == "d-2", 9)] == ["b"]
    assert queue.search("mx800", lambda device: True, 1) == (ones[1],)


def test_memory_holds_the_latest_closed_ones() -> None:
    queue = Queue(Finding(id=str(n), rule="r", severity="low", status="closed", closed_at=n) for n in range(CLOSED + 5))
    assert len(queue) == CLOSED and queue.get("4") is None and queue.get(str(CLOSED)) is not None
    latest = queue.find(Shelf()).latest
    assert latest is not None and latest.closed_at == CLOSED + 4


def test_one_that_comes_back_leaves_the_closed_ones() -> None:
    queue = Queue([Finding(id="a", rule="r", severity="low", status="closed", device="d-1")])
    assert queue.of("d-1") == ()
    queue.put(Finding(id="a", rule="r", severity="low", device="d-1"))
    assert len(queue) == 1 and [one.id for one in queue.of("d-1")] == ["a"]
