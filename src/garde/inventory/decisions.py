"""Decisions: what people said of devices, as constraints and claims on the resolution.

Question: which interfaces must be, or must not be, one device because somebody said so?
Reference: DESIGN §1 (Decision) and §2 rule 2. Later words override earlier ones on the same keys; nothing is erased, so
every merge and split can be taken back. Left out: who may decide; that is asked before a Decision exists.

Example:
    >>> a, b = Key("mac", "00:00:5e:00:53:01"), Key("mac", "00:00:5e:00:53:02")
    >>> said = Said([Decision(id="2", at=2, verb="split", person="k", keys=(a, b)),
    ...              Decision(id="1", at=1, verb="merge", person="k", keys=(a, b))])
    >>> said.merged, said.apart == {frozenset((a, b)): 2}
    ({}, True)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from garde.inventory.claims import Support
from garde.model.catalogue import trust
from garde.model.decision import Decision
from garde.model.device import Source
from garde.model.key import Key

#: Keys that one decision may name; a page offers far fewer.
MOST_KEYS = 64


class Said:
    """Every decision that is in force at ``now``, whatever order they came in.

    Attributes:
        merged, apart: pairs of keys that are, or are not, one device, with the time of the word.
        claims: claims that were not taken back, the earliest first.
    """

    def __init__(self, decisions: Iterable[Decision], now: int = 0) -> None:
        self.merged: dict[frozenset[Key], int] = {}
        self.apart: dict[frozenset[Key], int] = {}
        self.claims: list[Decision] = []
        self.withdrawn: list[Decision] = []
        for one in sorted({d.id: d for d in decisions}.values(), key=lambda d: (d.at, d.id)):
            if one.until and now and one.until < now:
                continue
            if one.verb == "claim":
                self.claims.append(one)
            elif one.verb == "withdraw" and one.attribute:
                self.withdrawn.append(one)
            elif one.verb in ("merge", "split", "withdraw"):
                self._bind(one)

    def _bind(self, one: Decision) -> None:
        for pair in combinations(sorted(set(one.keys[:MOST_KEYS])), 2):
            both = frozenset(pair)
            self.merged.pop(both, None)
            self.apart.pop(both, None)
            if one.verb == "merge":
                self.merged[both] = one.at
            elif one.verb == "split":
                self.apart[both] = one.at

    def keys(self) -> Iterator[tuple[Key, int]]:
        """Every key that a decision names, with the time at which it was said."""
        for pairs in (self.merged, self.apart):
            for both, at in pairs.items():
                for key in both:
                    yield key, at
        for one in (*self.claims, *self.withdrawn):
            for key in one.keys[:MOST_KEYS]:
                yield key, one.at

    def splits(self) -> Iterator[tuple[str, str]]:
        """MAC and IP that a person holds for two things."""
        for both in self.apart:
            left, right = sorted(both)
            if (left.kind, right.kind) == ("ip", "mac"):
                yield right.value, left.value

    def partners(self) -> dict[Key, set[Key]]:
        """Key → keys that a person merged with it: both must be read to resolve either."""
        found: dict[Key, set[Key]] = {}
        for both in (*self.merged, *self.apart):
            left, right = sorted(both)
            found.setdefault(left, set()).add(right)
            found.setdefault(right, set()).add(left)
        return found

    def supports(self, claims: Iterable[Decision], withdrawn: Iterable[Decision]) -> Iterator[tuple[str, Support]]:
        """Attribute and support of each claim that no later word took back; both lists are about one device."""
        taken = list(withdrawn)
        for one in claims:
            if any(
                back.attribute == one.attribute
                and (back.at, back.id) > (one.at, one.id)
                and back.value in ("", one.value)
                for back in taken
            ):
                continue
            person = one.source == "person"
            line = Source(
                source=one.source,
                sensor="",
                weight=1.0 if person else trust(one.source, one.attribute),
                first_at=one.at,
                at=one.at,
                observation=one.id,
                by=one.person if person else "",
                reason=one.reason,
            )
            yield one.attribute, Support(one.value, line, one.source)
