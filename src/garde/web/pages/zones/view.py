"""View: what the pages of zones share: days, names of zones, and who may see the whole hospital.

Question: which days does this address mean, what do people call this zone, and how grave is a flow out of rule?
Reference: reference of the pages §6 (the address is the state) and 7.4. The roll-up has no wards: a person whose right
reaches a part of the hospital cannot be shown a part of it. Left out: the roll-up, which is
`garde.pipeline.zones.drafting`.

Example:
    >>> from garde.zones.plan import packaged
    >>> grave(packaged(), "Z1", "OUT"), grave(packaged(), "Z11", "Z2"), grave(packaged(), "Z10", "Z1")
    ('critical', 'high', 'critical')
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from garde.errors import Refused
from garde.gate import visitor_of
from garde.zones.plan import Plan

#: Days that are shown when none are asked for, and those that are offered.
DAYS: Final = 7
OFFERED: Final = (1, 7, 14, 30)
#: From this level of security on (IEC 62443-3-3 SL-T), what comes from guests and from what nobody knows is grave.
STRICT: Final = 3


def days_of(request: Request, name: str = "days", other: int = DAYS) -> int:
    """The days of an address: one to sixty."""
    said = request.query_params.get(name, "")
    return min(max(int(said), 1), 60) if said.isascii() and said.isdigit() and len(said) < 4 else other


def days_said(text: str, other: int = 14) -> int:
    """The days of a form: one to sixty."""
    return min(max(int(text), 1), 60) if text.isascii() and text.isdigit() and len(text) < 4 else other


def zone_name(plan: Plan, name: str, code: str) -> str:
    """What people call a zone."""
    area = plan.areas.get(name)
    return name if area is None else area.fr if code == "fr" else area.en


def grave(plan: Plan, source: str, target: str) -> str:
    """The severity of what flows out of rule: critical beyond the site, or from strangers into a strict zone."""
    if plan.outside in (source, target):
        return "critical"
    low, high = plan.areas.get(source), plan.areas.get(target)
    strangers = low is not None and low.level == 1 and (low.closed or low.onboarding)
    return "critical" if strangers and high is not None and high.level >= STRICT else "high"


def whole(request: Request, right: str = "zones.read") -> None:
    """Ask that a right reaches the whole hospital.

    Raises:
        Refused: it reaches a part of it.
    """
    if not visitor_of(request).scope(right).everything:
        raise Refused(
            "zones.whole", "Zones are those of the whole hospital, and your right reaches a part of it",
            hint="Ask somebody who sees the whole hospital",
        )  # fmt: skip
