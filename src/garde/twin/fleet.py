"""Fleet: every device of one simulated hospital, with its addresses, names and serial numbers.

Question: which devices are there, and which of them are awkward?
Reference: issue 2 part 10. The same seed gives the same fleet. Awkward on purpose: ghosts (only in the register), an
annex behind a router, a gateway that speaks for others, two interfaces of one device, leases that change hands, a
device that moves, randomised addresses, the laptop of a maintenance firm.

Example:
    >>> fleet = Fleet(60, seed=1)
    >>> len(fleet.devices), fleet.one("PACS").hostname
    (60, 'pacs1')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

import msgspec

from garde.errors import Refused
from garde.twin.hospital import ANYWHERE, WARDS, Ward
from garde.twin.models import Model, models, spell, systems
from garde.twin.station import Station

#: Placed first, whatever the size: without them nobody else has anything to say.
CORE: Final = (
    "Catalyst 9500-40X",
    "domain controller",
    "time and log server",
    "supervision server",
    "interface engine",
    "Vue PACS",
    "laboratory information system",
    "patient record",
    "file server",
    "building management server",
)
#: TCP port of the first serial line of a device server.
LINE_PORT: Final = 4001
#: Wards whose access switch is part of the fleet, in the order in which they get one.
SWITCHED: Final = ("REA-A", "BLOC", "IMAG", "LABO", "URG", "MED", "CARDIO", "REA-B", "NEONAT", "DIAL", "ONCO", "ADMIN")


class Device(msgspec.Struct, kw_only=True):
    """One device of the hospital.

    Attributes:
        number: from 1.
        model, ward: what and where.
        bed: number of the bed it stands at; 0 for none.
        stations: its interfaces; none for what stands behind a gateway, and for ghosts.
        serial, hostname, ae: empty where it has none.
        eui64: its IEEE 11073 system id, 16 hexadecimal digits.
        carrier: number of the gateway that speaks for it; 0 for none.
        line: address and port of the device server on whose serial line it is.
        ghost: in the register and nowhere else.
        ports: MAC addresses of a switch's ports, from which it announces itself.
        moves: the ward to which it goes at noon.
        role: why it is special, for the truth file; empty for most.
    """

    number: int
    model: Model
    ward: Ward
    bed: int = 0
    stations: list[Station] = []
    serial: str = ""
    hostname: str = ""
    ae: str = ""
    eui64: str = ""
    carrier: int = 0
    line: str = ""
    ghost: bool = False
    ports: list[bytes] = []
    moves: str = ""
    role: str = ""

    @property
    def station(self) -> Station:
        """Its first interface."""
        return self.stations[0]

    def speaks(self, *voices: str) -> bool:
        """Whether any of these voices is its own."""
        return any(voice in self.model.speaks for voice in voices)

    def say(self, pattern: str) -> str:
        """A pattern of the model with this device's own words."""
        plain = self.station.mac.hex() if self.stations else ""
        return pattern.format(serial=self.serial, host=self.hostname, mac=plain, MAC=plain.upper())


