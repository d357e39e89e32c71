from collections import Counter

import pytest

from garde.inventory.makers import by_bacnet, by_enterprise, by_uid, canonical, maker, makers, words


@pytest.mark.parametrize(
    ("left", "right"),
    [("SIEMENS", "Siemens Healthineers"), ("Draeger Medical Systems, Inc.", "Drägerwerk AG & Co. KGaA"),
     ("GE MEDICAL SYSTEMS", "GE Healthcare"), ("WELCHALLYN", "Welch Allyn"), ("B. Braun Melsungen AG", "B.Braun"),
     ("Acme Widgets Ltd.", "ACME WIDGETS")],
)  # fmt: skip
def test_spellings_of_one_maker_compare_equal(left: str, right: str) -> None:
    assert canonical(left) == canonical(right)


def test_makers_stay_apart() -> None:
    assert canonical("Philips") != canonical("Mindray")
    assert maker("Acme") is None
    assert canonical("Fresenius Kabi") != canonical("Fresenius Medical Care")


def test_numbers_of_registries_lead_to_makers() -> None:
    assert by_uid("1.2.840.113619.6.95").name == "GE Healthcare"
    assert by_uid("1.2.840.1136190") is None
    assert by_enterprise(3592).name == "Dräger"
    assert by_bacnet(5).name == "Johnson Controls"
    assert by_enterprise(0) is None and by_bacnet(-1) is None


def test_no_spelling_number_or_block_is_given_twice() -> None:
    for values in (
        [words(s) for m in makers().values() for s in {words(x): x for x in (m.name, *m.aliases)}.values()],
        [n for m in makers().values() for n in m.enterprises],
        [n for m in makers().values() for n in m.uids],
        [n for m in makers().values() for n in m.bacnet],
        [n for m in makers().values() for n in m.blocks],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []
