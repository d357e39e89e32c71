"""Urgency: what a weakness asks for on one device, and by when.

Question: does this wait for the next round on this device, or is somebody called today?
Reference: SSVC deployer table and CISA BOD 26-04 as `garde.risk.vulnerability.ssvc` has them; domain note 03 §5: safety
from C1, mission from the worse of C2 and C6, exposure from where the device stands. What no document says counts as the
worse word. A grid without these criteria gives both by its level. Left out: who does it.

Example:
    >>> from garde.risk.vulnerability.score import Facts
    >>> exposed = Facts(network="internet")
    >>> one = urgency({"C1": 4, "C2": 4, "C6": 1}, 4, exposed, exploitation="active", automatable="yes")
    >>> one.outcome, one.exposure, one.impact, one.deadline.days
    ('immediate', 'open', 'very high', 3)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from garde.risk.vulnerability.score import Facts
from garde.risk.vulnerability.ssvc import MISSION, SAFETY, Deadline, deadline, decision, human_impact

#: Where a device stands → the exposure of SSVC (domain note 03 §5).
EXPOSURE: Final = {
    "none": "small",
    "dedicated": "small",
    "flat": "controlled",
    "wifi": "controlled",
    "remote": "open",
    "internet": "open",
}
#: Outcomes, the most urgent first.
OUTCOMES: Final = ("immediate", "out-of-cycle", "scheduled", "defer")


class Urgency(msgspec.Struct, frozen=True):
    """What to do: an outcome of SSVC, the words it comes from, and by when CISA's directive has it done.

    Attributes:
        assumed: words that no document says and that count as the worse one: ``automatable``, ``impact``.
    """

    outcome: str
    exposure: str
    impact: str
    deadline: Deadline
    assumed: tuple[str, ...] = ()


def urgency(
    values: Mapping[str, int], level: int, facts: Facts, *, exploitation: str, automatable: str = "", total: str = ""
) -> Urgency:
    """The urgency of one weakness on one device.

    Args:
        values: criterion → value, 1 to 4, of the device's criticality.
        level: of its criticality, which stands in for criteria that the grid does not have.
        facts: where it stands.
        exploitation: ``none``, ``public poc`` or ``active``.
        automatable: ``yes``, ``no``, or empty where no document says.
        total: technical impact, ``total``, ``partial``, or empty where no document says.
    """
    safety = SAFETY[_step(values.get("C1", level))]
    mission = MISSION[max(_step(values.get(name, level)) for name in ("C2", "C6"))]
    exposure = EXPOSURE[facts.network] if facts.reachable else "small"
    impact = human_impact(safety, mission)
    yes = automatable or "yes"
    when = deadline(
        exploited=exploitation == "active",
        exposed=exposure == "open",
        automatable=yes == "yes",
        total=(total or "total") == "total",
    )
    assumed = tuple(name for name, said in (("automatable", automatable), ("impact", total)) if not said)
    return Urgency(decision(exploitation, exposure, yes, impact), exposure, impact, when, assumed)


def _step(value: int) -> int:
    """A value of 1 to 4 as a place in the words; what lies beyond counts as the nearest."""
    return min(max(value, 1), 4) - 1
