"""The table: every row keeps the rules of the house."""

from __future__ import annotations

from garde.dissect.spec import DATAGRAM, FRAME, STREAM, Hint
from garde.dissect.table import DISSECTORS
from garde.model.catalogue import attributes, sources


def test_every_row_emits_only_catalogue_attributes() -> None:
    for row in DISSECTORS:
        assert row.emits <= set(attributes()), (row.name, row.emits - set(attributes()))


def test_every_row_is_a_known_source_or_names_its_own() -> None:
    for row in DISSECTORS:
        assert any(name == row.name or name.startswith(f"{row.name}.") for name in sources()) or row.emits, row.name


def test_every_row_names_its_standard_and_layer() -> None:
    for row in DISSECTORS:
        assert len(row.reference) > 5, row.name
        assert row.layer in (FRAME, DATAGRAM, STREAM), row.name


def test_nobody_is_chosen_by_port_alone() -> None:
    noise = bytes(range(200, 256)) * 4
    for row in DISSECTORS:
        for port in (21, 22, 23, 53, 80, 104, 123, 161, 443, 445, 502, 514, 1883, 2575, 3389, 4840, 5900, 47808):
            assert row.looks_like(noise, Hint((port, port), 17)) < 0.5, (row.name, port)


def test_patterns_fit_the_kernel() -> None:
    for row in DISSECTORS:
        for keep in row.keep:
            assert 1 <= len(keep.value) <= 8, row.name
            assert not keep.mask or len(keep.mask) == len(keep.value), row.name
