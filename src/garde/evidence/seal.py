"""Sealing: when a part of the chain is signed, and how old messages go without breaking it.

Question: when is the next seal due, what does it say, and which messages may be forgotten?
Reference: `garde.model.seal`. A seal is written while its writer has the turn (`garde.ports.Unit`), so that it speaks
of exactly what is there. Messages go only when a seal covers them and every reader of the log has passed them; the seal
that says so is written in the same transaction. Left out: keeping single messages longer than others.

Example::

    with store.begin() as unit:
        if due(unit, now, messages=10_000, minutes=10):
            seal(unit, keys, now)
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec

from garde.errors import Refused, Untrusted
from garde.model.seal import Seal
from garde.ports import Head, Keys, Sealed, Snapshot, Unit

MINUTE: Final = 60 * 1_000_000_000
DAY: Final = 24 * 60 * MINUTE


def last(unit: Unit | Snapshot) -> Seal | None:
    """The last seal; None when there is none yet.

    Raises:
        Untrusted: seals or the head of the chain were removed or altered, so that nothing may follow them.
    """
    head = _head(unit)
    found = unit.seals(head.seals - 1) if head.seals else unit.seals()
    if len(found) != (1 if head.seals else 0):
        raise Untrusted("seal.missing", f"The last seal is not number {head.seals}", hint="garde verify says more")
    return read(found[0]) if found else None


def read(sealed: Sealed) -> Seal:
    """The seal of a stored one, whoever signed it.

    Raises:
        Malformed: it is none.
        Untrusted: its octets are no octets, or its number is another.
    """
    if not isinstance(sealed.statement, bytes) or not isinstance(sealed.signature, bytes):
        raise Untrusted("seal.octets", f"Seal {sealed.number} holds no octets")
    seal = Seal.read(sealed.statement)
    if seal.number != sealed.number:
        raise Untrusted("seal.number", f"Seal {sealed.number} says to be number {seal.number}")
    return seal


def due(unit: Unit | Snapshot, now: int, *, messages: int, minutes: int) -> bool:
    """Whether so many messages, or so many minutes with any message, have passed since the last seal."""
    head, before = _head(unit), last(unit)
    unsealed = head.seq - (before.last if before else 0)
    return unsealed > 0 and (before is None or unsealed >= messages or now - before.at >= minutes * MINUTE)


def seal(
    unit: Unit,
    keys: Keys,
    now: int,
    *,
    trusted: Collection[str] = (),
    successor: str = "",
    pruned: int = 0,
    until: int = 0,
) -> Seal:
    """Sign what was added since the last seal, be it nothing.

    Args:
        unit: the transaction in which the seal is added.
        keys: what signs.
        now: nanoseconds since 1970 UTC.
        trusted: ids of keys that this one may follow although they did not announce it.
        successor: id of the key that may sign after this seal, once announced until it does.
        pruned: messages up to this number are removed in this transaction; 0 leaves what the seal before said.
        until: no removed message is later than this.

    Raises:
        Untrusted: see `last`.
        Refused: the log is sealed by another key, which did not announce this one, or the key cannot be used.
        Unreachable: the key does not answer.
    """
    head, before = _head(unit), last(unit)
    after = before.last if before else 0
    keys.sign(b"")  # the first use makes the key, and only then it has a name
    if before and keys.name not in (before.key, before.successor) and before.key not in trusted:
        hint = f"Use that key; if it is lost, add it to [evidence] trusted. Here is {keys.name}"
        raise Refused(
            "seal.other-key", f"The log is sealed by the key {before.key}, which announced no other", hint=hint
        )
    if before and before.key == keys.name:
        successor = successor or before.successor
    made = Seal(
        number=head.seals + 1,
        first=after + 1,
        last=head.seq,
        count=unit.count(after, head.seq),
        head=head.link.hex(),
        at=now,
        key=keys.name,
        previous=before.digest() if before else "",
        pruned=pruned or (before.pruned if before else 0),
        until=until or (before.until if before else 0),
        successor=successor,
    )
    unit.seal(Sealed(made.number, made.statement(), keys.sign(made.statement())))
    return made


class Pruned(msgspec.Struct, frozen=True):
    """What pruning did: how many messages went, and up to which number."""

    count: int
    last: int


def prune(
    unit: Unit, keys: Keys, now: int, *, days: int, readers: dict[str, str], trusted: Collection[str] = ()
) -> Pruned:
    """Remove messages that were sealed more than so many days ago.

    Args:
        unit: the transaction.
        keys: what signs the seal that says so.
        now: nanoseconds since 1970 UTC.
        days: how long messages are kept after the seal that covers them.
        readers: how far each reader of the log came; what one has not read stays.
        trusted: see `seal`.
    """
    seals = [read(one) for one in unit.seals()]
    if not seals:
        return Pruned(0, 0)
    passed = min((int(position) for position in readers.values() if position.isdecimal()), default=seals[-1].last)
    before = seals[-1].pruned
    old = [one.last for one in seals if one.at <= now - days * DAY and before < one.last <= passed]
    if not old:
        return Pruned(0, before)
    seal(unit, keys, now, trusted=trusted, pruned=max(old), until=unit.latest(max(old)))
    return Pruned(unit.prune(max(old)), max(old))


def _head(unit: Unit | Snapshot) -> Head:
    head = unit.head()
    if head is None:
        raise Untrusted("chain.head", "The head of the chain is gone", hint="Restore the last backup")
    return head
