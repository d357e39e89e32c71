"""Each record finds its chart, and goes through JSON as it is."""

from __future__ import annotations

import msgspec
import pytest

from garde.web.charts.bars import Bar, Bars, bars
from garde.web.charts.draw import CHARTS, draw
from garde.web.charts.samples import SAMPLES
from garde.web.site import Site
from tests.charts import EN


def test_every_chart_has_a_row_and_a_sample() -> None:
    assert {function.__name__ for function in CHARTS.values()} == set(SAMPLES)


def test_a_record_is_drawn_by_its_function() -> None:
    data = Bars("t", (Bar("a", 1), Bar("b", None)))
    assert draw(data, EN) == bars(data, EN)


def test_a_record_is_the_same_after_json() -> None:
    data = Bars("t", (Bar("a", 1), Bar("b", None, "high", "/devices")))
    assert msgspec.json.decode(msgspec.json.encode(data), type=Bars) == data


@pytest.mark.parametrize("record", CHARTS)
def test_every_record_is_frozen_and_can_be_json(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen
    assert msgspec.json.schema(record)


def test_a_template_draws_a_record(site: Site) -> None:
    template = site.templates.from_string("{{ draw(data, t) }}|{{ draw(data, t).svg }}")
    whole, _, alone = template.render(data=Bars("<b>", (Bar("a", 1),)), t=EN).partition("|")
    assert whole.startswith('<figure class="drawn"><svg') and "&lt;b&gt;" in whole
    assert alone.startswith("<svg") and alone.endswith("</svg>")


def test_a_record_of_no_chart_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        draw(Bar("a", 1), EN)
