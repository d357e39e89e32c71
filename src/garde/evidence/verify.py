"""Verifying: does the log say what it said when it was sealed?

Question: was any message or seal altered, removed, moved or added since it was written, and which is the first?
Reference: `garde.model.chain`, `garde.model.seal`; RFC 8032 for the signatures. The head of the chain tells what is
missing behind the last seal. Left out: what only a copy of the seals elsewhere shows (`garde.evidence.witness`).

Example::

    with store.snapshot() as look:
        for line in breaks(look, trusted=(keys.name,)):
            print(line)
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from garde.errors import GardeError
from garde.evidence.chain import Walk, called
from garde.evidence.seal import last, read
from garde.model.chain import GENESIS
from garde.model.seal import Seal
from garde.ports import Entry, Sealed, Snapshot


def breaks(look: Snapshot, trusted: Collection[str] = ()) -> Iterator[str]:
    """One sentence per broken link; messages first, oldest first.

    Args:
        look: the store.
        trusted: ids of keys of which one must have made the last seal, or be announced in it, and which may follow each
            other unannounced; empty trusts whichever made it.
    """
    head = look.head()
    if head is None:
        yield "the head of the chain is not there"
        return
    if not (isinstance(head.seq, int) and isinstance(head.seals, int) and isinstance(head.link, bytes)):
        yield "the head of the chain was altered"
        return
    seals, faults = _seals(look.seals(-(1 << 63)), head.seals, trusted)
    yield from _messages(look.entries(-(1 << 63)), seals, head.seq, head.link)
    yield from faults


def _messages(entries: Iterator[Entry], seals: list[Seal], end: int, link: bytes) -> Iterator[str]:
    """Walk all messages, and compare with each seal where it ends."""
    pruned = seals[-1].pruned if seals else 0
    anchor = next((one for one in seals if one.last == pruned), None)
    if pruned and anchor is None:
        yield f"message {pruned} is where the log begins, and no seal ends there"
    walk = Walk(pruned, bytes.fromhex(anchor.head) if anchor else GENESIS)
    waiting = [one for one in seals if one.last > pruned]
    met = {pruned: 0}
    for entry in entries:
        if entry.seq <= pruned:
            yield f"message {entry.seq} ({called(entry)}) is there again after it was pruned, or was added"
            continue
        yield from _reached(waiting, entry.seq - 1, walk, met)
        if line := walk.step(entry):
            yield line
        if entry.seq > end:
            yield f"message {entry.seq} ({called(entry)}) is behind the head of the chain, {end}"
    yield from _reached(waiting, walk.seq, walk, met)
    if waiting:
        yield f"messages up to {waiting[-1].last} were sealed, and the log ends at {walk.seq}"
    if walk.seq < end:
        yield f"the head of the chain is message {end}, and the log ends at {walk.seq}"
    elif walk.seq == end and walk.link != link:
        yield f"the head of the chain has another link than message {end}"


def _reached(waiting: list[Seal], seq: int, walk: Walk, met: dict[int, int]) -> Iterator[str]:
    """Compare with the seals that end up to message ``seq``; ``met`` counts the messages up to where seals ended."""
    while waiting and waiting[0].last <= seq:
        seal = waiting.pop(0)
        before = met.get(seal.first - 1)
        if walk.seq != seal.last:
            yield f"seal {seal.number} ends at message {seal.last}, which is not there"
        elif before is not None and seal.count != walk.count - before:
            yield f"seal {seal.number} counts {seal.count} messages, and {walk.count - before} are there"
        elif walk.link.hex() != seal.head:
            yield f"seal {seal.number} is of another message {seal.last} than the log has"
        met[seal.last] = walk.count


def _seals(stored: Sequence[Sealed], end: int, trusted: Collection[str]) -> tuple[list[Seal], list[str]]:
    """Seals that can be read, and what is wrong with any."""
    good: list[Seal] = []
    faults: list[str] = []
    number, previous, last, pruned = 0, "", 0, 0
    signer, announced = "", ""
    for sealed in stored:
        number += 1
        try:
            seal = read(sealed)
        except GardeError as error:
            faults.append(f"seal {sealed.number} cannot be read: {error.what}")
            previous = "?"
            continue
        if seal.number != number:
            faults.append(f"seal {number} is not there; seal {seal.number} follows")
            number = seal.number
        elif previous not in ("?", seal.previous):
            faults.append(f"seal {number} does not follow from seal {number - 1}")
        if not signed(sealed, seal.key):
            faults.append(f"seal {number} has a signature that its key did not make")
        if signer and seal.key not in (signer, announced) and not {signer, seal.key} <= set(trusted):
            faults.append(f"seal {number} is of the key {seal.key[:16]}, which no seal before announced")
        if seal.first != last + 1 or seal.last < last or seal.pruned < pruned:
            faults.append(f"seal {number} does not begin where seal {number - 1} ended")
        # A key that was followed by another may not come back.
        announced = seal.successor or (announced if seal.key == signer else "")
        signer = seal.key
        previous, last, pruned = seal.digest(), seal.last, seal.pruned
        good.append(seal)
    if number != end:
        faults.append(f"the head of the chain counts {end} seals, and there are {number}")
    if good and trusted and not {good[-1].key, announced} & set(trusted):
        faults.append(f"the last seal is of the key {good[-1].key[:16]}, which is not trusted here")
    return good, faults


def signed(sealed: Sealed, key: str) -> bool:
    """Whether the key made the signature."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(sealed.signature, sealed.statement)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


class Progress:
    """Verifies the chain piece by piece while a process runs: first what is there, then what is added.

    Attributes:
        seq: the chain held up to and with this message when it was last looked at.
        whole: whether that was the end of the log.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.whole = False
        self._walk: Walk | None = None

    def again(self) -> None:
        """Begin anew with the next step: what held yesterday may have been altered today."""
        self._walk = None

    def step(self, look: Snapshot, most: int) -> list[str]:
        """Go on for so many messages; one sentence for each link that is broken.

        Args:
            look: the store.
            most: how many messages.
        """
        try:
            before = last(look)
        except GardeError as error:
            return [error.what]
        pruned = before.pruned if before else 0
        if self._walk is None or self._walk.seq < pruned:
            anchor = next((one for one in map(read, look.seals()) if one.last == pruned), None) if pruned else None
            self._walk = Walk(pruned, bytes.fromhex(anchor.head) if anchor else GENESIS)
        walk, count = self._walk, self._walk.count
        found = [line for entry in itertools.islice(look.entries(walk.seq), most) if (line := walk.step(entry))]
        head = look.head()
        self.whole = walk.count - count < most
        if self.whole and head is not None and (head.seq, head.link) != (walk.seq, walk.link):
            found.append(f"the head of the chain is message {head.seq}, and the log ends otherwise at {walk.seq}")
        if not found:
            self.seq = walk.seq
        return found
