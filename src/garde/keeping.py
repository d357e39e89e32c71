"""Keeping the record: sealing while the product runs, verifying, exporting, saving and restoring it.

Question: what happens to the log and the secrets between the verbs of the command line and the parts that do the work?
Reference: DESIGN §3. Part of the composition root: `garde.app` opens the adapters and calls this.

Example::

    with sealing(chosen.evidence, kept, keys, clock, say):
        serve(...)
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from garde.config import EvidenceSection
from garde.errors import GardeError, Malformed, Missing, Unreachable
from garde.evidence import seal as seals
from garde.evidence.export import EVER, Manifest, Wanted, export
from garde.model.codec import KINDS
from garde.model.device import Device
from garde.model.seal import Seal
from garde.pipeline.integrity import breaks
from garde.ports import Clock, Keys, Store

#: Seconds between two looks whether a seal is due.
LOOK: Final = 5.0
#: Seconds between two prunings.
PRUNE: Final = 3600.0


def verify(kept: Store, keys: Keys, chosen: EvidenceSection, say: Callable[[str], None]) -> list[str]:
    """Check the whole store; seals must be of this installation's key or of one that is trusted."""
    trusted = chosen.trusted
    try:
        trusted = (keys.name, *trusted)
    except Missing:
        if not trusted and (last := _last(kept)):
            say(f"The seals are of the key {last.key}, which is not on this machine: compare it with the one you know.")
    return list(breaks(kept, trusted))


def _last(kept: Store) -> Seal | None:
    try:
        with kept.snapshot() as look:
            return seals.last(look)
    except GardeError:
        return None


def seal_now(kept: Store, keys: Keys, clock: Clock) -> None:
    """Seal what is not sealed yet, however little that is."""
    with kept.begin() as unit:
        last, head = seals.last(unit), unit.head()
        if head is not None and (last is None or head.seq > last.last):
            seals.seal(unit, keys, clock.now())


def seal_if_due(chosen: EvidenceSection, kept: Store, keys: Keys, clock: Clock) -> bool:
    """Seal when enough messages or minutes have passed; whether it was."""
    wanted = {"messages": chosen.seal_messages, "minutes": chosen.seal_minutes}
    with kept.snapshot() as look:
        if not seals.due(look, clock.now(), **wanted):
            return False
    with kept.begin() as unit:
        # Another process may have sealed while this one waited for its turn.
        if not seals.due(unit, clock.now(), **wanted):
            return False
        seals.seal(unit, keys, clock.now())
    return True


def prune(chosen: EvidenceSection, kept: Store, keys: Keys, clock: Clock) -> int:
    """Remove messages that were sealed longer ago than they are kept; how many went."""
    if not chosen.keep_days:
        return 0
    readers = {str(row["reader"]): str(row["position"]) for row in kept.ask("readers")}
    with kept.begin() as unit:
        return seals.prune(unit, keys, clock.now(), days=chosen.keep_days, readers=readers).count


@contextmanager
def sealing(
    chosen: EvidenceSection, kept: Store, keys: Keys, clock: Clock, say: Callable[[str], None]
) -> Iterator[None]:
    """Seal and prune in a thread of its own while the block lasts; what fails is said once and tried again."""
    stop = threading.Event()

    def work() -> None:
        said, waited = "", PRUNE
        while True:
            try:
                seal_if_due(chosen, kept, keys, clock)
                if waited >= PRUNE:
                    prune(chosen, kept, keys, clock)
                    waited = 0.0
                said = ""
            except GardeError as error:
                if str(error) != said:
                    said = str(error)
                    say(f"garde: the log is not sealed: {said}")
            if stop.wait(LOOK):
                return
            waited += LOOK

    thread = threading.Thread(target=work, name="garde-seals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def wanted(since: str, until: str, kinds: str, device: Device | None) -> Wanted:
    """What a person asks for in words.

    Raises:
        Malformed: a time is not ISO 8601, or there is no such kind of message.
    """
    names = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
    if unknown := set(names) - KINDS.keys():
        raise Malformed("export.kind", f"There is no message {', '.join(sorted(unknown))}", hint=", ".join(KINDS))
    return Wanted(
        since=_moment(since) if since else -EVER, until=_moment(until) if until else EVER, kinds=names, device=device
    )


def _moment(text: str) -> int:
    """Nanoseconds since 1970 UTC; what names no zone is UTC."""
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        hint = "2026-11-24 or 2026-11-24T08:00:00Z"
        raise Malformed("export.time", f"{text!r} is no day and no moment", hint=hint) from None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return int((when - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) / dt.timedelta(microseconds=1)) * 1000


def write_archive(kept: Store, keys: Keys, out: Path, wanted: Wanted, clock: Clock, *, site: str) -> Manifest:
    """Seal the log to its end and write an archive of it.

    Raises:
        Untrusted: the chain is broken.
        Missing: no message is as asked for.
        Unreachable: the file cannot be written.
    """
    seal_now(kept, keys, clock)
    with writing(out) as file, kept.snapshot() as look:
        return export(look, keys, file, wanted, clock.now(), site=site)


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole or not at all.

    Raises:
        Unreachable: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise Unreachable("keeping.file", f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        fresh.unlink(missing_ok=True)
