"""The composition root: from configuration to running parts. The only file that knows every adapter.

Question: which store, which bus, which stages, sensors and pages make up this process?
Reference: DESIGN §3. A verb of the command line is one function here.

Example::

    report = replay([Path("ct.pcap")])
    print(report.text("table"), report.summary)
"""

from __future__ import annotations

import gc
import getpass
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from garde import config as settings
from garde.capture.reader import open_capture
from garde.errors import GardeError, Malformed, Missing, Unreachable
from garde.inventory.evidence import Folder
from garde.inventory.resolve import resolve
from garde.model.device import Device
from garde.model.message import Message
from garde.model.observation import Observation
from garde.pipeline.pulses import Pulses
from garde.pipeline.sensor import Sensor
from garde.report.progress import Progress

if TYPE_CHECKING:
    from garde.people.register import Register
    from garde.pipeline.runner import Runner
    from garde.ports import Bus, Keys, Store
    from garde.record import Record
    from garde.seeking import Seeker
    from garde.vault.box import Box

#: Messages handed to the bus together.
TOGETHER = 2000


class SystemClock:
    """The time of this machine."""

    def now(self) -> int:
        """Nanoseconds since 1970 UTC."""
        return time.time_ns()


class Report(msgspec.Struct, kw_only=True):
    """What a replay found.

    Attributes:
        devices: ordered by id.
        stats: packets, bytes, flows, seconds, lost; the JSON contract.
        trouble: sentences about what could not be read.
        unreadable: how many files could not be read at all.
        findings: threats, when they were asked for; the JSON contract.
    """

    devices: list[Device] = []
    stats: dict[str, object] = {}
    trouble: list[str] = []
    unreadable: int = 0
    findings: list[dict[str, Any]] | None = None

    @property
    def summary(self) -> str:
        """One sentence for a person."""
        known = sum(device.kind != "unknown" for device in self.devices)
        return (
            f"{len(self.devices)} devices, {known} of known kind, in {self.stats['packets']} packets "
            f"({self.stats['flows']} flows, {self.stats['seconds']} s)"
        )

    def text(self, form: str) -> str:
        """The devices as ``table``, ``json`` or ``csv``."""
        from garde.report import devices, threats

        if form == "json":
            return msgspec.json.encode(devices.as_replay(self.devices, self.stats, self.findings)).decode("utf-8")
        if self.findings is not None:
            return threats.as_text(self.findings, form)
        return devices.as_csv(self.devices) if form == "csv" else devices.as_table(self.devices)


def replay(
    files: Sequence[Path],
    *,
    store: str | None = None,
    config: Path | None = None,
    progress: Progress = lambda part, name: None,
    findings: bool = False,
    rules: Sequence[Path] = (),
) -> Report:
    """Read captures and say which devices are in them.

    Args:
        files: captures; one that cannot be read is named in the report and the others are still done.
        store: address of a store that keeps the result; None keeps nothing.
        config: settings file.
        progress: told how far the work is.
        findings: look for threats too, with the lists and rules of ``rules``; else nothing of it is even imported.

    Raises:
        GardeError: the configuration, the store or a rule is not usable.
    """
    chosen = settings.load(config)
    seeker = None
    if findings:
        from garde.seeking import Seeker

        seeker = Seeker(chosen, rules)
    started = time.perf_counter()
    report = Report(stats={"packets": 0, "bytes": 0, "flows": 0})
    lost: dict[str, int] = {}
    if store is None:
        folder = Folder()
        with _uncollected():
            for seen in _heard(files, chosen, report, lost, progress, seeker):
                folder.add(seen)
            report.devices = resolve(folder.interfaces().values(), networks=chosen.site.networks)
    else:
        with opened(chosen, store) as (kept, bus):
            keep(files, chosen, kept, bus, report, lost, progress, seeker)
            report.devices = list(kept.all(Device))
    if seeker is not None:
        report.findings = seeker.found(report.devices)
    report.stats["seconds"] = round(time.perf_counter() - started, 3)
    report.stats["lost"] = lost
    return report


