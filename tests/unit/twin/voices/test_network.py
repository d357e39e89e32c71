"""Network voices."""

from random import Random

import pytest

from garde.twin.voices.network import NETWORK


@pytest.mark.parametrize("voice", NETWORK)
def test_every_voice_that_somebody_has_says_something(day, voice):
    speakers = list(day.fleet.speaking(voice))
    said = [event for device in speakers for event in NETWORK[voice](day, device, Random(1))]
    assert speakers
    assert said
    for _, talk in said:
        assert next(iter(talk()))[1]
