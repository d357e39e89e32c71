"""A burn is told when it is fast over a long and a short while."""

from __future__ import annotations

import pytest

from garde.monitor.objective import WINDOWS, Objective

PROMISE = Objective(name="vitals", share=0.999)


def at_burn(long: float, short: float) -> str:
    """What is told when the long windows burn so fast, and all short ones that fast."""
    shorts = {window.short for window in WINDOWS}

    def counts(length: float) -> tuple[int, int]:
        burn = short if length in shorts and length < 3600 else long
        return 1_000_000 - round(burn * 1000), 1_000_000

    found = PROMISE.told(counts)
    return found.severity if found else ""


@pytest.mark.parametrize(
    ("burn", "severity"), [(14.4, "critical"), (14.3, "high"), (6, "high"), (3, "medium"), (1, "low"), (0.9, "")]
)
def test_each_rate_has_its_severity(burn: float, severity: str) -> None:
    assert at_burn(burn, burn) == severity


def test_what_is_over_is_not_told_as_burning() -> None:
    assert at_burn(20, 0) == "medium"


def test_nothing_happened() -> None:
    assert PROMISE.burn(0, 0) == 0.0 and PROMISE.told(lambda length: (0, 0)) is None
