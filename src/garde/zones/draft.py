"""Draft: a policy that somebody had proposed, how good it is, and how far it has been let.

Question: who had this policy drafted from which days, what does it explain, and does it stop anything yet?
Reference: domain note 04 §6 (coverage, over-permission, review) and §7 (modes). The policy itself is kept beside it
under the same id (`garde.model.zones.zone.Policy`). What would break stands in the simulation, what people accepted in
their approvals. Left out: which enforcement point carries it, which the exports say.

Example:
    >>> MODES.index("observe") < MODES.index("enforce"), stops("shadow")
    (True, False)
"""

from __future__ import annotations

import msgspec

from garde.errors import Refused
from garde.zones.exports.neutral import MODES
from garde.zones.propose import Coverage, Proposal
from garde.zones.sift import Review


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One draft.

    Attributes:
        id: of its policy.
        name: what people call it.
        at: when it was proposed, nanoseconds since 1970. person: login of who asked for it.
        asked: days that were asked for. days: days on which anything was observed; since, until: the window.
        rules: how many it has.
        coverage: what it explains. permitted, observed, over: pairs that it permits, those in use, and the share of
            those that nobody used.
        fresh, settled: share of rules that rest on the second half of the window only; whether that is small enough.
        review: what a person must judge. untested: must-pass rows that nobody serves here.
        mode: one of ``MODES``.
    """

    id: str
    name: str
    at: int
    person: str
    asked: int
    days: int
    since: int
    until: int
    rules: int
    coverage: Coverage
    permitted: int
    observed: int
    over: float
    fresh: float
    settled: bool
    review: tuple[Review, ...] = ()
    untested: tuple[str, ...] = ()
    mode: str = MODES[0]


def draft_of(made: Proposal, asked: int, person: str) -> Draft:
    """The draft of a proposal that a person asked for."""
    return Draft(
        id=made.policy.id, name=made.policy.name, at=made.policy.at, person=person, asked=asked, days=made.days,
        since=made.since, until=made.until, rules=made.rules, coverage=made.coverage, permitted=made.permitted,
        observed=made.observed, over=made.over, fresh=made.fresh, settled=made.settled, review=made.review,
        untested=made.untested,
    )  # fmt: skip


def stops(mode: str) -> bool:
    """Whether anything is dropped in this mode."""
    return mode in MODES[2:]


def moved(draft: Draft, mode: str, locks: tuple[str, ...]) -> Draft:
    """The draft in another mode: one step further at a time, and back as far as one likes.

    Args:
        locks: why it may not stop anything (`garde.zones.simulate.locked`, and signatures that are missing).

    Raises:
        Refused: no such mode, a step is left out, or something holds it.
    """
    if mode not in MODES or mode == draft.mode:
        raise Refused("policy.mode", "There is no such step from here")
    if MODES.index(mode) > MODES.index(draft.mode) + 1:
        raise Refused("policy.step", "One mode after the other: what the step before shows is needed for the next")
    if MODES.index(mode) > MODES.index(draft.mode) and stops(mode) and locks:
        raise Refused(
            "policy.locked", "It stays locked until nothing would break, or each break is accepted by name",
            hint="Open the simulation", where=locks[0],
        )  # fmt: skip
    return msgspec.structs.replace(draft, mode=mode)
