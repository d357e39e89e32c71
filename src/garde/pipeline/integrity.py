"""Integrity: is every stored message what its id says, and does every claim rest on one?

Question: was anything altered or lost since it was written?
Reference: DESIGN §2 rule 3: ids of derived messages are digests of their content; §5: a position is advanced together
with the effects of what it passes. Left out: a hash chain and seals, which would also find a message that was removed
together with all that mentions it.

Example::

    for line in breaks(store):
        print(line)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.model.device import Device
from garde.model.observation import Observation, observe
from garde.ports import Store

#: Messages read at a time.
CHUNK: Final = 5000
#: Most broken links that are named: after an accident with a disk there may be as many as devices.
LISTED: Final = 100


def breaks(store: Store) -> Iterator[str]:
    """One sentence per break, oldest first; none when all is well."""
    yield from _altered(store)
    yield from _unfounded(store)
    for row in store.ask("readers_beyond_the_log"):
        yield f"reader {row['reader']} stands at {row['position']}, behind the end of the log"
    for row in store.ask("links_to_nothing", most=LISTED):
        yield f"{row['link']} leads to {row['kind']} {row['id']}, which is not there"


def _altered(store: Store) -> Iterator[str]:
    after = 0
    while rows := store.log(after, (Observation,), CHUNK):
        for number, message in rows:
            if isinstance(message, Observation) and _name(message) != message.id:
                yield f"message {number} ({message.id}) is not what its id says"
        after = rows[-1][0]


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


def _unfounded(store: Store) -> Iterator[str]:
    for device in store.all(Device):
        claims = [*device.claims.values(), *(one for many in device.many.values() for one in many)]
        rests = {line.observation: claim.attribute for claim in claims for line in claim.sources if line.observation}
        there = store.messages(rests)
        for name, attribute in sorted(rests.items()):
            if name not in there:
                yield f"{attribute} of {device.id} rests on message {name}, which is not in the log"
