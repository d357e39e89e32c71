"""Placing: Garde decides for FreeRADIUS, and tells on the command line what it would decide.

Question: how do the rules, the devices and the server come together?
Reference: issue 4 part 4. Part of the composition root: it holds the fleet in memory for the endpoint, keeps the signed
file up to date, takes in the server's journal, and writes the server's configuration. What is held follows the store
every ``LOOK`` seconds, so that it may run in a process of its own.

Example::

    with deciding(chosen, store, bus, clock, keys, say=print):
        ...
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from garde import config as settings
from garde.app import SystemClock, open_keys, opened
from garde.errors import GardeError, Malformed, Missing, Refused, Unreachable
from garde.inventory.kinds import kinds
from garde.inventory.makers import canonical, words
from garde.inventory.oui import block
from garde.model.device import Device
from garde.model.message import moment
from garde.model.zones.place import EAP_TLS, MAB, AccessRequest, Certificate, Placement, Seat
from garde.onboarding import places as signed
from garde.onboarding.endpoint import Attributes, Endpoint, mac_of, packed
from garde.onboarding.reader import Reader
from garde.onboarding.server import Client, Server, configuration
from garde.ports import Bus, Clock, Keys, Store
from garde.zones import plan as zone_plan
from garde.zones.attributes import attributes
from garde.zones.place import Known, decide, known, sentences
from garde.zones.rulebook import Area, Book, PlaceRule, book, parse

#: Seconds between two looks at the store, and between two looks at the journal.
LOOK: Final = 20.0
PAUSE: Final = 0.25
#: Seconds between two signed files: the server reads each of them again.
OFFER: Final = 60.0
#: File of the endpoint's token, in the folder.
TOKEN: Final = "radius.token"  # noqa: S105  the name of a file


class Places:
    """The fleet and the rules in memory; safe to read from one thread while another one refreshes it."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._known: dict[str, Known] = {}
        self._seats: dict[str, Seat] = {}

    def refresh(self, devices: Iterable[Device], seats: Iterable[Seat]) -> bool:
        """Take over what the store has; whether anything is different now."""
        fleet: dict[str, Known] = {}
        for device in devices:
            for key in device.keys:
                if key.kind == "mac":
                    fleet[key.value] = of_device(device, key.value)
        found = {seat.id: seat for seat in seats}
        changed = fleet != self._known or found != self._seats
        self._known, self._seats = fleet, found
        return changed

    def decide(self, asked: AccessRequest) -> tuple[Placement, Attributes]:
        """The placement of a request, and the attributes of its answer."""
        one = decide(asked, self._known.get(asked.mac), self.book, self._seats.get(asked.mac))
        return one, [(each.name, each.value) for each in attributes(one)]

    def entries(self) -> Iterator[signed.Entry]:
        """What every known address gets while Garde is down: at its seat, by its address and by its certificate.

        An address of which nothing is known gets what everybody else gets, and stands in no entry.
        They are of no time, so that the same decisions are the same file.
        """
        for mac in sorted({*self._known, *self._seats}):
            seat = self._seats.get(mac, Seat(id=mac))
            nas, port = seat.place
            asked = AccessRequest(at=0, mac=mac, kind=MAB, nas=nas, port=port)
            bare = self.decide(asked)
            if bare[0].device or bare[0].rank != "unknown":
                yield _entry(*bare)
            if seat.certificate:
                proved = msgspec.structs.replace(asked, kind=EAP_TLS, certificate=Certificate(subject=seat.certificate))
                yield _entry(*self.decide(proved))

    def unknown(self) -> signed.Entry:
        """What everybody else gets."""
        nobody = AccessRequest(at=0, mac="00:00:00:00:00:00", kind=MAB)
        book = msgspec.structs.replace(self.book, by_mac={}, ranked={})
        one = decide(nobody, None, book)
        given = [(each.name, each.value) for each in attributes(one) if each.name != "Class"]
        return msgspec.structs.replace(_entry(one, given), mac="")


