"""Device: what we believe of one thing on the network, and on which sightings each belief rests.

Question: what is it, how sure are we, and who says so?
Reference: DESIGN §1 and §2 rule 2. Losing values are kept beside the winning one; a person's claim outranks a sensor's.

Example:
    >>> Claim(attribute="model", value="MR_VB15A", confidence=0.4).state
    'unknown'
"""

from __future__ import annotations

import msgspec

from garde.model.key import Key
from garde.model.observation import Place

#: Domain note 01 §10, "Display": at or above, accepted without a person; between, proposed; below, unknown.
ACCEPTED = 0.85
PROPOSED = 0.5


class Source(msgspec.Struct, frozen=True, gc=False):
    """One source's support of one value: many observations folded into one line.

    ``at`` and ``place`` are those of the latest observation, ``first_at`` and ``first_place`` of the earliest.
    ``by`` names the person when a person said it.
    """

    source: str
    sensor: str
    weight: float
    first_at: int
    at: int
    count: int = 1
    first_place: Place | None = None
    place: Place | None = None
    observation: str = ""
    by: str = ""
    reason: str = ""


class Claim(msgspec.Struct, frozen=True):
    """One value of one attribute with its confidence and what supports it."""

    attribute: str
    value: str
    confidence: float
    sources: tuple[Source, ...] = ()

    @property
    def state(self) -> str:
        """``accepted``, ``proposed`` or ``unknown`` by the thresholds above."""
        if self.confidence >= ACCEPTED:
            return "accepted"
        return "proposed" if self.confidence >= PROPOSED else "unknown"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One record per device, for its whole life.

    Attributes:
        id: ``d-`` and the digest of its strongest key. Every key's digest leads to the device, so an address that was
            sent to a colleague still opens after a merge.
        keys: every key by which it was recognised, strongest first.
        kind: a name of the kinds catalogue, or ``unknown``.
        claims: attribute → winning claim; for attributes that may hold many values, see ``many``.
        rivals: attribute → the losing claims, best first.
        many: attribute → all values, best first, for attributes with ``many = true``.
        conflicts: attributes whose sources disagree too much to choose silently.
        carrier: id of the gateway that speaks for it, when it does not speak itself.
    """

    id: str
    keys: tuple[Key, ...]
    kind: str = "unknown"
    first_at: int = 0
    last_at: int = 0
    claims: dict[str, Claim] = {}
    rivals: dict[str, tuple[Claim, ...]] = {}
    many: dict[str, tuple[Claim, ...]] = {}
    conflicts: tuple[str, ...] = ()
    carrier: str = ""

    def value(self, attribute: str) -> str:
        """The winning value, or the empty string where we do not know."""
        claim = self.claims.get(attribute)
        return claim.value if claim else ""
