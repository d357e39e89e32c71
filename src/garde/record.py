"""The record as the command line speaks of it: the store, the key that seals it, and the clock.

Question: which words of a person lead to which act of keeping?
Reference: issue 3 parts 3, 8 and 9. Part of the composition root: `garde.app.record` makes one.

Example::

    with app.record() as record:
        print(record.verify(print))
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from garde import keeping
from garde.config import Config
from garde.errors import Malformed
from garde.evidence.export import EVER, Wanted
from garde.model.codec import KINDS
from garde.model.device import Device
from garde.ports import Clock, Keys, Store
from garde.vault.backup import Saved
from garde.vault.box import Box


class Record:
    """What verifying, exporting, saving and restoring need.

    Args:
        chosen: the configuration.
        kept: the open store.
        keys: opens the key at an address; the empty address is that of the installation.
        clock: tells the time.
        find: the device that a person means.
    """

    def __init__(
        self, chosen: Config, kept: Store, keys: Callable[[str], Keys], clock: Clock, find: Callable[[str], Device]
    ) -> None:
        self._chosen, self._kept, self._keys, self._clock, self._find = chosen, kept, keys, clock, find

    def verify(self, say: Callable[[str], None]) -> list[str]:
        """One sentence per break, the first broken link first; empty when all is well."""
        return keeping.verify(self._kept, self._keys(""), self._chosen.evidence, say)

    def export(
        self,
        out: Path,
        *,
        since: str = "",
        until: str = "",
        kinds: str = "",
        device: str = "",
        messages: str = "",
        key: str = "",
    ) -> str:
        """Write a signed archive of the log; one sentence for a person.

        Args:
            out: file to write.
            since: ISO 8601 day or moment, inclusive; empty from the beginning.
            until: the same, exclusive; empty to the end.
            kinds: comma-separated names of messages; empty means all.
            device: what `garde.app.find` understands; empty means any.
            messages: comma-separated ids of messages; empty means all.
            key: address of the key that encrypts the archive; empty leaves it plain.

        Raises:
            GardeError: nothing is as asked for, the chain is broken, or the file cannot be written.
        """
        asked = wanted(since, until, kinds, self._find(device) if device else None, messages)
        lock = self._keys(key) if key else None
        made = keeping.write_archive(self._kept, self._keys(""), out, asked, self._clock, self._chosen, lock=lock)
        return f"{out}: {made.messages} messages, {made.omitted} by their digest, signed by the key {made.key}"

    def backup(self, out: Path, *, key: str = "") -> str:
        """Write everything the store holds to a file, while others write to the store; one sentence for a person.

        Raises:
            GardeError: seals were altered, or the file cannot be written.
        """
        lock = self._keys(key) if key else None
        made = keeping.backup(self._kept, self._keys(""), out, self._clock, self._chosen, lock=lock)
        rows = sum(table.rows for table in made.tables.values())
        return f"{out}: {rows} rows, {made.seq} messages, {made.seals} seals, signed by the key {made.key}"

    def restore(self, saved: Saved, *, replace: bool, say: Callable[[str], None]) -> list[str]:
        """Make the store what a backup holds; the breaks that the check of it finds.

        Raises:
            Untrusted: a key signed it that is not trusted here; nothing was written.
            Conflict: the store is not empty, and ``replace`` does not give up what is there.
        """
        return keeping.restore(self._kept, self._keys(""), saved, self._chosen.evidence, say, replace=replace)

    def rotate(self, to: str, say: Callable[[str], None]) -> str:
        """Let another key follow that of the installation; the id of the new one."""
        return keeping.rotate(self._kept, self._keys(""), self._clock, self._keys(to) if to else None, say)

    def secrets(self) -> Box:
        """The box of secrets of the store."""
        return Box(self._kept, self._keys(""), self._clock)


def wanted(since: str, until: str, kinds: str, device: Device | None, messages: str = "") -> Wanted:
    """What a person asks for in words.

    Raises:
        Malformed: a time is not ISO 8601, or there is no such kind of message.
    """
    names = _words(kinds)
    if unknown := set(names) - KINDS.keys():
        raise Malformed("export.kind", f"There is no message {', '.join(sorted(unknown))}", hint=", ".join(KINDS))
    return Wanted(
        since=_moment(since) if since else -EVER,
        until=_moment(until) if until else EVER,
        kinds=names,
        device=device,
        messages=_words(messages),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _moment(text: str) -> int:
    """Nanoseconds since 1970 UTC; what names no zone is UTC."""
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        hint = "2026-11-24 or 2026-11-24T08:00:00Z"
        raise Malformed("export.time", f"{text!r} is no day and no moment", hint=hint) from None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return (when - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 1000
