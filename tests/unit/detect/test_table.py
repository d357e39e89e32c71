"""The table of detectors asks only for what listeners tell."""

from __future__ import annotations

from garde.detect.table import DETECTORS
from garde.dissect.listen.table import LISTENERS


def test_every_signal_asked_for_is_told_by_a_listener() -> None:
    told = {kind for row in LISTENERS for kind in row.tells} | {"device.version"}
    for row in DETECTORS:
        assert row.signals <= told, (row.name, row.signals - told)
        assert row.signals or row.flows
