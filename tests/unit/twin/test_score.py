"""Counting what was found."""

import pytest

from garde.twin.score import score


def true(number, kind="CT", **other):
    return {"id": f"t-{number}", "observable": True, "keys": [{"kind": "mac", "value": f"00:00:00:00:00:0{number}"}],
            "kind": kind, "evident": True, "maker": "", "model": "", "serial": "", "speaks": [], **other}  # fmt: skip


def found(name, *numbers, kind="CT", **claims):
    keys = [{"kind": "mac", "value": f"00:00:00:00:00:0{n}"} for n in numbers]
    sources = [{"dissector": "dicom.dataset"}]
    said = {name: {"value": value, "confidence": 1.0, "sources": sources} for name, value in claims.items()}
    return {"id": name, "keys": keys, "kind": kind, "claims": said}


def test_all_found_once_is_exact():
    card = score([found("a", 1), found("b", 2, kind="MR")], [true(1), true(2, "MR")])
    assert card.exact
    assert (card.macro_f1, card.wrong) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("records", "field"),
    [
        ([found("a", 1)], "missing"),
        ([found("a", 1), found("b", 2), found("c", 2)], "split"),
        ([found("a", 1, 2)], "merged"),
        ([found("a", 1), found("b", 2), found("c", 3)], "phantoms"),
    ],
)
def test_what_is_not_exact_is_named(records, field):
    card = score(records, [true(1), true(2)])
    assert not card.exact
    assert getattr(card, field)
    assert field in str(card)


def test_unknown_costs_recall_but_is_no_confident_error():
    card = score([found("a", 1, kind="unknown"), found("b", 2)], [true(1), true(2)])
    assert card.wrong == 0.0
    assert card.macro_f1 == pytest.approx(2 / 3)


def test_a_wrong_kind_is_a_confident_error_and_stands_in_the_matrix():
    card = score([found("a", 1, kind="MR")], [true(1)])
    assert card.wrong == 1.0
    assert card.confusion == {("CT", "MR"): 1}
    assert "MR 1" in str(card)


def test_a_silent_device_counts_in_the_strict_mean_only():
    card = score([found("a", 1), found("b", 2, kind="unknown")], [true(1), true(2, "LABAUTO", evident=False)])
    assert (card.macro_f1, card.strict_f1) == (1.0, 0.5)


def test_ghosts_are_not_looked_for():
    assert score([found("a", 1)], [true(1), true(2, observable=False, keys=[])]).exact


def test_makers_models_and_protocols_are_compared():
    truth = [true(1, maker="Dräger", model="Evita V800", serial="A1", speaks=["dicom"]), true(2, speaks=["dicom"])]
    card = score([found("a", 1, manufacturer="Draeger", model="V800", serial="B2"), found("b", 2)], truth)
    assert card.fields == {"maker": (1, 0, 0), "model": (1, 0, 0), "serial": (0, 1, 0)}
    assert card.attributed == {"dicom": 0.5}


def test_an_address_that_changed_hands_names_nobody_by_itself():
    rows = [true(n, keys=[*true(n)["keys"], {"kind": "ip", "value": "10.0.0.9"}]) for n in (1, 2)]
    first = {**found("a", 1), "keys": [*found("a", 1)["keys"], {"kind": "ip", "value": "10.0.0.9"}]}
    assert score([first, found("b", 2)], rows).exact
