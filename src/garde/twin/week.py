"""Week: what a hospital says over weeks, as conversations instead of packets, and the truth of what happened besides.

Question: which flows are care, which come but once a month, and which are an intruder's?
Reference: issue 4 acceptance 3; week.toml. Weeks of packets would take hours to write and to read; a proposal and a
simulation only see conversations, so these are made directly. The same fleet and seed give the same conversations. The
weeks before are routine only; what is planted happens in the last seven days, but for what comes every Saturday.

Example:
    >>> from garde.twin.fleet import Fleet
    >>> week = Week(Fleet(120, seed=1), before=1)
    >>> len(list(week.talks())) > 1000, sorted({row["what"] for row in week.truth()})
    (True, ['calibration', 'maintenance', 'violation'])
"""

from __future__ import annotations

import ipaddress
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key
from garde.model.message import digest
from garde.twin.fleet import Device, Fleet
from garde.twin.tcp import SECOND
from garde.twin.truth import rows

HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR
#: 2026-03-09 00:00 UTC, a Monday: the first of the seven days in which something is planted.
MONDAY: Final = 1_773_014_400 * SECOND
DAYS: Final = 7


class Routine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row ``[[routine]]``: see the head of week.toml; ``only`` narrows ``kinds`` to one model."""

    name: str
    kinds: tuple[str, ...]
    only: str = ""
    server: str = ""
    targets: tuple[str, ...] = ()
    everywhere: bool = False
    protocol: str
    port: int
    service: str = ""
    first: int = 0
    last: int = 24
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    every: int
    octets: int
    v6: bool = False


class Planted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"sender": "from"}):
    """A row ``[[event]]``.

    Attributes:
        what: ``calibration``, ``maintenance`` or ``violation``.
        kind, nth, sender: who: the n-th device of a kind, or an address that is no device's.
        server, target, address, sweep: to whom: a model, another device of a kind, an address, or all of a network.
        day, weekday: on that day of the week (0 is Monday); ``weekday`` in the weeks before as well.
        hour, times: when, and how many conversations, five minutes apart.
    """

    name: str
    what: str
    kind: str = ""
    nth: int = 0
    sender: str = ""
    server: str = ""
    target: str = ""
    address: str = ""
    sweep: str = ""
    protocol: str
    port: int
    service: str = ""
    day: int | None = None
    weekday: int | None = None
    hour: int
    times: int
    octets: int
    packets: int = 30
    v6: bool = False


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files("garde.twin").joinpath("week.toml").read_text("utf-8"))


def routines() -> list[Routine]:
    """What is said every day."""
    return msgspec.convert(_tables()["routine"], list[Routine])


def planted() -> list[Planted]:
    """What happens besides."""
    return msgspec.convert(_tables()["event"], list[Planted])


def v6(device: Device) -> str:
    """The IPv6 address of a device's first interface, one network per VLAN (RFC 4193)."""
    return str(ipaddress.IPv6Address(0xFD00 << 112 | device.station.vlan << 64 | device.number))


