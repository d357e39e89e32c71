"""Force: which policy an enforcement point was given, how far it reaches, and whether anybody confirmed it.

Question: what shall this gateway hold now?
Reference: domain note 04 §7 (modes; what is not confirmed takes itself back). One record per enforcement point; the
log has every change of it.

Example:
    >>> words = {"policy": "p-1", "mode": "shadow", "generation": 1, "token": "1-ab", "person": "k"}
    >>> Force(id="gw-1", state="pending", at=0, **words).holds
    False
"""

from __future__ import annotations

import msgspec


class Force(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force at one point.

    Attributes:
        id: name of the enforcement point.
        policy: id of the policy.
        mode: ``observe``, ``shadow``, ``soft`` or ``enforce``.
        generation: counts what was sent there.
        token: of the change, by which the point knows it.
        state: ``pending``, ``confirmed`` or ``undone``.
        at: of the last word about it, nanoseconds since 1970.
        person: login of who said it.
        before: policy, mode and generation that were confirmed before it; empty for none.
    """

    id: str
    policy: str
    mode: str
    generation: int
    token: str
    state: str
    at: int
    person: str
    before: tuple[str, str, int] | None = None

    @property
    def holds(self) -> bool:
        """Whether the point shall hold this policy for good."""
        return self.state == "confirmed"
