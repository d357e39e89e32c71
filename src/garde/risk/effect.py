"""Effect: what a piece of work changes in the facts of a device, so that the risk it removes is scored and not guessed.

Question: what would this device's score be once the supplier's patch is in, or once its ward has a zone of its own?
Reference: domain note 03 §6 (a device out of reach) and §7; works.toml. A score after work is a forecast: only evidence
makes it true, and the evidence of each measure stands in measures.toml. Left out: measures that lower the impact (a
spare, a backup), which are scored anew under criticality.

Example:
    >>> from garde.risk.book import packaged
    >>> from garde.risk.vulnerability.score import Facts, Seen, score
    >>> weak, known = Facts(network="wifi", seen=(Seen("smb1"), Seen("clear text"))), packaged().effects
    >>> [round(score(after(weak, [known[name]])).value, 1) for name in ("segmentation", "service removal")]
    [35.0, 42.0]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from garde.risk.book import Effect
from garde.risk.vulnerability.score import EXPLOITED, NETWORK, PUBLIC, Facts, Weakness


def helps(facts: Facts, effect: Effect, fixable: Collection[str] = ()) -> bool:
    """Whether the work changes anything on the device."""
    return after(facts, [effect], fixable) != facts


def after(facts: Facts, done: Iterable[Effect], fixable: Collection[str] = ()) -> Facts:
    """The facts as they would be once the work is done.

    Args:
        facts: as they are.
        done: effects of the work, in whatever order: none of them undoes another.
        fixable: ids of weaknesses for which a version without them is published.
    """
    network, support, reachable = facts.network, facts.support, facts.reachable
    weaknesses, seen = facts.weaknesses, facts.seen
    for effect in done:
        if (effect.needs and facts.network not in effect.needs) or (
            effect.supports and facts.support not in effect.supports
        ):
            continue
        if effect.network and NETWORK[effect.network] < NETWORK[network]:
            network = effect.network  # type: ignore[assignment]
        reachable = reachable and effect.reachable
        if effect.support:
            support = effect.support  # type: ignore[assignment]
        seen = tuple(one for one in seen if one.what not in effect.removes)
        if effect.weaknesses != "none":
            gone = None if effect.weaknesses == "all" else frozenset(fixable)
            weaknesses = tuple(one for one in weaknesses if gone is not None and one.id not in gone)
        if effect.chance < 1:
            weaknesses = tuple(_less(one, effect.chance) for one in weaknesses)
    return msgspec.structs.replace(
        facts, network=network, support=support, reachable=reachable, weaknesses=weaknesses, seen=seen
    )


def _less(one: Weakness, left: float) -> Weakness:
    """A filter in front stops the known exploit: what stays is its chance, and it is exploited here no more."""
    chance = max(one.chance, EXPLOITED if one.exploited else 0.0, PUBLIC if one.public else 0.0) * left
    return msgspec.structs.replace(one, chance=chance, exploited=False, public=False)