def watch(interface: str, *, seconds: float = 0.0, store: str | None = None, config: Path | None = None) -> Report:
    """Listen to an interface and keep what is learnt, until the time is over or the person interrupts.

    Raises:
        Refused: this process may not listen.
        Unreachable: there is no such interface, or the store does not answer.
    """
    from garde.capture.ring import Ring

    chosen = settings.load(config)
    started = time.perf_counter()
    report = Report(stats={"packets": 0, "bytes": 0, "flows": 0})
    with opened(chosen, store) as (kept, bus), Ring(interface) as ring:
        runner = runner_of(chosen, kept, bus)

        def work(messages: Sequence[Message]) -> None:
            bus.publish(messages)
            runner.drain()

        sensor = Sensor(chosen.capture.sensor, file=interface, flows=chosen.capture.flows)
        gathered = _Gathered(work)
        try:
            for block in ring.blocks(seconds):
                gathered.take(sensor.hear(block))
                gathered.take(sensor.conversations())
                if not len(block):
                    gathered.flush()
        except KeyboardInterrupt:
            report.trouble.append("Interrupted: what was heard so far is kept")
        gathered.take(sensor.finish())
        gathered.take(sensor.conversations())
        gathered.flush()
        stats = sensor.stats
        report.stats.update(packets=stats.packets, bytes=stats.octets, flows=stats.flows)
        report.stats["lost"] = stats.lost | ({"ring": ring.dropped} if ring.dropped else {})
        report.devices = list(kept.all(Device))
        _seal(chosen, kept, report.trouble)
    report.stats["seconds"] = round(time.perf_counter() - started, 3)
    return report


def keep(
    files: Sequence[Path],
    chosen: settings.Config,
    kept: Store,
    bus: Bus,
    report: Report,
    lost: dict[str, int],
    progress: Progress,
    seeker: Seeker | None = None,
) -> None:
    """Read captures into a store."""
    from garde.model.recording import Recording

    runner = runner_of(chosen, kept, bus)

    def work(messages: Sequence[Message]) -> None:
        bus.publish(messages)
        runner.drain()

    now = SystemClock().now()
    with kept.begin() as unit:
        unit.put(Recording(id=path.name, path=str(path.resolve()), at=now) for path in files)
    gathered = _Gathered(work)
    _read(files, chosen, gathered.take, report, lost, progress, talks=True, seeker=seeker)
    gathered.flush()
    # After the devices, so that each threat finds its own.
    gathered.take(seeker.threats if seeker else ())
    gathered.flush()
    _seal(chosen, kept, report.trouble)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cycle collector: a replay makes no cycles, and walking its records takes a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        # Frozen first, what was made meanwhile is old and is not walked as soon as the collector is back.
        gc.freeze()
        gc.enable()
        gc.unfreeze()


def _observations(messages: Sequence[Message]) -> list[Observation]:
    return [message for message in messages if isinstance(message, Observation)]


@contextmanager
def opened(chosen: settings.Config, store: str | None = None) -> Iterator[tuple[Store, Bus]]:
    """The store and the bus that the configuration names, closed on leaving.

    Raises:
        Malformed: an address is of no known kind.
        Unreachable: the store or the bus does not answer.
    """
    kept = open_store(store or chosen.store.url)
    try:
        bus = open_bus(chosen.bus.url, kept)
        try:
            yield kept, bus
        finally:
            bus.close()
    finally:
        kept.close()


def open_store(url: str) -> Store:
    """The store at an address; empty means the file in the XDG data home.

    Raises:
        Malformed: neither ``sqlite:///…`` nor ``postgresql://…``.
        Unreachable: it does not answer.
    """
    from garde.pipeline.shapes import SHAPES

    url = url or f"sqlite:///{settings.data_home() / 'garde.db'}"
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        from garde.store.sqlite import open_sqlite

        return open_sqlite(rest.removeprefix("/"), SHAPES)
    if scheme in ("postgresql", "postgres"):
        from garde.store.postgres import open_postgres

        return open_postgres(url, SHAPES)
    raise Malformed("store.url", f"{url!r} names no store", hint="sqlite:///FILE or postgresql://user@host/database")


def open_bus(url: str, store: Store) -> Bus:
    """The bus at an address.

    Raises:
        Malformed: neither ``log:`` nor ``nats://…``.
        Unreachable: it does not answer.
    """
    if url == "log:":
        from garde.bus.log import LogBus

        return LogBus(store)
    if url.startswith("nats://"):
        from garde.bus.nats import NatsBus

        return NatsBus(url)
    raise Malformed("bus.url", f"{url!r} names no bus", hint="log: or nats://host:port")