def _entry(placement: Placement, given: Attributes) -> signed.Entry:
    bare = msgspec.structs.replace(placement, reasons=placement.reasons[-1:])
    return signed.Entry(
        mac=placement.mac, subject=placement.certificate, content=packed(bare), given=tuple(given),
        accepted=placement.accepted,
    )  # fmt: skip


def of_device(device: Device, mac: str) -> Known:
    """What matters of a device for its place, by the catalogue of kinds and the registry of addresses."""
    kind = kinds().get(device.kind)
    holder = block(mac)
    return known(
        device,
        response=kind.response if kind else "",
        medical=kind is not None and kind.group == "medical",
        holder=holder.name if holder else "",
        same=_same,
    )


def _same(one: str, two: str) -> bool:
    return canonical(one) == canonical(two) or words(one) == words(two)


def of_plan(plan: zone_plan.Plan) -> Book:
    """The rules that a zone plan comes to: a rule for each kind of device, and its door for the unknown."""
    zones = {
        zone.name: Area(name=zone.name, vlan=zone.vlan, onboarding=zone.name == plan.onboarding) for zone in plan.zones
    }
    rules = []
    for kind in kinds().values():
        zone = plan.zone_of(kind.name, kind.response, kind.group).zone
        rules.append(PlaceRule(name=f"plan: {kind.name}", kind=kind.name, zone=zone))
    return book(zones, tuple(rules), zones[plan.onboarding])


def rulebook(chosen: settings.Config) -> Book:
    """The site's rules, or where it has none those of its zone plan: each kind of device into its zone.

    Raises:
        Missing: the file of the rules is not there.
        Malformed: with file and line.
    """
    if not chosen.zones.rules:
        return of_plan(zone_plan.load(chosen.zones.plan, chosen.site.networks))
    path = Path(chosen.zones.rules)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("places.unreadable", f"{path} cannot be read: {error}") from None
    return parse(text, path.name)


# --- while Garde runs -----------------------------------------------------------------------------------------------


@contextmanager
def deciding(
    chosen: settings.Config, kept: Store, bus: Bus, clock: Clock, keys: Keys, say: Callable[[str], None]
) -> Iterator[None]:
    """Answer the server, keep its file up to date and take in its journal while the block lasts.

    Nothing is done where no folder is configured.

    Raises:
        Missing: the rules, the folder or its token are not there.
        Refused: the endpoint's address is taken.
    """
    if not chosen.radius.folder:
        yield
        return
    folder = Path(chosen.radius.folder)
    places = Places(rulebook(chosen))
    places.refresh(kept.all(Device), kept.all(Seat))
    stop = threading.Event()
    answering = _listening(chosen, Endpoint(places.decide, _token(folder), clock.now))
    reader = Reader(folder / "journal", clock.now, say)
    threads = [
        threading.Thread(target=answering.run, name="garde-radius", daemon=True),
        threading.Thread(target=_read, args=(reader, bus, stop, say), name="garde-journal", daemon=True),
        threading.Thread(target=_follow, args=(places, folder, kept, keys, clock, stop, say), daemon=True),
    ]
    for thread in threads:
        thread.start()
    say(f"garde: decides for FreeRADIUS at {chosen.radius.endpoint} by {len(places.book.rules)} rules")
    try:
        yield
    finally:
        stop.set()
        answering.should_exit = True
        for thread in threads:
            thread.join(timeout=10)
        with suppress(Unreachable):
            while reader.turn(bus.publish):
                pass


class _Answering:
    """One HTTP server in a thread, on a socket that is bound before anything else begins."""

    def __init__(self, server: Any, listener: Any) -> None:
        self._server = server
        self._listener = listener

    def run(self) -> None:
        self._server.run(sockets=[self._listener])

    @property
    def should_exit(self) -> bool:
        return bool(self._server.should_exit)

    @should_exit.setter
    def should_exit(self, value: bool) -> None:
        self._server.should_exit = value