class Fleet:
    """All devices of a hospital.

    Args:
        size: how many can be observed, core servers and switches included; at least 20.
        seed: decides everything.

    Raises:
        Refused: too small to have servers and anybody besides.
    """

    def __init__(self, size: int, seed: int) -> None:
        if size < 20:
            raise Refused("twin.too-small", f"{size} devices have nobody to talk to", hint="Ask for 20 or more")
        self.rng = Random(f"fleet {seed}")
        self.devices: list[Device] = []
        self.ghosts: list[Device] = []
        self._hosts = dict.fromkeys(WARDS, 9)
        self._count: dict[str, int] = {}
        self._macs: set[bytes] = set()
        self._serials: set[tuple[str, str]] = set()
        self._router: Station | None = None
        catalogue = models()
        for name in CORE:
            self._add(catalogue[name], WARDS[(catalogue[name].wards or ("SRV",))[0]])
        for code in SWITCHED[: max(2, size // 40)]:
            self._add(catalogue["Catalyst 9300-48P"], WARDS[code])
        self._populate(size)
        for _ in range(max(2, size // 25)):
            self._haunt()

    # ---------------------------------------------------------------------------------------------- asking
    def one(self, kind: str) -> Device:
        """The first device of a kind."""
        return next(device for device in self.devices if device.model.kind == kind)

    def named(self, model: str) -> Device:
        """The first device of a model."""
        return next(device for device in self.devices if device.model.name == model)

    def speaking(self, *voices: str) -> Iterator[Device]:
        """Devices with an address and one of these voices."""
        return (device for device in self.devices if device.stations and device.speaks(*voices))

    @property
    def router(self) -> Station:
        """The core router's interface."""
        return self.devices[0].station

    # ---------------------------------------------------------------------------------------------- building
    def _populate(self, size: int) -> None:
        spread = [model for model in models().values() if model.share and not model.behind]
        room = size - len(self.devices)
        children = min(max(2, size // 60), 12) if room > 40 else 0
        lines = 2 if room > 120 else 0
        room -= children + lines
        # One of each, the frequent ones first; then chance, by their shares.
        order = sorted(spread, key=lambda model: -model.share)[:room]
        wanted = Counter(model.name for model in order)
        drawn = self.rng.choices(spread, [model.share for model in spread], k=room - len(order))
        wanted.update(model.name for model in drawn)
        for model in spread:
            for number in range(wanted[model.name]):
                device = self._add(model, WARDS[self.rng.choice(model.wards or ANYWHERE)])
                self._trouble(device, number)
        self._carry(children)
        self._wire(lines)

    def _add(self, model: Model, ward: Ward) -> Device:
        count = self._count[model.name] = self._count.get(model.name, 0) + 1
        device = Device(number=len(self.devices) + 1, model=model, ward=ward)
        device.stations = [self.interface(device)]
        words = {"w": ward.code, "n": count, "mac": device.station.mac.hex(), "MAC": device.station.mac.hex().upper()}
        if model.kind in ("SWITCH", "AP"):
            words["w"] = ward.code.lower()
        device.hostname = spell(model.host, self.rng, **words)
        words["w"] = ward.code.replace("-", "")
        device.ae = spell(model.ae, self.rng, **words)[:16]
        device.serial = self.serial(model, **words)
        device.station.name = device.hostname
        device.eui64 = (device.station.mac[:3] + b"\xff\xfe" + device.station.mac[3:]).hex().upper()
        device.bed = self.rng.randint(1, ward.beds) if ward.beds else 0
        if model.kind in ("SWITCH", "ROUTER"):
            base = int.from_bytes(device.station.mac, "big")
            device.ports = [(base + number).to_bytes(6, "big") for number in (25, 26)]
            self._macs.update(device.ports)
        self.devices.append(device)
        return device

    def serial(self, model: Model, **words: object) -> str:
        """A serial number that no other device of the model has; empty where the model has none."""
        while True:
            text = spell(model.serial, self.rng, **words)
            if not text or (model.name, text) not in self._serials:
                self._serials.add((model.name, text))
                return text

    def mac(self, model: Model) -> bytes:
        """A MAC of one of the model's blocks, or a randomised one (IEEE 802c: local, individual)."""
        while True:
            if model.ouis:
                block = self.rng.choice(model.ouis)
                mac = bytes.fromhex(block + f"{self.rng.getrandbits(48):012x}"[len(block) :])
            else:
                mac = bytes((self.rng.getrandbits(8) & 0xFC | 0x2,)) + self.rng.randbytes(5)
            if mac not in self._macs:
                self._macs.add(mac)
                return mac

    def interface(self, device: Device, ward: Ward | None = None, ip: str = "") -> Station:
        """A new interface of a device in a ward's network."""
        ward = ward or device.ward
        first = not self.devices
        if not ip:
            self._hosts[ward.code] += 1
            ip = ward.address(1 if first else self._hosts[ward.code])
        station = Station(
            mac=self.mac(device.model),
            ip=ip,
            stack=systems()[device.model.stack],
            vlan=ward.vlan,
            gateway=b"" if first else self.router.mac,
            ports=49152 + self.rng.randrange(8000),
            identification=self.rng.getrandbits(16),
            name=device.hostname,
        )
        if ward.annex:
            # The annex is reached over a leased line: what comes from there wears the core router's address.
            station.behind, station.hops, station.vlan = self.router.mac, 1, 0
        return station

    def _trouble(self, device: Device, number: int) -> None:
        """Make every so-manieth device of some models awkward."""
        name = device.model.name
        if name == "ProDesk 600" and number % 6 == 2:
            device.ward, device.role = WARDS["ANNEXE"], "annex"
            device.stations = [self.interface(device)]
            device.hostname = f"POSTE-ANNEXE-{device.number}"
        elif name == "OptiPlex 7090" and number % 7 == 3:
            device.role = "dual-homed"
            device.hostname = f"CHARIOT-{device.ward.code}-{device.number}"
            device.stations.append(self.interface(device, WARDS["WIFI"]))
        elif name == "OptiPlex 7090" and number == 1:
            device.role, device.hostname, device.ward = "maintenance laptop", "PORTABLE-BIOSERV", WARDS["IMAG"]
            device.stations = [self.interface(device)]
        elif name == "BeneVision N17" and number % 4 == 1:
            device.role, device.moves = "moved", "REA-A" if device.ward.code != "REA-A" else "REA-B"
        elif name == "Galaxy A53" and number % 4 == 1:
            device.role = "lease given back"
        elif name == "Galaxy A53" and number % 4 == 2:
            device.role = "lease inherited"
            device.station.ip = self.devices[-2].station.ip
        for station in device.stations:
            station.name = device.hostname

    def _carry(self, children: int) -> None:
        """Stand devices without an address behind the interface engine's sister, the bedside gateway."""
        if not children:
            return
        gateway = self.named("interface engine")
        rows = [model for model in models().values() if model.behind == "GATE"]
        for number in range(children):
            model = rows[number % len(rows)]
            ward = WARDS[self.rng.choice(model.wards)]
            mac = self.mac(model)
            self.devices.append(
                Device(
                    number=len(self.devices) + 1,
                    model=model,
                    ward=ward,
                    bed=self.rng.randint(1, ward.beds or 1),
                    serial=self.serial(model),
                    carrier=gateway.number,
                    role="behind a gateway",
                    eui64=(mac[:3] + b"\xff\xfe" + mac[3:]).hex().upper(),
                )
            )

    def _wire(self, lines: int) -> None:
        """Put a ventilator of one and the same type on the serial line of each of some device servers."""
        [machine] = [model for model in models().values() if model.behind == "SER"]
        for server in [device for device in self.devices if device.model.kind == "SER"][:lines]:
            self.devices.append(
                Device(
                    number=len(self.devices) + 1,
                    model=machine,
                    ward=server.ward,
                    bed=server.bed,
                    carrier=server.number,
                    line=f"{server.station.ip}:{LINE_PORT}",
                    role="on a serial line",
                )
            )

    def _haunt(self) -> None:
        model = self.rng.choice([model for model in models().values() if model.share and model.serial])
        ward = WARDS[self.rng.choice(model.wards or ANYWHERE)]
        self.ghosts.append(
            Device(
                number=len(self.ghosts) + 1,
                model=model,
                ward=ward,
                serial=self.serial(model, MAC=f"{self.rng.getrandbits(48):012X}"),
                ghost=True,
                role="ghost",
            )
        )
