"""What work changes in the facts: the worked computed tomograph of the notes, and that nothing makes it worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.risk.book import packaged
from garde.risk.effect import after, helps
from garde.risk.vulnerability.answers import Judged
from garde.risk.vulnerability.score import NETWORK, SEEN, SUPPORT, Facts, Seen, Weakness, score

EFFECTS = packaged().effects
CT = Facts(
    support="out",
    network="flat",
    weaknesses=(
        Weakness(id="CVE-2017-0144", severity=9.8, chance=0.94, exploited=True),
        Weakness(id="CVE-2019-0708", severity=8.1, chance=0.90),
        Weakness(id="CVE-2020-0796", severity=9.8, chance=0.35),
    ),
    form=Judged(value=0.55),
    seen=(Seen("smb1"), Seen("telnet"), Seen("clear text")),
)


def test_the_segmented_tomograph_of_the_notes() -> None:
    """Domain note 03 §6: 79.6 before; segmented and without SMB1 and Telnet near 48.9, and the override is gone."""
    before, done = score(CT), score(after(CT, [EFFECTS["segmentation"], EFFECTS["service removal"]]))
    assert before.value == pytest.approx(79.6, abs=0.05) and before.overrides
    assert done.value == pytest.approx(100 * (0.2 + 0.3 * 0.296 + 0.2 * 0.55 + 0.2 * 0.3 + 0.1 * 0.2), abs=0.05)
    assert not done.overrides and done.level == 2


def test_only_published_corrections_are_in_a_patch() -> None:
    left = after(CT, [EFFECTS["supplier patch"]], {"CVE-2017-0144"})
    assert [one.id for one in left.weaknesses] == ["CVE-2019-0708", "CVE-2020-0796"]
    assert not helps(CT, EFFECTS["supplier patch"])


def test_a_new_device_is_no_work_where_the_old_one_is_supported() -> None:
    assert not helps(Facts(support="supported"), EFFECTS["replacement"])
    assert after(CT, [EFFECTS["replacement"]]).support == "supported"


def test_a_filter_in_front_lowers_the_chance() -> None:
    left = after(CT, [EFFECTS["virtual patch"]]).weaknesses[0]
    assert (left.chance, left.exploited) == (pytest.approx(0.3 * 0.94), False)


facts = st.builds(
    Facts,
    support=st.sampled_from(list(SUPPORT)),
    network=st.sampled_from(list(NETWORK)),
    weaknesses=st.lists(
        st.builds(
            Weakness, id=st.sampled_from(["CVE-1", "CVE-2"]), severity=st.floats(0, 10), chance=st.floats(0, 1),
            exploited=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    seen=st.lists(st.sampled_from(list(SEEN)), max_size=3).map(lambda words: tuple(map(Seen, words))),
)  # fmt: skip


@given(facts, st.lists(st.sampled_from(list(EFFECTS)), max_size=3), st.sets(st.sampled_from(["CVE-1", "CVE-2"])))
def test_work_never_makes_it_worse_and_its_order_does_not_matter(
    found: Facts, done: list[object], fixable: set[str]
) -> None:
    once = after(found, done, fixable)  # type: ignore[arg-type]
    assert score(once).value <= score(found).value + 1e-9
    back = after(found, list(reversed(done)), fixable)  # type: ignore[arg-type]
    assert score(back).value == pytest.approx(score(once).value)