def _listening(chosen: settings.Config, app: Endpoint) -> _Answering:
    import socket

    import uvicorn

    host, _, port = chosen.radius.endpoint.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family, backlog=512)
    except OSError as error:
        raise Refused("radius.address", f"{chosen.radius.endpoint}: {error.strerror}") from None
    options: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False, "lifespan": "off"}
    # A server that keeps its connections need not make a new one for each request.
    options["timeout_keep_alive"] = 75
    return _Answering(uvicorn.Server(uvicorn.Config(app, **options)), listener)


def _read(reader: Reader, bus: Bus, stop: threading.Event, say: Callable[[str], None]) -> None:
    told = ""
    while not stop.is_set():
        try:
            more = reader.turn(bus.publish)
            told = ""
        except (Unreachable, OSError) as error:
            more = 0
            if str(error) != told:
                told = str(error)
                say(f"garde: the journal of FreeRADIUS waits: {told}")
        if not more:
            stop.wait(PAUSE)


def _follow(
    places: Places, folder: Path, kept: Store, keys: Keys, clock: Clock, stop: threading.Event,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    due, body = 0.0, ""
    while not stop.is_set():
        try:
            places.refresh(kept.all(Device), kept.all(Seat))
            if time.monotonic() >= due:
                due, body = time.monotonic() + OFFER, offered(places, folder, keys, clock.now(), body)
        except GardeError as error:
            say(f"garde: the signed file of FreeRADIUS is not up to date: {error}")
        stop.wait(LOOK)


def offered(places: Places, folder: Path, keys: Keys, at: int, before: str = "") -> str:
    """Lay a signed file of all decisions where ``garde radius cache verify`` checks it; returns what it says.

    Args:
        before: what the file before said; where this one would say the same, nothing is done.
    """
    text = signed.written(at, places.entries(), places.unknown())
    body = text.partition("\n")[2]
    if body != before:
        signed.offer(folder, text, keys)
    return body


# --- on the command line ----------------------------------------------------------------------------------------------


def configure(*, store: str | None, config: Path | None, say: Callable[[str], None]) -> None:
    """Write the configuration of FreeRADIUS and its first signed file into ``[radius] folder``.

    Raises:
        Missing: no folder or no rules are named, or a secret's file is not there.
        Malformed: a value cannot stand there.
    """
    chosen = settings.load(config)
    if not chosen.radius.folder:
        raise Missing("radius.folder", "No folder is named", hint='Write [radius] folder = "/etc/garde/radius"')
    folder = Path(chosen.radius.folder)
    book = rulebook(chosen)
    token = _made_token(folder)
    radius = chosen.radius
    texts = configuration(
        Server(
            folder=str(folder), endpoint=radius.endpoint, token=token, address=radius.address, port=radius.port,
            accounting=radius.accounting, certificate=radius.certificate, key=radius.key, authority=radius.authority,
            revocation=radius.revocation,
            user=folder.owner(),
            clients=tuple(Client(one.name, one.address, _secret(one)) for one in radius.client),
        )
    )  # fmt: skip
    (folder / "journal").mkdir(exist_ok=True)
    for name, text in texts.items():
        _put(folder / name, text)
    keys = open_keys(chosen)
    # The first signature makes the key where there was none.
    keys.sign(b"garde radius")
    _put(folder / signed.TRUSTED, f"{keys.name}\n")
    with opened(chosen, store) as (kept, _):
        places = Places(book)
        places.refresh(kept.all(Device), kept.all(Seat))
        offered(places, folder, keys, SystemClock().now())
    _, count = signed.install(folder)
    say(f"{folder}: {len(radius.client)} clients, {len(book.rules)} rules, {count} known addresses")
    say(f"Start it with: freeradius -f -d {folder} -n radiusd")


def verified(folder: Path, *, reload: int = 0, say: Callable[[str], None]) -> None:
    """Check what Garde offers, let the server read it, and tell a running server to read it again.

    Args:
        reload: process id of the server; 0 where none runs yet.

    Raises:
        Untrusted: of another key, altered, or older than what is there; the server keeps what it has.
        Missing: nothing is offered.
        Unreachable: there is no such process.
    """
    at, count = signed.install(folder)
    say(f"{folder / signed.NAME}: {count} known addresses, made {moment(at)}")
    if reload:
        try:
            os.kill(reload, signal.SIGHUP)
        except OSError as error:
            raise Unreachable("radius.process", f"Process {reload}: {error.strerror}") from None


def told(
    form: str,
    *,
    mac: str,
    nas: str,
    port: str = "",
    certificate: Path | None = None,
    store: str | None = None,
    config: Path | None = None,
) -> str:
    """What would be decided of a station now, as ``json`` or ``text``; a certificate is taken as proved.

    Raises:
        Malformed: no MAC address, or no certificate.
        Missing: no rules are named.
    """
    chosen = settings.load(config)
    address = mac_of(mac)
    if not address:
        raise Malformed("key.mac", f"{mac!r} is not a MAC address")
    shown = read_certificate(certificate) if certificate else None
    asked = AccessRequest(
        at=SystemClock().now(), mac=address, kind=EAP_TLS if shown else MAB, nas=nas, port=port, certificate=shown
    )
    places = Places(rulebook(chosen))
    with opened(chosen, store) as (kept, _):
        devices = kept.linked(Device, [f"mac:{address}"]).get(f"mac:{address}", [])
        places.refresh(devices, kept.get(Seat, [address]).values())
    placement, given = places.decide(asked)
    if form == "json":
        record = {
            **msgspec.to_builtins(placement),
            "attributes": [{"name": name, "value": value} for name, value in given],
            "words": {language: sentences(placement, language) for language in ("fr", "en")},
        }
        record.pop("type", None)
        return msgspec.json.encode(record).decode("utf-8")
    lines = [
        f"{address}: {'accepted' if placement.accepted else 'refused'}"
        + (f", zone {placement.zone}" if placement.zone else "")
        + (f", VLAN {placement.vlan}" if placement.vlan else "")
        + f" ({placement.rank}{f': {placement.rule}' if placement.rule else ''})",
        *(f"  {sentence}" for sentence in sentences(placement, "en")),
        *(f"  {name} = {value}" for name, value in given),
    ]
    return "\n".join(lines)


def read_certificate(path: Path) -> Certificate:
    """A client's certificate from a PEM file, named as FreeRADIUS names it.

    Raises:
        Unreachable: the file cannot be read.
        Malformed: it holds no certificate.
    """
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        subject = one_line(found.subject)
        issuer = one_line(found.issuer)
    except OSError as error:
        raise Unreachable("radius.certificate", f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise Malformed("radius.certificate", f"{path} holds no certificate: {error}") from None
    names = found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return Certificate(
        subject=subject, issuer=issuer, serial=f"{found.serial_number:x}", name=str(names[0].value) if names else ""
    )


def one_line(name: Any) -> str:
    """A distinguished name as OpenSSL writes it on one line: ``/C=FR/O=CHU/CN=pump-7``."""
    short = {"SERIALNUMBER": "serialNumber", "E": "emailAddress", "2.5.4.5": "serialNumber"}
    shown = ((one.rfc4514_attribute_name, one.value) for one in name)
    return "".join(f"/{short.get(label, label)}={value}" for label, value in shown)


def _token(folder: Path) -> str:
    try:
        return (folder / TOKEN).read_text("ascii").strip()
    except OSError:
        raise Missing("radius.token", f"There is no {folder / TOKEN}", hint="garde radius configure") from None


def _made_token(folder: Path) -> str:
    """The token of the folder, made at first use."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unreachable("radius.folder", f"{folder}: {error.strerror}") from None
    if not (folder / TOKEN).exists():
        _put(folder / TOKEN, f"{secrets.token_urlsafe(32)}\n")
    return _token(folder)


def _secret(client: settings.RadiusClient) -> str:
    path = Path(client.secret.removeprefix("file:"))
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("radius.secret", f"{path} cannot be read: {error}", where=client.name) from None


def _put(path: Path, text: str) -> None:
    """A file that its group may read and nobody else: secrets stand in some of them."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            fresh.unlink()
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        raise Unreachable("radius.folder", f"{path}: {error.strerror}") from None
