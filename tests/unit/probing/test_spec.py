"""How a probe is run: options are known ones, and whatever a peer says becomes a result or a named failure."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garde.errors import GardeError, Malformed
from garde.monitor.state import STATES
from garde.probing.result import Answer
from garde.probing.spec import Probe, number
from garde.probing.table import PROBES
from tests.hostile import hostile, probed, told

ASKS = [probe for probe in PROBES if probe.name not in ("icmp", "snmp")]


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(Malformed, match="called, calling"):
        probed(PROBES["dicom-echo"], 1, aet="X")


@pytest.mark.parametrize("word", ["x", "", "0", "7"])
def test_numbers_have_a_range(word: str) -> None:
    with pytest.raises(Malformed, match="1 to 5"):
        number({"most": word}, "most", 1, 5)
    assert number({"most": "3"}, "most", 1, 5) == 3


@pytest.mark.parametrize("probe", ASKS, ids=lambda probe: probe.name)
@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=400))
def test_any_octets_become_an_answer_or_a_named_failure(probe: Probe, raw: bytes) -> None:
    with contextlib.suppress(GardeError):
        assert isinstance(told(probe, raw), Answer)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_every_probe_says_a_state_of_nobody(probe: Probe) -> None:
    with hostile("refuse") as port:
        result = probed(probe, port, timeout=0.3)
    assert result.state in STATES and (result.state == "down" or probe.name == "icmp")
