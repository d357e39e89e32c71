"""A stage reads what it declares, and nothing else."""

from __future__ import annotations

import pytest

from garde.errors import Refused
from garde.model.device import Device
from garde.model.finding import Finding
from garde.pipeline.shapes import SHAPES
from garde.pipeline.stage import Declared, Stage
from garde.store.sqlite import open_sqlite
from tests.makers import device

NARROW = Stage(name="narrow", consumes=(), reads=(Device,), run=lambda batch, view: ())


def test_declared_nouns_are_shown() -> None:
    store = open_sqlite("", SHAPES)
    with store.begin() as unit:
        unit.put([device(1)])
    view = Declared(store, NARROW)
    assert list(view.get(Device, ["d-1"])) == ["d-1"]
    assert view.linked(Device, [str(device(1).keys[0])]) == {str(device(1).keys[0]): [device(1)]}
    assert [one.id for one in view.all(Device)] == ["d-1"]


def test_an_undeclared_noun_is_refused() -> None:
    view = Declared(open_sqlite("", SHAPES), NARROW)
    with pytest.raises(Refused) as error:
        view.get(Finding, ["f"])
    assert error.value.code == "pipeline.undeclared"