def _heard(
    files: Sequence[Path],
    chosen: settings.Config,
    report: Report,
    lost: dict[str, int],
    progress: Progress,
    seeker: Seeker | None,
) -> Iterator[Sequence[Observation]]:
    """What captures tell that nobody keeps, by two processes where that is faster."""
    from garde.pipeline import shares
    from garde.wire.track import ready

    if seeker is not None or not shares.worth(files):
        heard: list[Observation] = []
        _read(
            files,
            chosen,
            lambda seen: heard.extend(_observations(seen)),
            report,
            lost,
            progress,
            talks=False,
            seeker=seeker,
        )
        yield heard
        return

    def read(share: int) -> list[list[Observation]]:
        # The other process counts and tells of its progress for itself only.
        kept, gaps = (report, lost) if share == 0 else (Report(stats=dict.fromkeys(report.stats, 0)), {})
        out: list[list[Observation]] = []

        def show(part: float, name: str) -> None:
            if share == 0:
                progress((len(out) - 1 + part) / len(files), name)

        for path in files:
            out.append([])
            _read(
                [path],
                chosen,
                lambda seen: out[-1].extend(_observations(seen)),
                kept,
                gaps,
                show,
                talks=False,
                share=share,
            )
        return out

    ready()
    yield from shares.read_by_two(read)


def _read(
    files: Sequence[Path],
    chosen: settings.Config,
    take: Callable[[Sequence[Message]], None],
    report: Report,
    lost: dict[str, int],
    progress: Progress,
    *,
    talks: bool,
    share: int | None = None,
    seeker: Seeker | None = None,
) -> None:
    """Walk every file from capture to observations, and to conversations when they are wanted."""
    for number, path in enumerate(files):
        sensor = Sensor(
            chosen.capture.sensor, file=path.name, flows=chosen.capture.flows, talks=talks, share=share,
            lookout=seeker.lookout(path.name) if seeker else None,
        )  # fmt: skip
        try:
            capture = open_capture(path)
        except GardeError as error:
            report.trouble.append(str(error))
            report.unreadable += 1
            continue
        for block in capture:
            take(sensor.hear(block))
            if talks and sensor.full:
                take(sensor.conversations())
            within = capture.read / capture.size if capture.size else 0.0
            progress((number + min(within, 1.0)) / len(files), path.name)
        take(sensor.finish())
        stats = sensor.stats
        if talks:
            take(sensor.conversations())
            pulses = Pulses(chosen.capture.sensor, path.name, live=False)
            take(pulses.beat(time.time_ns(), stats.packets, stats.octets, sum(stats.lost.values()), last=True))
        for name, count in (("packets", stats.packets), ("bytes", stats.octets), ("flows", stats.flows)):
            report.stats[name] = int(str(report.stats[name])) + count
        for name, count in stats.lost.items():
            lost[name] = lost.get(name, 0) + count
        for gap in capture.lost:
            lost[gap.code] = lost.get(gap.code, 0) + 1
            report.trouble.append(f"{path.name}: {gap}")
        progress((number + 1) / len(files), path.name)


class _Gathered:
    """Hands on messages by the batch."""

    def __init__(self, work: Callable[[Sequence[Message]], None]) -> None:
        self._work = work
        self._waiting: list[Message] = []

    def take(self, messages: Sequence[Message]) -> None:
        self._waiting.extend(messages)
        if len(self._waiting) >= TOGETHER:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._work(tuple(self._waiting))
            self._waiting.clear()


def devices(form: str, *, store: str | None = None, config: Path | None = None) -> str:
    """The devices of a store as ``table``, ``json`` or ``csv``."""
    from garde.report import devices as words

    with opened(settings.load(config), store) as (kept, _):
        found = list(kept.all(Device))
    if form == "json":
        return msgspec.json.encode([words.as_record(device) for device in found]).decode("utf-8")
    return words.as_csv(found) if form == "csv" else words.as_table(found)


def findings(form: str, *, store: str | None = None, config: Path | None = None) -> str:
    """The findings of a store as ``table``, ``json``, ``csv`` or ``stix``."""
    from garde.model.finding import Finding
    from garde.report import findings as words

    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        found = list(kept.all(Finding))
        about = kept.get(Device, {one.device for one in found if one.device})
    if form == "stix":
        from garde.pipeline.wording import as_stix

        return as_stix(found, about, chosen)
    if form == "json":
        return msgspec.json.encode([words.as_record(one) for one in found]).decode("utf-8")
    return words.as_csv(found) if form == "csv" else words.as_table(found)


def find(kept: Store, text: str) -> Device:
    """The one device that a person means: by id, MAC, IP, host name, serial number or any other key.

    Raises:
        Missing: no device, or several, answer to it.
    """
    from garde.model.key import KINDS, Key

    names = [text]
    for kind in KINDS:
        try:
            names.append(str(Key.of(kind, text)))
        except GardeError:
            continue
    found = {device.id: device for many in kept.linked(Device, names).values() for device in many}
    if not found:
        found = {
            device.id: device
            for device in kept.all(Device)
            if any(text.lower() in key.value.lower().split("|") for key in device.keys)
        }
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise Missing("device.unknown", f"No device answers to {text!r}", hint="garde devices lists them")
    raise Missing("device.several", f"{len(found)} devices answer to {text!r}", hint=", ".join(sorted(found)[:5]))


