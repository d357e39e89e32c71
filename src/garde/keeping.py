"""Keeping the record: sealing while the product runs, verifying, exporting, saving and restoring it.

Question: what happens to the log and the secrets between the verbs of the command line and the parts that do the work?
Reference: DESIGN §3. Part of the composition root: `garde.app` opens the adapters and calls this.

Example::

    with sealing(chosen.evidence, kept, keys, clock, say):
        serve(...)
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from garde.config import Config, EvidenceSection
from garde.errors import GardeError, Malformed, Missing, Refused, Unreachable, Untrusted
from garde.evidence import export as archive
from garde.evidence import seal as seals
from garde.evidence.export import Wanted
from garde.evidence.verify import Progress
from garde.evidence.witness import Witness
from garde.model.seal import Seal
from garde.pipeline.integrity import LISTED, breaks
from garde.ports import Clock, Keys, Portable, Renewable, Store
from garde.vault.backup import Manifest, Saved, save
from garde.vault.box import Box
from garde.vault.stream import PLAIN, Encrypting, decrypting, is_encrypted

#: Seconds between two looks whether a seal is due.
LOOK: Final = 5.0
#: Seconds between two prunings.
PRUNE: Final = 3600.0
#: Messages that are verified at each look: a tenth of a processor at most.
PIECE: Final = 20_000
#: Seconds until the whole log is verified again.
AGAIN: Final = 86_400.0
#: Name of the installation's key in an encrypted backup.
KEY: Final = "evidence.pem"


def verify(kept: Store, keys: Keys, chosen: EvidenceSection, say: Callable[[str], None]) -> list[str]:
    """Check the whole store; seals must be of this installation's key or of one that is trusted."""
    trusted = chosen.trusted
    try:
        trusted = (keys.name, *trusted)
    except Missing:
        if not trusted and (last := _last(kept)):
            say(f"The seals are of the key {last.key}, which is not on this machine: compare it with the one you know.")
    found: list[str] = []
    try:
        found.extend(breaks(kept, trusted))
    except (Untrusted, Malformed) as error:
        found.append(str(error))
    if chosen.witness:
        with kept.snapshot() as look:
            found += Witness(Path(chosen.witness)).breaks(look)
    return found


def _last(kept: Store) -> Seal | None:
    try:
        with kept.snapshot() as look:
            return seals.last(look)
    except GardeError:
        return None


def seal_now(chosen: EvidenceSection, kept: Store, keys: Keys, clock: Clock) -> None:
    """Seal what is not sealed yet, however little that is."""
    with kept.begin() as unit:
        last, head = seals.last(unit), unit.head()
        if head is not None and (last is None or head.seq > last.last):
            seals.seal(unit, keys, clock.now(), trusted=chosen.trusted)
    witness(chosen, kept)


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
        seals.seal(unit, keys, clock.now(), trusted=chosen.trusted)
    witness(chosen, kept)
    return True


def prune(chosen: EvidenceSection, kept: Store, keys: Keys, clock: Clock) -> int:
    """Remove messages that were sealed longer ago than they are kept; how many went."""
    if not chosen.keep_days:
        return 0
    readers = {str(row["reader"]): str(row["position"]) for row in kept.ask("readers")}
    with kept.begin() as unit:
        done = seals.prune(unit, keys, clock.now(), days=chosen.keep_days, readers=readers, trusted=chosen.trusted)
    witness(chosen, kept)
    return done.count


def witness(chosen: EvidenceSection, kept: Store) -> None:
    """Copy the seals that have no copy yet, when there is a place for copies.

    Raises:
        Unreachable: the place cannot be written to; the seals are made all the same, and copied the next time.
    """
    if chosen.witness:
        with kept.snapshot() as look:
            Witness(Path(chosen.witness)).follow(look)


class State:
    """What a running process knows of its evidence, for pages to show.

    Attributes:
        verified: the chain holds up to and with this message.
        whole: whether that is the end of the log.
        breaks: what was found broken since the process began, the first first.
        trouble: why the log is not sealed just now; empty when it is.
    """

    def __init__(self) -> None:
        self.verified = 0
        self.whole = False
        self.breaks: tuple[str, ...] = ()
        self.trouble = ""


@contextmanager
def sealing(
    chosen: EvidenceSection,
    kept: Store,
    keys: Keys,
    clock: Clock,
    say: Callable[[str], None],
    broken: Callable[[Sequence[str]], None] = lambda lines: None,
) -> Iterator[State]:
    """Seal, prune and verify in a thread of its own while the block lasts; what fails is said once and tried again.

    Args:
        chosen: the settings of evidence.
        kept: the store.
        keys: what signs.
        clock: tells when a seal is due.
        say: told what a person should know.
        broken: called with sentences about links that are broken and were not known to be.
    """
    stop, state = threading.Event(), State()
    thread = threading.Thread(
        target=_keep, args=(chosen, kept, keys, clock, say, broken, stop, state), name="garde-seals", daemon=True
    )
    thread.start()
    try:
        yield state
    finally:
        stop.set()
        thread.join(timeout=10)


