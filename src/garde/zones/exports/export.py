"""Export: a policy in one form, with all that this form leaves open said beside it.

Question: what do I hand to whoever runs that gateway, switch or MUD manager, and what must they know of it?
Reference: domain note 04 §8; issue 4 part 9 (``garde zones export``). The same policy, objects and time give the same
text. Left out: choosing the policy and whether it may leave (approvals), which are the caller's.

Example:
    >>> from garde.model.zones.zone import Conduit, Rule, drafted
    >>> rule = Rule(source="zone:Z2", target="kind:PACS", protocol="tcp", low=104, high=104)
    >>> policy = drafted("one", 0, (), [Conduit(source="Z2", target="Z5", rules=(rule,))])
    >>> made = export(policy, Objects(), "acl", generation=1, mode="enforce")
    >>> made.unknown
    ('Z2 zone:Z2', 'Z5 kind:PACS')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from garde.errors import Missing
from garde.model.zones.zone import Policy, Rule
from garde.zones.exports.lines import Lines, cost
from garde.zones.exports.mud import models, written
from garde.zones.exports.neutral import Objects, label, resolved, short
from garde.zones.exports.table import FORMS
from garde.zones.mud import DNS, NTP, Head

#: The form that is made of the rules themselves, one text for each model.
MUD_FORM: Final = "mud"
#: All forms, as the command line names them.
NAMES: Final = (*FORMS.names, MUD_FORM)
#: How a rule says in ``because`` that its protocol goes on to further ports.
_HELPER: Final = "helper: "


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in one form.

    Attributes:
        form: one of ``NAMES``.
        policy, generation, mode: what the text says of itself; a MUD file has neither of the last two.
        texts: name → text; one named like the form, or one for each ``model:MAKER|MODEL``.
        unknown: ``ZONE OBJECT`` of objects without any address: their rules permit nobody.
        unfollowed: rules whose protocol agrees on further ports, which no form opens.
        left: rules that are no model's, so no MUD file has them.
        cost: head of an access list → its lines and the entries they take of the switch's table.
    """

    form: str
    policy: str
    generation: int
    mode: str
    texts: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()
    left: int = 0
    cost: Mapping[str, tuple[int, int]] = {}

    @property
    def text(self) -> str:
        """All texts one after the other."""
        return "".join(self.texts.values())


def export(
    policy: Policy,
    objects: Objects,
    form: str,
    *,
    generation: int,
    mode: str,
    at: int = 0,
    base: str = "https://garde.invalid/mud/",
    names: Mapping[str, str] | None = None,
) -> Export:
    """The policy in a form.

    Args:
        generation, mode, at: see `resolved`.
        base: address below which the MUD files will lie, https.
        names: for MUD, peer → object of rules; without it DNS and NTP are those kinds.

    Raises:
        Missing: no such form, or no rule of the policy is of a model.
        Malformed: a rule or an address is none.
    """
    if form == MUD_FORM:
        return _mud(policy, generation, mode, at, base, names or {DNS: "kind:DNS", NTP: "kind:NTP"})
    if form not in FORMS:
        raise Missing("export.form", f"There is no form {form!r}", hint=f"Forms: {', '.join(NAMES)}")
    row = FORMS[form]
    ruleset, unknown = resolved(policy, objects, generation=generation, mode=mode, at=at, by_mac=row.macs)
    return Export(
        form=form,
        policy=policy.id,
        generation=generation,
        mode=row.fit(ruleset).mode,
        texts={form: row.render(ruleset)},
        unknown=unknown,
        unfollowed=_unfollowed(policy),
        cost=cost(row, ruleset) if isinstance(row, Lines) else {},
    )


def _mud(policy: Policy, generation: int, mode: str, at: int, base: str, names: Mapping[str, str]) -> Export:
    by_model = models(policy)
    if not by_model:
        raise Missing("export.models", "No rule of this policy is of a model, so there is no MUD file")
    texts = {}
    for word, rules in by_model.items():
        maker, _, model = word.removeprefix("model:").partition("|")
        url = f"{base.rstrip('/')}/{short(word)}.json"
        texts[word] = written(rules, url, Head(maker=maker, model=model), at=at, names=names).decode()
    covered = {rule for rules in by_model.values() for rule in rules}
    every = [rule for way in policy.conduits for rule in way.rules]
    return Export(
        form=MUD_FORM,
        policy=policy.id,
        generation=generation,
        mode=mode,
        texts=texts,
        unfollowed=_unfollowed(policy),
        left=sum(rule not in covered for rule in every),
    )


def _unfollowed(policy: Policy) -> tuple[str, ...]:
    return tuple(
        _told(rule)
        for way in policy.conduits
        for rule in way.rules
        if any(reason.startswith(_HELPER) for reason in rule.because)
    )


def _told(rule: Rule) -> str:
    return f"{label(rule.source)} to {label(rule.target)} {rule.protocol} {rule.ports}"