def why(device: str, attribute: str, form: str, *, store: str | None = None, config: Path | None = None) -> str:
    """On which packets a value rests.

    Raises:
        Missing: the device, or the attribute of it, is not known.
    """
    from garde.report import why as words

    with opened(settings.load(config), store) as (kept, _):
        answer = words.explain(find(kept, device), attribute)
    return msgspec.json.encode(answer).decode("utf-8") if form == "json" else words.as_text(answer)


def open_keys(chosen: settings.Config, url: str = "") -> Keys:
    """The key at an address, or that of this installation; nothing is made or read before it is used.

    Raises:
        Malformed: its address is of no known kind.
    """
    from garde.keys.table import open_keys

    return open_keys(url or chosen.evidence.key or f"file:{settings.data_home() / 'evidence.pem'}")


def secrets(chosen: settings.Config, kept: Store) -> Box:
    """The box of secrets of a store."""
    from garde.vault.box import Box

    return Box(kept, open_keys(chosen), SystemClock())


def people(chosen: settings.Config, kept: Store) -> Register:
    """The people of a store; what of theirs must be read again is sealed under a key of the box of secrets."""
    from garde.people.register import Register
    from garde.people.sealing import KEY, NAME, Sealing

    return Register(kept, Sealing(secrets(chosen, kept).held(NAME, lambda: os.urandom(KEY))))


@contextmanager
def record(store: str | None = None, config: Path | None = None) -> Iterator[Record]:
    """The store with its key and the clock: what verifying, exporting, saving and restoring need."""
    from garde.record import Record

    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        yield Record(chosen, kept, lambda url: open_keys(chosen, url), SystemClock(), lambda text: find(kept, text))


def verify(*, store: str | None = None, config: Path | None = None) -> list[str]:
    """Breaks in the store: a chain that does not hold, altered messages, claims that rest on nothing."""
    with record(store, config) as kept:
        return kept.verify(lambda text: None)


def restore(
    file: Path,
    *,
    key: str = "",
    replace: bool = False,
    store: str | None = None,
    config: Path | None = None,
    say: Callable[[str], None],
) -> list[str]:
    """Make a store what a backup holds; the breaks that the check of it finds.

    Raises:
        Untrusted: the file is damaged or of an unknown key; no store was opened or made.
        Conflict: the store is not empty, and ``replace`` does not give up what is there.
    """
    from garde.keeping import opening

    with opening(file, open_keys(settings.load(config), key)) as saved, record(store, config) as kept:
        return kept.restore(saved, replace=replace, say=say)


def decrypt(file: Path, out: Path, *, key: str = "", config: Path | None = None) -> None:
    """Write what an encrypted archive or backup holds to another file."""
    from garde.keeping import decrypt

    decrypt(file, out, open_keys(settings.load(config), key))


def _seal(chosen: settings.Config, kept: Store, trouble: list[str]) -> None:
    """Seal what a verb added when that is due; a key that cannot be used does not undo what the verb did."""
    from garde import keeping

    try:
        keeping.seal_if_due(chosen.evidence, kept, open_keys(chosen), SystemClock())
    except GardeError as error:
        trouble.append(f"The log is not sealed: {error}")


def import_gmao(
    file: Path, mapping: str, commit: bool, form: str, *, store: str | None = None, config: Path | None = None
) -> str:
    """Compare the biomedical service's list with the inventory, and keep its statements when asked to.

    Raises:
        Unreachable: the file cannot be read.
        Malformed: it is no table, or the mapping names no column of it.
    """
    from garde.inventory.reconcile import reconcile
    from garde.pipeline import gmao

    chosen = settings.load(config)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Unreachable("import.unreadable", f"{file}: {error.strerror or error}") from None
    with opened(chosen, store) as (kept, bus):
        now = SystemClock().now()
        outcome = reconcile(data, mapping, kept.all(Device), at=now, person=getpass.getuser())
        if commit:
            bus.publish(outcome.decisions)
            runner_of(chosen, kept, bus).drain()
            _seal(chosen, kept, [])
    return gmao.as_json(outcome) if form == "json" else gmao.as_text(outcome, kept=commit)


def runner_of(chosen: settings.Config, kept: Store, bus: Bus, **options: Any) -> Runner:
    """The runner over every stage."""
    from garde.pipeline.runner import Runner
    from garde.pipeline.table import configured

    return Runner(configured(chosen), kept, bus, SystemClock(), **options)
