"""What a hospital buys."""

from random import Random

import pytest

from garde.twin.hospital import WARDS
from garde.twin.models import models, spell, systems
from garde.twin.voices import VOICES


def test_there_are_forty_models_of_twenty_five_kinds_at_least():
    assert len(models()) >= 40
    assert len({model.kind for model in models().values()}) >= 25


@pytest.mark.parametrize("model", models().values(), ids=lambda model: model.name)
def test_every_word_of_a_model_means_something(model):
    assert model.stack in systems()
    assert set(model.wards) <= set(WARDS)
    assert set(model.speaks) <= set(VOICES)
    assert all(4 <= len(block) <= 10 and int(block, 16) >= 0 for block in model.ouis)
    assert not model.poor or not set(model.speaks) - {"ntp", "tls"}


def test_patterns_are_spelled_with_their_words():
    assert spell("{w}-{n:03}", Random(1), w="REA", n=7) == "REA-007"
    assert spell("##?", Random(1)) != spell("##?", Random(2))