def _keep(
    chosen: EvidenceSection,
    kept: Store,
    keys: Keys,
    clock: Clock,
    say: Callable[[str], None],
    broken: Callable[[Sequence[str]], None],
    stop: threading.Event,
    state: State,
) -> None:
    progress, waited, since = Progress(), PRUNE, 0.0
    while True:
        try:
            seal_if_due(chosen, kept, keys, clock)
            if waited >= PRUNE:
                prune(chosen, kept, keys, clock)
                waited = 0.0
            state.trouble = ""
        except GardeError as error:
            if str(error) != state.trouble:
                say(f"garde: the log is not sealed: {error}")
            state.trouble = str(error)
        if since >= AGAIN:
            progress.again()
            since = 0.0
        try:
            with kept.snapshot() as look:
                found = progress.step(look, PIECE)
        except Unreachable:
            found = []
        except Untrusted as error:
            found = [str(error)]
        state.verified, state.whole = progress.seq, progress.whole
        if fresh := [line for line in found if line not in state.breaks]:
            say(f"garde: the evidence is broken: {fresh[0]}")
            try:
                broken(fresh)
                state.breaks = (*state.breaks, *fresh)[:LISTED]
            except GardeError:
                # Nobody could be told: it is looked for again until somebody is.
                progress.again()
        if stop.wait(LOOK):
            return
        waited, since = waited + LOOK, since + LOOK


def write_archive(
    kept: Store, keys: Keys, out: Path, wanted: Wanted, clock: Clock, chosen: Config, *, lock: Keys | None = None
) -> archive.Manifest:
    """Seal the log to its end and write an archive of it.

    Raises:
        Untrusted: the chain is broken.
        Missing: no message is as asked for.
        Unreachable: the file cannot be written.
    """
    seal_now(chosen.evidence, kept, keys, clock)
    with writing(out) as file, maybe_encrypted(file, lock) as target, kept.snapshot() as look:
        return archive.export(look, keys, target, wanted, clock.now(), site=chosen.site.name)


class Proof:
    """What pages may ask of the chain: its seals, whether it holds, and an archive of it."""

    def __init__(self, kept: Store, keys: Keys, clock: Clock, chosen: Config) -> None:
        self._kept, self._keys, self._clock, self._chosen = kept, keys, clock, chosen

    def seals(self, most: int) -> list[Seal]:
        """The latest seals, newest first."""
        with self._kept.snapshot() as look:
            return [seals.read(one) for one in reversed(look.seals())][:most]

    def verify(self) -> list[str]:
        """One sentence per break, the first broken link first; empty when all is well."""
        return verify(self._kept, self._keys, self._chosen.evidence, lambda text: None)

    def export(self, out: IO[bytes], wanted: Wanted) -> archive.Manifest:
        """Seal the log to its end and write a signed archive of it; see `write_archive`."""
        seal_now(self._chosen.evidence, self._kept, self._keys, self._clock)
        with self._kept.snapshot() as look:
            return archive.export(look, self._keys, out, wanted, self._clock.now(), site=self._chosen.site.name)


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


@contextmanager
def maybe_encrypted(out: IO[bytes], keys: Keys | None) -> Iterator[IO[bytes]]:
    """The file itself, or one that encrypts what is written into it."""
    if keys is None:
        yield out
        return
    stream = Encrypting(out, keys)
    with io.BufferedWriter(stream, PLAIN) as file:
        yield file


@contextmanager
def reading(path: Path, keys: Keys | None) -> Iterator[IO[bytes]]:
    """The octets of a file, decrypted when it is encrypted.

    Raises:
        Unreachable: it cannot be read.
        Missing: it is encrypted, and no key or another one is given.
        Untrusted: it was altered or cut short.
    """
    try:
        with path.open("rb") as file:
            if not is_encrypted(file):
                yield file
            elif keys is None:
                raise Missing("vault.key-needed", f"{path} is encrypted", hint="--key names the key that wraps it")
            else:
                yield decrypting(file, keys)
    except OSError as error:
        raise Unreachable("keeping.file", f"{path} cannot be read: {error.strerror or error}") from None


def decrypt(path: Path, out: Path, keys: Keys) -> None:
    """Write what an encrypted file holds to another file; see `reading` for what may go wrong."""
    with reading(path, keys) as source, writing(out) as target:
        shutil.copyfileobj(source, target, PLAIN)


