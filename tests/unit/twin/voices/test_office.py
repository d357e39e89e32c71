"""Office voices."""

from random import Random

import pytest

from garde.twin.voices.office import OFFICE


@pytest.mark.parametrize("voice", OFFICE)
def test_every_voice_that_somebody_has_says_something(day, voice):
    speakers = list(day.fleet.speaking(voice))
    said = [event for device in speakers for event in OFFICE[voice](day, device, Random(1))]
    assert speakers
    assert said
    for _, talk in said:
        assert next(iter(talk()))[1]
