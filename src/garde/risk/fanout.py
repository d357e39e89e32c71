"""Fan-out: how many devices depend on one, counted from who talks to whom.

Question: what stops when this device stops, and is anything critical among it?
Reference: domain note 03 §1.1 (C6), 02 §3. Who begins a conversation depends on who answers. One bucket of five minutes
is a visit, which a scan also makes; a dependent comes back. Left out: what depends in turn on a dependent, since a
hospital's network is one component and each device would depend on all.

Example:
    >>> from garde.model.flow import Conversation
    >>> from garde.model.key import Key
    >>> one, two = Key("ip", "a"), Key("ip", "b")
    >>> hour = [Conversation(id=str(at), at=at, sensor="s", source=one, target=two, protocol="tcp") for at in range(3)]
    >>> dependents(hour, {one: "d-1", two: "d-2"})
    {'d-2': frozenset({'d-1'})}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from garde.model.flow import Conversation
from garde.model.key import Key

#: Buckets in which one must have come to another before it counts as depending on it.
LEAST_BUCKETS: Final = 2


def dependents(
    conversations: Iterable[Conversation], device_of: Mapping[Key, str], least: int = LEAST_BUCKETS
) -> dict[str, frozenset[str]]:
    """Id of a device that answers → ids of the devices that keep coming to it; only those that have any."""
    buckets: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one in conversations:
        source, target = device_of.get(one.source, ""), device_of.get(one.target, "")
        if source and target and source != target:
            buckets[target, source].add(one.at)
    found: dict[str, set[str]] = defaultdict(set)
    for (target, source), seen in buckets.items():
        if len(seen) >= least:
            found[target].add(source)
    return {target: frozenset(sources) for target, sources in sorted(found.items())}


def highest(target: str, found: Mapping[str, frozenset[str]], levels: Mapping[str, int]) -> int:
    """The highest level among what depends on a device, 0 for nothing; ``levels`` holds those of the kinds."""
    return max((levels.get(source, 0) for source in found.get(target, ())), default=0)
