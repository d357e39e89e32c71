"""Integrity: does the chain hold, is every stored message what its id says, and does every claim rest on one?

Question: was anything altered or lost since it was written?
Reference: `garde.evidence` (the chain and its seals); DESIGN §2 rule 3: ids of derived messages are digests of their
content; §5: a position is advanced together with the effects of what it passes. Left out: the state that stages made
of messages, beyond what it rests on: it can be made again from the log.

Example::

    for line in breaks(store):
        print(line)
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Iterator
from typing import Final

from garde.errors import GardeError, Malformed, Untrusted
from garde.evidence import verify as evidence
from garde.evidence.chain import called
from garde.evidence.seal import read
from garde.model.codec import decode
from garde.model.device import Device
from garde.model.observation import Observation, observe
from garde.model.seal import Seal
from garde.ports import Snapshot, Store

#: Most broken links that are named: after an accident with a disk there may be as many as devices.
LISTED: Final = 100


def breaks(store: Store, trusted: Collection[str] = ()) -> Iterator[str]:
    """One sentence per break, the chain's first; none when all is well.

    Args:
        store: what is checked.
        trusted: ids of keys of which one must have made the last seal; empty trusts whichever did.
    """
    found: list[str] = []
    until = 0
    try:
        with store.snapshot() as look:
            found.extend(itertools.islice(evidence.breaks(look, trusted), LISTED))
            found.extend(itertools.islice(_altered(look), LISTED))
            until = max((one.until for one in _readable(look)), default=0)
    except Untrusted as error:
        found.append(str(error))
    yield from found
    try:
        yield from _unfounded(store, until)
    except Malformed as error:
        yield str(error)
    for row in store.ask("readers_beyond_the_log"):
        yield f"reader {row['reader']} stands at {row['position']}, behind the end of the log"
    for row in store.ask("links_to_nothing", most=LISTED):
        yield f"{row['link']} leads to {row['kind']} {row['id']}, which is not there"


def _readable(look: Snapshot) -> Iterator[Seal]:
    for sealed in look.seals():
        with contextlib.suppress(GardeError):
            yield read(sealed)


def _altered(look: Snapshot) -> Iterator[str]:
    for entry in look.entries(0):
        if entry.kind != Observation.__name__:
            continue
        try:
            message = decode(entry.body)
            same = isinstance(message, Observation) and _name(message) == message.id
        except (Malformed, TypeError, ValueError):
            yield f"message {entry.seq} ({called(entry)}) cannot be read"
            continue
        if not same:
            yield f"message {entry.seq} ({called(entry)}) is not what its id says"


def _name(seen: Observation) -> str:
    again = observe(
        sensor=seen.sensor,
        at=seen.at,
        subject=seen.subject,
        attribute=seen.attribute,
        value=seen.value,
        source=seen.source,
        weight=seen.weight,
        place=seen.place,
    )
    return again.id


def _unfounded(store: Store, until: int) -> Iterator[str]:
    """Claims whose messages are neither there nor, being no later than ``until``, may have been pruned."""
    for device in store.all(Device):
        claims = [*device.claims.values(), *(one for many in device.many.values() for one in many)]
        rests = {
            line.observation: claim.attribute
            for claim in claims
            for line in claim.sources
            if line.observation and line.at > until
        }
        there = store.messages(rests)
        for name, attribute in sorted(rests.items()):
            if name not in there:
                yield f"{attribute} of {device.id} rests on message {name}, which is not in the log"
