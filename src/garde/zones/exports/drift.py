"""Drift: what an enforcement point holds, against what was approved for it.

Question: which permission did somebody add, remove or widen on the gateway itself, and is that worth a finding?
Reference: domain note 04 §8.4 (a round trip detects drift); IEC 62443-3-3 SR 7.6 (settings as they were approved). Both
sides are compared as permits, so spelling, order and counters do not matter; whatever the form never writes is told
word for word. Left out: who did it, which the enforcement point's own log says.

Example:
    >>> from garde.zones.exports.neutral import Permit, Ruleset
    >>> from garde.zones.exports.nftables import NFTABLES
    >>> dns = Permit(way="Z2>Z5", source="any", target="any", protocol="udp", low=53, high=53)
    >>> wanted = Ruleset(generation=2, policy="p-1", mode="enforce", permits=(dns,))
    >>> drift(NFTABLES, wanted, NFTABLES.render(wanted)).none
    True
    >>> drift(NFTABLES, wanted, "").reasons()
    ('missing: Z2>Z5 any to any udp 53', 'policy: none, not p-1')
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec

from garde.model.finding import Judgement, judgement
from garde.zones.exports.neutral import Form, Permit, Ruleset

#: Row of `findings/rules.toml`.
RULE: Final = "zones.drift"
#: Lines that a finding shows; the whole is in the export.
_MOST: Final = 40


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between a text and what was approved.

    Attributes:
        added: permits that only the enforcement point has.
        missing: permits that only the policy has.
        changed: (as approved, as found) of permits with other addresses or another mark.
        strange: statements the form never writes, or ``absent: `` and one that it always does.
        header: (word, as found, as approved) of policy, mode and generation that differ.
    """

    added: tuple[Permit, ...] = ()
    missing: tuple[Permit, ...] = ()
    changed: tuple[tuple[Permit, Permit], ...] = ()
    strange: tuple[str, ...] = ()
    header: tuple[tuple[str, str, str], ...] = ()

    @property
    def none(self) -> bool:
        """Both sides say the same."""
        return not (self.added or self.missing or self.changed or self.strange or self.header)

    @property
    def opens(self) -> bool:
        """More may pass than was approved."""
        wider = any(
            set(found.targets) - set(wanted.targets) or set(found.sources) - set(wanted.sources)
            for wanted, found in self.changed
        )
        weaker = any(word == "mode" for word, _, _ in self.header)
        return bool(self.added or self.strange or wider or weaker)

    def reasons(self) -> tuple[str, ...]:
        """``code: value`` lines for a finding."""
        lines = [
            *(f"added: {said(one)}" for one in self.added),
            *(f"missing: {said(one)}" for one in self.missing),
            *(f"changed: {said(wanted)}{_other(wanted, found)}" for wanted, found in self.changed),
            *(f"strange: {line}" for line in self.strange),
            *(f"{word}: {found or 'none'}, not {wanted}" for word, found, wanted in self.header),
        ]
        return (*lines[:_MOST], *([f"more: {len(lines) - _MOST}"] if len(lines) > _MOST else []))


def drift(form: Form, approved: Ruleset, text: str | bytes) -> Drift:
    """How an enforcement point's text differs from the ruleset approved for it.

    Raises:
        Malformed: the text is not of this form.
    """
    reading = form.parse(text)
    held, fitted = reading.ruleset, form.fit(approved)
    wanted, found = _by_key(fitted), _by_key(held)
    added, missing, changed = [], [], []
    for key in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(key, []), found.get(key, [])
        only_before, only_after = [o for o in before if o not in after], [o for o in after if o not in before]
        if len(only_before) == len(only_after) == 1:
            changed.append((only_before[0], only_after[0]))
        else:
            missing += only_before
            added += only_after
    words = [("policy", held.policy, fitted.policy)]
    # Before it holds anything it has no mode to be wrong about.
    if held.permits or held.policy:
        words += [("mode", held.mode, fitted.mode), ("generation", str(held.generation), str(fitted.generation))]
        for word, has, wants in (("low", held.low, fitted.low), ("spared", held.spared, fitted.spared)):
            words.append((word, _hosts(has.macs, has.addresses), _hosts(wants.macs, wants.addresses)))
    return Drift(
        added=tuple(added),
        missing=tuple(missing),
        changed=tuple(changed),
        strange=reading.strange,
        header=tuple(word for word in words if word[1] != word[2]),
    )


def judged(point: str, found: Drift, at: int, *, cause: tuple[str, ...] = ()) -> Judgement:
    """The judgement about an enforcement point; over when nothing differs.

    Args:
        point: its name, as the configuration has it.
        cause: ids of the messages that the comparison rests on.
    """
    return judgement(
        RULE,
        at,
        identifier=point,
        kind="gap",
        severity="high" if found.opens else "medium",
        reasons=(f"point: {point}", *found.reasons()),
        cause=cause,
        over=found.none,
    )


def said(permit: Permit) -> str:
    """A permit on one line."""
    ports = "" if not permit.high else f" {permit.low}" if permit.low == permit.high else f" {permit.low}-{permit.high}"
    mark = "" if permit.dscp is None else f" dscp {permit.dscp}"
    way = "answers of " if permit.answer else ""
    return f"{way}{permit.way} {permit.source} to {permit.target} {permit.protocol}{ports}{mark}"


def _by_key(ruleset: Ruleset) -> dict[tuple[str, str, str, str, int, int, bool], list[Permit]]:
    found = defaultdict(list)
    for one in ruleset.permits:
        found[one.key].append(one)
    return dict(found)


def _other(wanted: Permit, found: Permit) -> str:
    parts = []
    for word in ("sources", "targets"):
        has, wants = getattr(found, word), getattr(wanted, word)
        parts += [
            f"{word} {sign}{one}"
            for sign, ones, others in (("+", has, wants), ("-", wants, has))
            for one in ones
            if one not in others
        ]
    if wanted.dscp != found.dscp:
        parts.append(f"dscp {found.dscp}")
    return f" ({', '.join(parts[:8])}{', …' if len(parts) > 8 else ''})"


def _hosts(macs: tuple[str, ...], addresses: tuple[str, ...]) -> str:
    return " ".join((*macs, *addresses)) or "none"
