"""Saying: a person's word about a device, checked before it is a Decision.

Question: may this be said of this device at all, and how does it stand in the log?
Reference: DESIGN §1 (Decision) and §2 rule 3; `garde.model.decision` has the verbs. Left out: who may say it, which is
asked before.

Example:
    >>> one = Device(id="d-1", keys=(Key("ip", "10.0.0.1"),))
    >>> said(one, "claim", "k.morel", 5, reason="label", attribute="ward", value=" Réa  A ").value
    'Réa A'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garde.errors import Malformed
from garde.inventory.reconcile import canonical
from garde.model.catalogue import attributes
from garde.model.decision import Decision, word
from garde.model.device import Device
from garde.model.key import Key

#: Verbs that a person may say of a device here.
VERBS: Final = ("claim", "withdraw", "merge", "split", "note")
#: Longest reason, in characters.
LONGEST: Final = 500


def said(
    device: Device,
    verb: str,
    person: str,
    at: int,
    *,
    reason: str,
    attribute: str = "",
    value: str = "",
    others: Iterable[Key] = (),
    until: int = 0,
) -> Decision:
    """The word of a person about a device.

    Args:
        device: what is meant.
        verb: one of ``VERBS``.
        person: login of who says it.
        at: nanoseconds since 1970.
        reason: in their own words; never empty.
        attribute, value: what is claimed or taken back; taking back without a value takes back every value.
        others: keys that are the same device (merge), or keys of it that are another one (split).
        until: nanoseconds since 1970, 0 for without end.

    Raises:
        Malformed: no such verb or attribute, no value, no reason, or nothing to merge or split.
    """
    reason = reason.strip()[:LONGEST]
    if verb not in VERBS:
        raise Malformed("decision.verb", f"{verb!r} is nothing one can decide", hint=f"Verbs: {', '.join(VERBS)}")
    if not reason:
        raise Malformed("decision.reason", "A decision needs a reason", hint="Say in a few words how you know")
    keys = device.keys[:1]
    if verb in ("claim", "withdraw"):
        if attribute not in attributes():
            raise Malformed("decision.attribute", f"{attribute!r} is no attribute")
        value = value.strip()
        if verb == "claim" and not value:
            raise Malformed("decision.value", "A claim needs a value")
        value = canonical(attribute, value) if value else ""
    else:
        attribute = value = ""
    if verb in ("merge", "split"):
        keys = (*others, *keys) if verb == "split" else (*keys, *others)
        if len(set(keys)) < 2:
            raise Malformed("decision.other", "Name another device or another of its keys")
    return word(verb, person, at, keys=keys, attribute=attribute, value=value, reason=reason, until=until)
