"""Day: what every device says from morning to evening, squeezed into some minutes.

Question: when does each device speak, to whom, and in which protocol?
A voice (`garde.twin.voices`) turns one word of a model's ``speaks`` into conversations ``(start, frames)``. A
conversation is made only when its time comes, so that a day of any size needs little memory.
Reference: issue 2 part 10; the clinical day of domain note 11 in little.

Example:
    >>> from garde.twin.fleet import Fleet
    >>> from garde.twin.voices import VOICES
    >>> day = Day(Fleet(60, seed=1), VOICES, seed=1)
    >>> frames = day.frames()
    >>> next(frames)[0] >= day.start
    True
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Final

from garde.twin.fleet import LINE_PORT, Device, Fleet
from garde.twin.hospital import DOMAIN, FACILITY, WARDS
from garde.twin.mirror import Mirror
from garde.twin.station import Station
from garde.twin.talk import dhcp, dicom, hl7, link, management, medibus, naming, remote
from garde.twin.talk.tls import Certificate, Kit
from garde.twin.tcp import MICRO, MILLI, SECOND, Frame, Turn, converse, knock

#: 2026-03-10 06:00 UTC: a Tuesday, 7 o'clock in Paris.
MORNING: Final = 1_773_122_400 * SECOND
#: Parts of the day in which some devices are there at all.
_PARTS: Final = {"lease given back": (0.0, 0.45), "lease inherited": (0.6, 1.0)}
Talk = Callable[[], Iterator[Frame]]
Event = tuple[int, Talk]
Voice = Callable[["Day", Device, Random], Iterator[Event]]


class Day:
    """One day of a fleet.

    Args:
        fleet: the devices.
        voices: what each word of ``speaks`` means.
        seed: decides times, patients and losses.
        minutes: how long the day takes in the capture.
        started: the capture begins after connections and associations were set up.
        bulk: bytes of image data to add, for measuring; 0 for none.
        start: nanoseconds since 1970 at which it begins.
    """

    def __init__(
        self,
        fleet: Fleet,
        voices: Mapping[str, Voice],
        seed: int,
        *,
        minutes: int = 20,
        started: bool = False,
        bulk: int = 0,
        start: int = MORNING,
    ) -> None:
        self.fleet = fleet
        self.voices = voices
        self.rng = Random(f"day {seed}")
        self.length = minutes * 60 * SECOND
        self.started = started
        self.bulk = bulk
        self.kit = Kit(Random(f"keys {seed}"))
        self.start = start
        self.date = datetime.fromtimestamp(start // SECOND, UTC).strftime("%Y%m%d")
        self.controller = fleet.named("domain controller").station
        self.clock = fleet.named("time and log server").station
        self.supervision = fleet.named("supervision server").station
        self.engine = fleet.named("interface engine")
        self.pacs = fleet.named("Vue PACS")
        self.lis = fleet.named("laboratory information system")
        self.record = fleet.named("patient record")
        self.building = fleet.named("building management server").station
        self._certificates: dict[str, Certificate] = {}
        self._sent = 0
        self._part = (0.0, 1.0)

    # ---------------------------------------------------------------------------------------------- the day
    def frames(self) -> Iterator[Frame]:
        """Every frame in the order of time."""
        waiting = sorted((at, number, talk) for number, (at, talk) in enumerate(self._plan()))
        waiting.reverse()
        mirror = Mirror(self.fleet)
        heap: list[tuple[int, int, bytes, Iterator[Frame]]] = []
        clock, number = self.start, 0
        while waiting or heap:
            while waiting and (not heap or waiting[-1][0] <= heap[0][0]):
                source = waiting.pop()[2]()
                number += 1
                first = next(source, None)
                if first is not None:
                    heapq.heappush(heap, (first[0], number, first[1], source))
            if not heap:
                continue
            at, rank, frame, source = heap[0]
            clock = max(clock, at)
            yield clock, frame
            again = mirror.again(frame)
            if again is not None:
                clock += 15 * MICRO
                yield clock, again
            after = next(source, None)
            if after is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (after[0], rank, after[1], source))

    def _plan(self) -> Iterator[Event]:
        for device in self.fleet.devices:
            if not device.stations:
                continue
            rng = Random(f"{self.rng.random()} {device.number}")
            self._part = _PARTS.get(device.role, (0.0, 1.0))
            yield from self._wake(device, rng)
            for voice in device.model.speaks:
                yield from self.voices[voice](self, device, rng)
        self._part = (0.0, 1.0)
        yield from self._carried(Random(f"{self.rng.random()} carried"))
        yield from self._lines(Random(f"{self.rng.random()} lines"))
        yield from self._leases(Random(f"{self.rng.random()} leases"))
        yield from self._absent(Random(f"{self.rng.random()} absent"))
        yield from self._maintenance(Random(f"{self.rng.random()} maintenance"))
        if self.bulk:
            yield from self._images(Random(f"{self.rng.random()} images"))

    def at(self, rng: Random, early: float = 0.12, late: float = 0.95) -> int:
        """A moment of the day, between two parts of it."""
        first, last = self._part
        return self.start + int(self.length * (first + (last - first) * rng.uniform(early, late)))

    def talk(
        self,
        client: Station,
        server: Station,
        port: int,
        at: int,
        turns: Callable[[], Sequence[Turn]],
        rng: Random,
        *,
        started: bool = False,
        close: bool = True,
    ) -> Event:
        """A TCP conversation whose turns are made when it begins."""
        return at, lambda: converse(client, server, port, at, turns(), rng, started=started, close=close)

    def _wake(self, device: Device, rng: Random) -> Iterator[Event]:
        """Presence on the link: address, announcements, first names and the time."""
        for number, station in enumerate(tuple(device.stations)):
            at = self.at(rng, 0.0, 0.1)
            if station.behind:
                continue
            yield from self._presence(station, at, rng)
            if station.stack.ttl == 128 and device.hostname and number < 2:
                duid = b"\0\x01\0\x01\x2c\x11\x22\x33" + device.station.mac
                yield at + 2 * SECOND, partial(dhcp.solicit, station, at + 2 * SECOND, rng, duid)
            if device.moves:
                yield from self._move(device, rng)
        if device.speaks("smb", "desk"):
            at = self.at(rng, 0.11, 0.3)
            yield at, partial(management.ntp, device.station, self.clock, at, rng)
        if device.hostname and device.station.stack.dhcp and device.model.kind not in ("SMARTPHONE", "PHONE"):
            when = self.at(rng, 0.11, 0.2)
            name = f"{rng.choice(('eai1', 'pacs1', 'temps1', 'DC1'))}.{DOMAIN}".lower()
            yield when, partial(naming.lookup, device.station, self.controller, name, self.clock.ip, when, rng)

    def _presence(self, station: Station, at: int, rng: Random) -> Iterator[Event]:
        if station.stack.dhcp:
            yield at, partial(dhcp.lease, station, self.controller, self.fleet.router.mac, at, rng)
            yield at + MILLI, partial(dhcp.relayed, station, self.controller, self._gateway(station), at + MILLI, rng)
        yield at + SECOND, partial(link.arp_announce, station, at + SECOND)
        yield at + 2 * SECOND, partial(link.arp_exchange, station, self._gateway(station), at + 2 * SECOND)
        if station.stack.name in (
            "win11",
            "win10",
            "ltsc2019",
            "win7",
            "srv2019",
            "srv2022",
            "linux",
            "server",
            "android",
            "ios",
        ):
            yield at + 3 * SECOND, partial(link.neighbour, station, at + 3 * SECOND)
            yield at + 5 * SECOND, partial(link.temporary, station, rng.randbytes(8), at + 5 * SECOND)

    def _gateway(self, station: Station) -> Station:
        """The core router's interface in the station's VLAN: one MAC, an address in every network."""
        router = self.fleet.router
        ward = next(ward for ward in WARDS.values() if ward.vlan == station.vlan and not ward.annex)
        return Station(mac=router.mac, ip=ward.address(1), stack=router.stack, vlan=station.vlan, name=router.name)

    # ---------------------------------------------------------------------------------------------- awkward
    def _move(self, device: Device, rng: Random) -> Iterator[Event]:
        """At noon the device is unplugged and wakes up in another ward, with another address."""
        noon = self.start + self.length // 2
        old = device.station
        new = self.fleet.interface(device, WARDS[device.moves])
        new.mac = old.mac
        device.stations.append(new)
        yield from self._presence(new, noon + self.length // 50, rng)
        yield self.report(device, new, noon + self.length // 10, rng)

    def _carried(self, rng: Random) -> Iterator[Event]:
        """The bedside gateway tells what its silent devices measure, several per message."""
        children = [device for device in self.fleet.devices if device.eui64 and device.carrier]
        if not children:
            return
        sender = hl7.Application("PASSERELLE^0050560000000001^EUI-64")

        def turns() -> list[Turn]:
            out = []
            for step in range(6):
                now = self.start + self.length // 8 * (step + 1)
                for begin in range(0, len(children), 3):
                    group = [self.source(child) for child in children[begin : begin + 3]]
                    number = self.number()
                    message = hl7.measurement(sender, hl7.Application("DPI"), number, group, now, rng, "REA-A")
                    answer = hl7.acknowledgement(hl7.Application("DPI"), sender, "R01", "2.6", number, "CA", now)
                    out += hl7.exchange(message, answer, rng.randrange(5, 90) * MILLI)
            return out

        yield self.talk(
            self.engine.station,
            self.record.station,
            2575,
            self.at(rng, 0.1, 0.15),
            turns,
            rng,
            started=self.started,
            close=False,
        )

    def _lines(self, rng: Random) -> Iterator[Event]:
        """The bedside gateway reads ventilators through serial device servers."""
        servers = {device.number: device.station for device in self.fleet.devices if device.stations}
        for machine in self.fleet.devices:
            if machine.line:
                turns = partial(medibus.line, "8120", machine.model.name, machine.model.software, rng)
                yield self.talk(self.engine.station, servers[machine.carrier], LINE_PORT, self.at(rng), turns, rng)

    def _leases(self, rng: Random) -> Iterator[Event]:
        """Some stations give their address back at noon; another one wakes up with it in the afternoon."""
        for device in self.fleet.devices:
            if device.role == "lease given back":
                at = self.start + int(self.length * rng.uniform(0.45, 0.5))
                yield at, partial(dhcp.release, device.station, self.controller, at, rng)

    def _absent(self, rng: Random) -> Iterator[Event]:
        """Supervision polls addresses where nobody is any more: questions without an answer make no device."""
        for ward in rng.sample([WARDS[code] for code in ("REA-A", "BLOC", "IMAG", "LABO", "URG", "MED")], 4):
            gone = Station(mac=bytes(6), ip=ward.address(60_000 + rng.randrange(900)), stack=self.clock.stack)
            gone.vlan = ward.vlan
            for _ in range(3):
                at = self.at(rng)
                yield at, partial(link.arp_ask, self._gateway(gone), gone.ip, at + MILLI)
                yield at, partial(management.snmp_unanswered, self.supervision, gone, at, rng)
                yield at + SECOND, partial(knock, self.supervision, gone, 443, at + SECOND, rng)

    def _maintenance(self, rng: Random) -> Iterator[Event]:
        """The laptop of a maintenance firm opens a desktop of a scanner and leaves a file."""
        laptops = [device for device in self.fleet.devices if device.role == "maintenance laptop"]
        scanners = [device for device in self.fleet.devices if device.model.name == "SOMATOM go.Top"]
        for laptop, scanner in zip(laptops, scanners, strict=False):
            at = self.at(rng, 0.6, 0.7)
            yield self.talk(laptop.station, scanner.station, 5900, at, partial(remote.vnc, rng, "syngo"), rng)
            yield self.talk(laptop.station, scanner.station, 3389, at + SECOND, partial(remote.rdp, "bioserv"), rng)

    def _images(self, rng: Random) -> Iterator[Event]:
        """Long flows of image data from the scanners to the archive, until ``bulk`` bytes have gone."""
        modalities = list(self.fleet.speaking("dicom"))
        scanners = [d for d in modalities if d.model.kind in ("CT", "MR")] or modalities[:1]
        pixels = rng.randbytes(512 * 512 * 2)
        each = max(1, self.bulk // len(pixels) // max(1, len(scanners)))
        for scanner in scanners:
            at = self.at(rng, 0.15, 0.3)

            def turns(scanner: Device = scanner) -> Iterator[Turn]:
                made_by = self.equipment(scanner)
                one = self.dialogue(scanner, self.pacs, [dicom.CLASSES[scanner.model.modality]])
                done = 0
                for _ in range(each):
                    who = dicom.patient(rng)
                    one.store(dicom.image(made_by, who, rng, day=self.date, pixels=pixels), 2 * MILLI)
                    yield from one.turns[done:]
                    one.turns.clear()
                    done = 0
                yield from one.release()

            yield at, partial(converse, scanner.station, self.pacs.station, 104, at, turns(), rng)

    # ---------------------------------------------------------------------------------------------- words
    def number(self) -> str:
        """The next message control id."""
        self._sent += 1
        return f"MSG{self._sent:06d}"

    def report(self, device: Device, station: Station, begin: int, rng: Random) -> Event:
        """A bedside device's long connection to the interface engine, with PCD-01 messages."""
        maker = device.model.maker.upper().replace(" ", "").replace("Ä", "AE").replace(".", "")
        sender, engine = hl7.Application(f"{maker}^{device.eui64}^EUI-64"), hl7.Application("EAI")
        pause = self.length // 60

        def turns() -> list[Turn]:
            out: list[Turn] = []
            for step in range(6):
                now, number = begin + step * pause, self.number()
                message = hl7.measurement(sender, engine, number, [self.source(device)], now, rng, device.ward.code)
                answer = hl7.acknowledgement(engine, sender, "R01", "2.6", number, "CA", now)
                out += hl7.exchange(message, answer, rng.randrange(2, 60) * MILLI, pause)
            return out

        return self.talk(station, self.engine.station, 2575, begin, turns, rng, started=self.started, close=False)

    def certificate(self, name: str, maker: str) -> Certificate:
        """The certificate of a name; always the same one."""
        if name not in self._certificates:
            self._certificates[name] = self.kit.certificate(name, maker, self_signed=name.endswith(".local"))
        return self._certificates[name]

    def source(self, device: Device) -> hl7.Source:
        model = device.model
        return hl7.Source(
            model.mdc, model.maker, model.name, device.serial, model.software, device.eui64, str(device.bed)
        )

    def peer(self, device: Device) -> dicom.Peer:
        """A device as a DICOM application entity."""
        uid, version = device.model.implementation or ("1.2.276.0.7230010.3.0.3.6.4", "OFFIS_DCMTK_364")
        return dicom.Peer(device.ae or "ANY", uid, version)

    def dialogue(self, client: Device, server: Device, classes: Sequence[str]) -> dicom.Dialogue:
        """A new association between two devices."""
        return dicom.Dialogue(self.peer(client), self.peer(server), classes)

    def equipment(self, device: Device) -> dicom.Equipment:
        """What its data sets say of a modality."""
        model = device.model
        root = model.implementation[0].rsplit(".", 2)[0] if model.implementation else "1.2.250.1.99"
        return dicom.Equipment(
            model.modality,
            model.maker,
            model.name,
            device.serial,
            model.software,
            device.ae,
            device.ward.name,
            FACILITY,
            root,
        )
