"""Decision: what a person or a policy chose, why, and until when. Finding: a judgement that may need someone.

Question: who said this device is something else than what the wire shows, and who must look?
Reference: DESIGN §1. Left out until an issue asks: acceptances, approvals.

Example:
    >>> Decision(id="x", at=0, verb="claim", person="k.morel", keys=(), attribute="ward", value="Réa A").verb
    'claim'
"""

from __future__ import annotations

from garde.model.key import Key
from garde.model.message import Message


class Decision(Message, frozen=True, kw_only=True):
    """A person's word about devices.

    Attributes:
        verb: ``claim`` (attribute and value of one device), ``withdraw`` (take a claim back), ``merge`` (the keys name
            one device), ``split`` (the keys do not belong together; undoes a merge, also an automatic one).
        keys: the keys that name the devices meant.
        reason: in the person's own words.
        until: nanoseconds since 1970, 0 for without end.
    """

    verb: str
    person: str
    keys: tuple[Key, ...]
    attribute: str = ""
    value: str = ""
    reason: str = ""
    until: int = 0
    source: str = "person"


class Finding(Message, frozen=True, kw_only=True):
    """A judgement that may need someone.

    Attributes:
        rule: name of what judged, for example ``identity.conflict`` or ``pipeline.quarantine``.
        device: id of the device, or empty when it is about Garde itself.
        severity: ``low``, ``medium``, ``high`` or ``critical``.
        reasons: sentences' codes with their values, ``code: value``.
    """

    rule: str
    device: str
    severity: str
    reasons: tuple[str, ...]
    status: str = "open"
