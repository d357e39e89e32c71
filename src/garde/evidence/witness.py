"""The witness: a copy of every seal, kept where the database's administrator cannot write.

Question: how is it found that somebody took a store back to one of its earlier seals?
Reference: docs/decisions, "One chain, linked in the transaction that appends". A text file of JSON lines, one for each
seal, only ever added to; it may lie on a share that takes no change (WORM). A store is known by its first seal, so that
one file serves several. Left out: publishing seals.

Example::

    witness = Witness(Path("/mnt/worm/garde.seals"))
    with store.snapshot() as look:
        witness.follow(look)
        print(list(witness.breaks(look)))
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from garde.errors import Unreachable
from garde.ports import Sealed, Snapshot


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One seal of one store.

    Attributes:
        store: SHA-256 of the statement of the store's first seal, in hexadecimal.
        number: number of the seal.
        statement: what was signed.
        signature: in hexadecimal.
    """

    store: str
    number: int
    statement: str
    signature: str


class Witness:
    """A file of seals.

    Args:
        path: where it lies; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def follow(self, look: Snapshot) -> int:
        """Add the seals that are not in the file yet; how many.

        Raises:
            Unreachable: the file cannot be read or written.
        """
        seals = look.seals()
        if not seals:
            return 0
        store = _name(seals[0])
        known = max((line.number for line in self._lines() if line.store == store), default=0)
        fresh = [
            Line(
                store=store,
                number=sealed.number,
                statement=sealed.statement.decode("utf-8"),
                signature=sealed.signature.hex(),
            )
            for sealed in seals
            if sealed.number > known
        ]
        if fresh:
            try:
                with self._path.open("ab") as file:
                    file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in fresh))
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise Unreachable("evidence.witness", f"{self._path} cannot be written: {error.strerror}") from None
        return len(fresh)

    def breaks(self, look: Snapshot) -> Iterator[str]:
        """One sentence for each seal in the file that the store does not have so; the first says enough.

        Raises:
            Unreachable: the file cannot be read.
        """
        seals = {sealed.number: sealed for sealed in look.seals()}
        store = _name(seals[1]) if 1 in seals else ""
        for line in self._lines():
            if line.store != store:
                continue
            sealed = seals.get(line.number)
            if sealed is None:
                yield f"seal {line.number} was witnessed, and is not there: the store was taken back to before it"
            elif (line.statement.encode(), line.signature) != (sealed.statement, _hex(sealed.signature)):
                yield f"seal {line.number} is another one than was witnessed"

    def begin_anew(self, ending: str) -> None:
        """Put the file aside under another ending: a store was restored, and goes on from an earlier seal.

        Raises:
            Unreachable: it cannot be moved.
        """
        try:
            if self._path.exists():
                self._path.rename(self._path.with_name(f"{self._path.name}.{ending}"))
        except OSError as error:
            raise Unreachable("evidence.witness", f"{self._path} cannot be put aside: {error.strerror}") from None

    def _lines(self) -> Iterator[Line]:
        try:
            if not self._path.exists():
                return
            with self._path.open("rb") as file:
                for number, data in enumerate(file, 1):
                    try:
                        yield msgspec.json.decode(data, type=Line)
                    except (msgspec.DecodeError, msgspec.ValidationError) as error:
                        where = f"{self._path.name}, line {number}"
                        raise Unreachable(
                            "evidence.witness", f"This is no witnessed seal: {error}", where=where
                        ) from None
        except OSError as error:
            raise Unreachable("evidence.witness", f"{self._path} cannot be read: {error.strerror}") from None


def _name(first: Sealed) -> str:
    return sha256(first.statement).hexdigest() if isinstance(first.statement, bytes) else ""


def _hex(signature: bytes) -> str:
    return signature.hex() if isinstance(signature, bytes) else ""
