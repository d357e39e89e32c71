"""One of each chart: as its golden files say, in both languages, light, and sound."""

from __future__ import annotations

import pytest

from garde.web.charts.samples import SAMPLES, samples
from tests.charts import EN, FOLDER, FR, cells, goldens, sound


@pytest.mark.parametrize("name", sorted(goldens()))
def test_a_chart_is_drawn_as_before(name: str) -> None:
    assert goldens()[name] == (FOLDER / name).read_text("utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.glob("*.svg")} == set(goldens())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_chart_is_sound_and_light(name: str) -> None:
    for t in (EN, FR):
        chart = SAMPLES[name](t)
        page = sound(chart)
        assert len(cells(page)) > 1
        assert len(chart.svg) < 6_000 and len(chart.paper()) < 6_000


def test_both_languages_differ_in_every_sentence() -> None:
    pairs = zip(samples(EN), samples(FR), strict=True)
    assert [first[0] for first, second in pairs if first[1].sentence == second[1].sentence] == []


def test_no_two_pictures_of_a_page_share_an_id() -> None:
    ids = [str(tag["id"]) for _, chart in samples(EN) for tag in sound(chart).find_all(id=True)]
    assert len(ids) == len(set(ids)) > 5