class Week:
    """The conversations of some weeks, the last of which has more than routine.

    Args:
        fleet: the devices.
        seed: decides minutes and octets.
        before: days of routine before.
    """

    def __init__(self, fleet: Fleet, seed: int = 1, *, before: int = 14) -> None:
        self.fleet = fleet
        self.seed = seed
        self.start = MONDAY - before * DAY
        self.end = MONDAY + DAYS * DAY
        self._spoken = [device for device in fleet.devices if device.stations]

    def talks(self) -> Iterator[Conversation]:
        """Every conversation, routine by routine, then what was planted."""
        for routine in routines():
            rng = Random(f"week {self.seed} {routine.name}")
            for source, target in self._pairs(routine):
                ends = (v6(source), v6(target)) if routine.v6 else (source.station.ip, target.station.ip)
                yield from self._routine(routine, *ends, rng)
        for event in planted():
            for asking, asked in self._ends(event):
                for at in self._times(event):
                    yield self._talk(event, asking, asked, at, event.packets, event.octets)

    def truth(self) -> list[dict[str, Any]]:
        """What was planted in the last week: one row per pair and service; a sweep is one row to ``any``."""
        found = []
        for event in planted():
            ends = list(self._ends(event))
            times = sum(at >= MONDAY for at in self._times(event))
            if not ends or not times:
                continue
            row = {"name": event.name, "what": event.what, "protocol": event.protocol}
            if event.sweep:
                found.append(row | {"source": ends[0][0], "target": "any", "port": 0, "times": times * len(ends)})
            else:
                found += (row | {"source": s, "target": t, "port": event.port, "times": times} for s, t in ends)
        return found

    def devices(self) -> list[dict[str, Any]]:
        """Every device as the truth file of packets has it, with its IPv6 address among its keys."""
        by_id = {f"t-{device.number:05d}": device for device in self._spoken}
        table = rows(self.fleet)
        for row in table:
            if row["id"] in by_id:
                row["keys"] = [*row["keys"], {"kind": "ip", "value": v6(by_id[row["id"]])}]
                row["model"] = row["model"] or by_id[row["id"]].model.name
        return table

    def write(self, truth: Path) -> None:
        """Write devices and what was planted (JSON)."""
        known = {"seed": self.seed, "monday": MONDAY, "devices": self.devices(), "planted": self.truth()}
        truth.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _pairs(self, routine: Routine) -> Iterator[tuple[Device, Device]]:
        sources = [
            device for device in self._of(*routine.kinds) if not routine.only or device.model.name == routine.only
        ]
        for source in sources:
            if routine.server:
                targets = [self.fleet.named(routine.server)]
            else:
                here = (d for d in self._of(*routine.targets) if routine.everywhere or d.ward == source.ward)
                targets = list(here)
            yield from ((source, target) for target in targets if target is not source)

    def _routine(self, routine: Routine, source: str, target: str, rng: Random) -> Iterator[Conversation]:
        day = self.start
        while day < self.end:
            if (day - MONDAY) // DAY % 7 in routine.weekdays:
                at = day + routine.first * HOUR + rng.randrange(routine.every) * 60 * SECOND
                while at < day + routine.last * HOUR:
                    octets = rng.randint(routine.octets // 2, routine.octets)
                    yield self._talk(routine, source, target, at, 10 + octets // 1000, octets)
                    at += routine.every * 60 * SECOND
            day += DAY

    def _talk(
        self, what: Routine | Planted, source: str, target: str, at: int, packets: int, octets: int
    ) -> Conversation:
        begin = at // BUCKET * BUCKET
        return Conversation(
            id=digest("conversation", "twin", source, target, what.protocol, what.port, begin, what.name),
            at=begin,
            sensor="twin",
            source=Key("ip", source),
            target=Key("ip", target),
            protocol=what.protocol,
            port=what.port,
            service=what.service,
            packets=packets,
            octets=octets,
            last_at=begin + BUCKET // 2,
        )

    def _ends(self, event: Planted) -> Iterator[tuple[str, str]]:
        """Addresses of who asks and who is asked; nobody when the fleet has no such devices."""
        sources = self._of(event.kind) if event.kind else []
        if event.kind and event.nth >= len(sources):
            return
        source = sources[event.nth] if event.kind else None
        asking = event.sender if source is None else v6(source) if event.v6 else source.station.ip
        if event.address:
            yield asking, event.address
        elif event.sweep:
            yield from ((asking, str(address)) for address in ipaddress.ip_network(event.sweep).hosts())
        else:
            named = [self.fleet.named(event.server)] if event.server else self._of(event.target)
            other = next((device for device in named if device is not source), None)
            if other is not None:
                yield asking, v6(other) if event.v6 else other.station.ip

    def _times(self, event: Planted) -> list[int]:
        if event.weekday is None:
            days = [MONDAY + (event.day or 0) * DAY]
        else:
            days = [at for at in range(self.start, self.end, DAY) if (at - MONDAY) // DAY % 7 == event.weekday]
        return [day + event.hour * HOUR + number * BUCKET for day in days for number in range(event.times)]

    def _of(self, *kinds: str) -> list[Device]:
        return [device for device in self._spoken if device.model.kind in kinds]
