"""Enforce: what a change of a gateway's ruleset would do, how it is made, and how it is undone.

Question: what differs between what the gateway holds and this policy, and which two scripts lead there and back?
Reference: DESIGN §1 (an action's undo is built before it may run); domain note 04 §7 and §8.1: one table of ours,
replaced in one transaction of nft, never ``flush ruleset``. Left out: running them, which an agent does
(`garde.enforcers`), and whether it may be done at all (`garde.zones.simulate`, approvals).

Example:
    >>> from garde.zones.exports.neutral import Permit, Ruleset
    >>> dns = Permit(way="Z2>Z5", source="any", target="any", protocol="udp", low=53, high=53)
    >>> made = plan("", Ruleset(generation=1, policy="p-1", mode="shadow", permits=(dns,)))
    >>> made.undo
    'add table inet garde\\ndelete table inet garde\\n'
    >>> [line for line in made.lines if "dport" in line]
    ['+\\t\\tudp dport 53 counter accept comment "Z2>Z5"']
"""

from __future__ import annotations

import difflib
from typing import Final

import msgspec

from garde.errors import Conflict, Malformed
from garde.model.message import digest
from garde.zones.exports.drift import Drift, drift
from garde.zones.exports.neutral import Ruleset, decoded
from garde.zones.exports.nftables import NFTABLES, TABLE

#: Removes our table whether or not it is there; nothing else is named.
_REMOVE: Final = f"add table inet {TABLE}\ndelete table inet {TABLE}\n"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A change that may be made and undone.

    Attributes:
        id: ``n-`` and the digest of both scripts.
        generation, policy, mode: of the ruleset that it brings.
        before: what the gateway held, as nft lists it; empty for nothing.
        after: what it shall hold.
        apply, undo: scripts for ``nft -f``; each is one transaction.
        difference: what it changes, in permits: ``added`` is what goes, ``missing`` what comes.
        lines: the same as a unified diff of the two rulesets in one spelling, for a dry run.
    """

    id: str
    generation: int
    policy: str
    mode: str
    before: str
    after: str
    apply: str
    undo: str
    difference: Drift
    lines: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """The gateway holds it already."""
        return self.difference.none


def plan(before: str, ruleset: Ruleset) -> Plan:
    """The change from what a gateway holds to a ruleset.

    Args:
        before: what ``nft list table inet garde`` says; empty when there is none.
        ruleset: what it shall hold (`garde.zones.exports.neutral.resolved`).

    Raises:
        Conflict: the table there is none of ours, or of a later generation.
    """
    try:
        reading = NFTABLES.parse(before)
        difference = drift(NFTABLES, ruleset, before)
    except Malformed as error:
        raise Conflict(
            "enforce.foreign",
            f"The gateway's table inet {TABLE} is none of ours: {error.what}",
            hint="Rename that table",
        ) from None
    held = reading.ruleset
    if held.generation > ruleset.generation:
        raise Conflict("enforce.older", f"The gateway holds generation {held.generation}, this is {ruleset.generation}")
    after = NFTABLES.render(ruleset)
    apply, undo = _REMOVE + after, _REMOVE + decoded(before)
    return Plan(
        id=f"n-{digest('enforce', apply, undo)}",
        generation=ruleset.generation,
        policy=ruleset.policy,
        mode=ruleset.mode,
        before=before,
        after=after,
        apply=apply,
        undo=undo,
        difference=difference,
        lines=(
            *_lines(NFTABLES.render(held) if held.generation else "", after),
            *(f"-{line}" for line in reading.strange),
        ),
    )


def _lines(before: str, after: str) -> list[str]:
    both = before.splitlines(), after.splitlines()
    return list(difflib.unified_diff(*both, "before", "after", lineterm="", n=1))
