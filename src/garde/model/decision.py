"""Decision: what a person or a policy chose, why, and until when.

Question: who said this device is something else than what the wire shows, who accepted this risk, who gave that role?
Reference: DESIGN §1 and §2 rule 3. Every word of a person is one of these; the verb says what it is about.

Example:
    >>> Decision(id="x", at=0, verb="claim", person="k.morel", attribute="ward", value="Réa A").verb
    'claim'
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from garde.model.key import Key
from garde.model.message import Message

#: Verbs about devices: attribute and value of one; taking a claim back; keys that name one device; keys that do not
#: (which undoes a merge, also an automatic one); asking to be told of it, and not any more; a remark.
OF_DEVICES: Final = ("claim", "withdraw", "merge", "split", "follow", "unfollow", "note")
#: Verbs about findings; their meaning is in `garde.findings.life`.
OF_FINDINGS: Final = (
    "take",
    "assign",
    "release",
    "wait",
    "accept",
    "silence",
    "expect",
    "close",
    "reopen",
    "note",
    "approve",
)
#: Verbs about actions; their meaning is in `garde.respond.life`. ``confirm`` says that something is so (`attribute`):
#: the spare is in place, the bedside was looked at, the clinician is named, a work order was carried out. ``override``
#: breaks the glass: it runs before all agreed, and ``review`` says that somebody looked at that afterwards.
OF_ACTIONS: Final = (
    "approve",
    "refuse",
    "confirm",
    "undo",
    "extend",
    "override",
    "review",
    "freeze",
    "thaw",
)
#: Verbs about people, access and the platform.
OF_PLATFORM: Final = (
    "person.add",
    "person.change",
    "person.remove",
    "password.set",
    "factor.set",
    "factor.remove",
    "recovery.make",
    "token.make",
    "token.revoke",
    "session.end",
    "kiosk.set",
    "view.save",
    "view.remove",
    "shift.note",
    "evidence.verify",
    "evidence.export",
    "document.import",
    "matrix.freeze",
    "policy.draft",
    "policy.mode",
    "policy.apply",
    "policy.confirm",
    "policy.undo",
    "onboarding.step",
)


class Decision(Message, frozen=True, kw_only=True):
    """A person's or a policy's word.

    Attributes:
        verb: one of the verbs above.
        person: login of who decided, or ``policy:`` and the row of the policy.
        keys: the keys that name the devices meant.
        about: id of the noun meant when it is not a device: a finding, a person, a token.
        reason: in the person's own words.
        until: nanoseconds since 1970, 0 for without end.
        source: ``person``, or the list that the word was read from.
    """

    verb: str
    person: str
    keys: tuple[Key, ...] = ()
    about: str = ""
    attribute: str = ""
    value: str = ""
    reason: str = ""
    until: int = 0
    source: str = "person"


class Access(Message, frozen=True, kw_only=True):
    """Somebody came to the door.

    Attributes:
        person: login that was named, clipped; it need not exist.
        outcome: ``signed-in``, ``signed-out``, ``refused``, ``locked`` or ``expired``.
        way: ``password``, ``factor``, ``recovery``, ``oidc``, ``token`` or ``kiosk``.
        origin: network address that asked.
        code: of the refusal, where it tells more than the outcome.
    """

    person: str
    outcome: str
    way: str
    origin: str = ""
    code: str = ""


def word(verb: str, person: str, at: int, **parts: Any) -> Decision:
    """What a person says now, under an id that nobody else has."""
    return Decision(id=f"w-{secrets.token_hex(12)}", at=at, verb=verb, person=person, **parts)