def backup(kept: Store, keys: Keys, out: Path, clock: Clock, chosen: Config, *, lock: Keys | None = None) -> Manifest:
    """Write everything the store holds to a file, sealed up to its end; what is written meanwhile is not in it.

    Args:
        kept: the store; others may go on writing to it.
        keys: the key of the installation. An encrypted backup carries it, when it lies in a file.
        out: the file to write.
        clock: tells when the backup was made.
        chosen: the configuration.
        lock: what encrypts the file; None leaves it plain.

    Raises:
        Untrusted: the head of the chain is gone.
        Unreachable: the file cannot be written.
    """
    # A store whose chain is broken is saved as it is: the copy is what an inquiry will want.
    with contextlib.suppress(Untrusted, Refused):
        seal_now(chosen.evidence, kept, keys, clock)
    files = {KEY: keys.portable()} if lock is not None and isinstance(keys, Portable) else {}
    with writing(out) as file, maybe_encrypted(file, lock) as target, kept.snapshot() as look:
        return save(look, keys, target, clock.now(), site=chosen.site.name, files=files)


@contextmanager
def opening(path: Path, lock: Keys) -> Iterator[Saved]:
    """A backup, once every octet of it was found whole.

    Raises:
        Untrusted: it is damaged; the error names what is.
        Missing: it is encrypted with another key.
        Unreachable: it cannot be read.
    """
    with reading(path, lock) as file:
        saved = Saved(file)
        if odd := saved.damage():
            raise Untrusted("restore.damaged", f"Damaged, and nothing was written: {', '.join(odd)}")
        yield saved


def restore(
    kept: Store, keys: Keys, saved: Saved, chosen: EvidenceSection, say: Callable[[str], None], *, replace: bool
) -> list[str]:
    """Make the store what a backup holds; the breaks that the check of it finds afterwards.

    Raises:
        Untrusted: a key signed it that is not trusted here; nothing was written.
        Conflict: the store is not empty; nothing was written.
    """
    _signer(saved.manifest.key, keys, chosen)
    carried = saved.file(KEY)
    kept.restore(saved, saved.digests, replace=replace)
    if chosen.witness:
        # From here on the store goes another way than the seals that were witnessed since the backup.
        aside = f"until-{saved.manifest.made.replace(':', '')}"
        Witness(Path(chosen.witness)).begin_anew(aside)
        witness(chosen, kept)
    if carried is not None and isinstance(keys, Portable) and keys.install(carried):
        say("The key of the installation was in the backup, and is back in its place.")
    told = saved.manifest
    rows = sum(table.rows for table in told.tables.values())
    say(f"{rows} rows, {told.seq} messages of {told.site or 'Garde'} as of {told.made}, signed by the key {told.key}")
    return verify(kept, keys, chosen, say)


def _signer(key: str, keys: Keys, chosen: EvidenceSection) -> None:
    try:
        own = keys.name
    except Missing:
        return
    if key != own and key not in chosen.trusted:
        hint = f"If that key is right, add it to [evidence] trusted; this installation's is {own}"
        raise Untrusted("restore.signer", f"The backup is signed by the key {key}, and nothing was written", hint=hint)


def rotate(kept: Store, keys: Keys, clock: Clock, to: Keys | None, say: Callable[[str], None]) -> str:
    """Let another key follow, while everything runs; the id of the new key.

    Args:
        kept: the store.
        keys: the key in use.
        clock: tells when.
        to: the key that follows, to be set in ``[evidence] key`` afterwards; None lets a new one take the place of the
            old, where its scheme can do that.
        say: told what is left to do.

    Raises:
        Refused: this kind of key is not followed in its place.
    """
    if to is None and not isinstance(keys, Renewable):
        hint = "--to names the key that follows"
        raise Refused("keys.in-place", "Only a key in a file is followed in its place", hint=hint)
    new = keys.successor() if to is None and isinstance(keys, Renewable) else to
    assert new is not None
    new.sign(b"")
    name = new.name
    with kept.begin() as unit:
        seals.seal(unit, keys, clock.now(), successor=name)
    Box(kept, keys, clock).admit(new)
    if to is None and isinstance(keys, Renewable):
        with kept.begin() as unit:
            # Nobody else seals meanwhile, so that no seal names one key and is signed by the other.
            keys.succeed()
            seals.seal(unit, keys, clock.now())
        count = Box(kept, keys, clock).renew()
    else:
        count = Box(kept, new, clock).renew(also=keys)
        say("Set [evidence] key to the new address and start Garde again; until then the old key goes on.")
    say(f"{count} secrets are encrypted anew. Keep the old key as long as there are files that it encrypted.")
    return name
