"""Severity: how bad a threat is, from the technique, the device's criticality and the confidence.

Question: which of the four severities does this threat have on this device?
Reference: domain note 09 §5: ``score = .4 technique + .35 criticality + .25 confidence``, one step more on a device
whose response policy is RP0 when the technique touches commands, parameters, alarms or safety. Where the criticality is
not known the two other parts are weighed alone: unknown is never a zero.

Example:
    >>> severity(90, 90, criticality=4), severity(90, 90), severity(30, 60, criticality=1)
    ('critical', 'critical', 'low')
"""

from __future__ import annotations

from typing import Final

from garde.model.finding import SEVERITIES

#: Criticality 1 to 4 as a share of 100.
_CRITICALITY: Final = {1: 25, 2: 50, 3: 75, 4: 100}
#: Commands, parameters, control, alarms, safety (domain note 09 §5).
_SAFETY: Final = frozenset({"T0855", "T0836", "T0831", "T0878", "T0880"})
_STEPS: Final = ((80, "critical"), (60, "high"), (40, "medium"))


def severity(weight: int, confidence: int, *, criticality: int = 0, response: str = "", technique: str = "") -> str:
    """One of ``SEVERITIES``.

    Args:
        weight: of the technique, 0 to 100.
        confidence: 0 to 100.
        criticality: 1 to 4, 0 when it is not known.
        response: response policy of the device, RP0 to RP3, empty when it is not known.
        technique: ATT&CK id.
    """
    known = _CRITICALITY.get(criticality)
    if known is None:
        score = (0.4 * weight + 0.25 * confidence) / 0.65
    else:
        score = 0.4 * weight + 0.35 * known + 0.25 * confidence
    found = next((name for floor, name in _STEPS if score >= floor), "low")
    if response == "RP0" and technique in _SAFETY:
        found = SEVERITIES[min(SEVERITIES.index(found) + 1, len(SEVERITIES) - 1)]
    return found
