"""Evidence: every observation of one subject, folded into one record that forgets order and repetition.

Question: what was said of this address, by whom, first and last, in which bytes?
Reference: domain note 01 §1 (evidence model); RFC 826, RFC 4861 (who may assert an address); RFC 1122 §3.2.1.7 (TTL).
Folding is commutative, associative and idempotent, so any interleaving, duplication and re-delivery of the same
observations gives the same records. Left out: which subjects are one device; that is `garde.inventory.resolve`.

An `Interface` is one subject exactly as the bytes named it:

* ``mac:M``           what was said of a MAC alone,
* ``mac:M|ip:X``      what was said of an IP while it was behind that MAC (its own, or a router's),
* ``ip:X``            what was said of an IP where the capture has no MAC,
* ``thing:K|mac:M|ip:X``  what that speaker said of a third thing (an equipment, a serial number, an EUI-64).

Example:
    >>> from garde.model.key import Key
    >>> from garde.model.observation import observe
    >>> who = (Key("mac", "00:09:fb:01:02:03"), Key("ip", "10.0.0.7"))
    >>> seen = observe(sensor="s", at=5, subject=who, attribute="ttl", value="63", source="frame", weight=0.9)
    >>> records = fold({}, [seen, seen])
    >>> sorted(records), records["mac:00:09:fb:01:02:03"].behind
    (['mac:00:09:fb:01:02:03', 'mac:00:09:fb:01:02:03|ip:10.0.0.7'], ('10.0.0.7',))
"""

from __future__ import annotations

import heapq
import ipaddress
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeVar

import msgspec

from garde.model.device import Source
from garde.model.key import Key, is_group_mac
from garde.model.observation import Observation, Place

Kept = TypeVar("Kept", str, Key)

DAY: Final = 86_400 * 1_000_000_000
#: Most values kept of one attribute of one subject; which ones depends on the values only, never on their order.
VALUES: Final = 128
#: Most addresses remembered behind a MAC, and most things remembered of one speaker: enough to know "several".
SEVERAL: Final = 8
#: Days of which a line remembers on which of them it was seen.
DAYS: Final = 62
#: Sources by which a station says itself, or a server grants it, that an address is its own.
ASSERTING: Final = frozenset({"arp", "icmpv6", "dhcp", "dhcpv6", "person", "gmao"})
#: The source that names the maker of an image, who need not be its sender.
DATA_SET: Final = "dicom.dataset"
#: The source that speaks over a serial line: the address is that of a serial device server, never of the machine.
SERIAL_LINE: Final = "medibus"
#: Initial values of the TTL that systems use, and the longest way a packet is believed to have come. The 32 of
#: very old ones is left out: seen, it is as likely a 64 from far away.
INITIAL_TTL: Final = (64, 128, 255)
FARTHEST: Final = 31


class Line(msgspec.Struct, gc=False):
    """All sightings of one value of one attribute by one source at one sensor.

    Attributes:
        first, first_id, first_place: the earliest observation (at equal times, the smallest id).
        last, last_id, last_place: the latest observation (at equal times, the greatest id).
        days: bit *i* is set when it was seen *i* days before the day of ``last``.
    """

    attribute: str
    value: str
    source: str
    sensor: str
    weight: float
    first: int
    first_id: str
    first_place: Place | None
    last: int
    last_id: str
    last_place: Place | None
    days: int = 1

    @property
    def count(self) -> int:
        """On how many of the last ``DAYS`` days it was seen; at least 2 when first and last are two sightings."""
        return max(self.days.bit_count(), 1 if self.first_id == self.last_id else 2)

    def as_source(self) -> Source:
        """The line as a device's claim shows it."""
        return Source(
            source=self.source,
            sensor=self.sensor,
            weight=self.weight,
            first_at=self.first,
            at=self.last,
            count=self.count,
            first_place=self.first_place,
            place=self.last_place,
            observation=self.last_id,
        )


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """One subject and all that was said of it.

    Attributes:
        id: the subject's keys as text, joined by ``|``.
        thing: what a speaker spoke of, None when it spoke of itself.
        mac, ip: addresses of the subject, or of the speaker when there is a thing; empty where unknown.
        first, last: earliest and latest observation, nanoseconds; for a MAC alone, of anything that came through it.
        lines: ordered by attribute, value, source and sensor.
        behind: for a MAC alone, IPs whose packets came from farther away than this MAC, at most ``SEVERAL``.
        speaks: for addresses, things they spoke of, at most ``SEVERAL``.
        forwards: the same for things that only DICOM data sets name: who sends a data set may be an archive.
        also: further keys by which the speaker named the same thing, at most ``SEVERAL``.
    """

    id: str
    thing: Key | None = None
    mac: str = ""
    ip: str = ""
    lines: tuple[Line, ...] = ()
    first: int = 0
    last: int = 0
    behind: tuple[str, ...] = ()
    speaks: tuple[Key, ...] = ()
    forwards: tuple[Key, ...] = ()
    also: tuple[Key, ...] = ()

    def values(self, attribute: str) -> Iterator[Line]:
        """The lines of one attribute."""
        return (line for line in self.lines if line.attribute == attribute)


class Folder:
    """Observations in, records out: the working state of a fold.

    Args:
        known: records to continue from, by id; only those that are touched are copied.
    """

    def __init__(self, known: Mapping[str, Interface] | None = None) -> None:
        self._known = known or {}
        self._open: dict[str, _Open] = {}

    def add(self, observations: Iterable[Observation]) -> None:
        """Fold in observations; those about no single thing (multicast, unspecified) are passed over."""
        for one in observations:
            subject = _subject(one.subject)
            if subject is None or (one.attribute == "ip" and not single(one.value)):
                continue
            name, thing, mac, ip = subject
            ip = ip or _asserted(one, mac)
            if ip and not thing and name == f"mac:{mac}":
                name = f"mac:{mac}|ip:{ip}"
            record = self._record(name, thing, mac, ip)
            record.take(one)
            if mac and thing is None:
                carrier = self._record(f"mac:{mac}", None, mac, "")
                carrier.seen(one.at)
                if ip and one.attribute == "ttl" and hops(one.value):
                    _keep(carrier.behind, ip)
            if thing is not None:
                for key in one.subject:
                    if key.kind not in ("mac", "ip") and key != thing:
                        _keep(record.also, key)
                speaker = _name(None, mac, ip)
                if speaker:
                    spoken = self._record(speaker, None, mac, ip)
                    _keep(spoken.forwards if one.source == DATA_SET else spoken.speaks, thing)

    def interfaces(self) -> dict[str, Interface]:
        """The records touched since the beginning, by id."""
        return {name: record.close(name) for name, record in self._open.items()}

    def _record(self, name: str, thing: Key | None, mac: str, ip: str) -> _Open:
        record = self._open.get(name)
        if record is None:
            record = self._open[name] = _Open(thing, mac, ip, self._known.get(name))
        return record


def fold(known: Mapping[str, Interface], observations: Iterable[Observation]) -> dict[str, Interface]:
    """The records that these observations touch, continued from ``known``; ``known`` itself is not changed.

    ``fold`` of a sequence equals ``fold`` of any permutation of it with any repetitions.
    """
    folder = Folder(known)
    folder.add(observations)
    return folder.interfaces()


def subjects(observations: Iterable[Observation]) -> set[str]:
    """Ids of every record that ``fold`` of these observations may read."""
    names: set[str] = set()
    for one in observations:
        subject = _subject(one.subject)
        if subject is None:
            continue
        _, thing, mac, ip = subject
        ip = ip or _asserted(one, mac)
        names.add(_name(thing, mac, ip))
        names.add(_name(None, mac, ip))
        if mac:
            names.add(f"mac:{mac}")
    return names - {""}


def hops(ttl: str) -> int | None:
    """Routers between sender and sensor, from a TTL as seen: the distance to the next initial value above it.

    None where the TTL says nothing: a value chosen for multicast or a traceroute, or an unlikely distance.

    >>> hops("64"), hops("63"), hops("255"), hops("4")
    (0, 1, 0, None)
    """
    if not ttl.isascii() or not ttl.isdigit() or len(ttl) > 3:
        return None
    seen = int(ttl)
    for initial in INITIAL_TTL:
        if seen <= initial:
            away = initial - seen
            return away if away <= FARTHEST else None
    return None


class _Open:
    """A record while it is being folded: lines in a dictionary."""

    __slots__ = ("also", "behind", "first", "forwards", "ip", "last", "lines", "mac", "per", "speaks", "thing")

    def __init__(self, thing: Key | None, mac: str, ip: str, known: Interface | None) -> None:
        self.thing, self.mac, self.ip = thing, mac, ip
        self.lines: dict[tuple[str, str, str, str], Line] = {}
        self.per: dict[str, set[str]] = {}
        self.behind: set[str] = set()
        self.speaks: set[Key] = set()
        self.forwards: set[Key] = set()
        self.also: set[Key] = set()
        self.first = known.first if known else 0
        self.last = known.last if known else 0
        if known is not None:
            for line in known.lines:
                self.lines[line.attribute, line.value, line.source, line.sensor] = msgspec.structs.replace(line)
                self.per.setdefault(line.attribute, set()).add(line.value)
            self.behind.update(known.behind)
            self.speaks.update(known.speaks)
            self.forwards.update(known.forwards)
            self.also.update(known.also)

    def seen(self, at: int) -> None:
        self.first = min(self.first, at) if self.first else at
        self.last = max(self.last, at)

    def take(self, one: Observation) -> None:
        self.seen(one.at)
        where = (one.attribute, one.value, one.source, one.sensor)
        line = self.lines.get(where)
        if line is None:
            if self._room(one.attribute, one.value):
                self.lines[where] = Line(
                    one.attribute, one.value, one.source, one.sensor, one.weight,
                    one.at, one.id, one.place, one.at, one.id, one.place,
                )  # fmt: skip
            return
        at, name = one.at, one.id
        if (at, name) < (line.first, line.first_id):
            line.first, line.first_id, line.first_place = at, name, one.place
        day, latest = at // DAY, line.last // DAY
        if day <= latest:
            if latest - day < DAYS:
                line.days |= 1 << (latest - day)
        else:
            line.days = (line.days << min(day - latest, DAYS) | 1) & ((1 << DAYS) - 1)
        if (at, name) > (line.last, line.last_id):
            line.last, line.last_id, line.last_place = at, name, one.place
        if one.weight > line.weight:
            line.weight = one.weight

    def _room(self, attribute: str, value: str) -> bool:
        """Keep the ``VALUES`` values with the smallest check sums: a choice that no order can change."""
        values = self.per.setdefault(attribute, set())
        if value in values or len(values) < VALUES:
            values.add(value)
            return True
        worst = max(values, key=_rank)
        if _rank(value) > _rank(worst):
            return False
        values.remove(worst)
        values.add(value)
        for where in [where for where in self.lines if where[0] == attribute and where[1] == worst]:
            del self.lines[where]
        return True

    def close(self, name: str) -> Interface:
        return Interface(
            id=name,
            thing=self.thing,
            mac=self.mac,
            ip=self.ip,
            lines=tuple(msgspec.structs.replace(self.lines[where]) for where in sorted(self.lines)),
            first=self.first,
            last=self.last,
            behind=tuple(sorted(self.behind)),
            speaks=tuple(sorted(self.speaks)),
            forwards=tuple(sorted(self.forwards)),
            also=tuple(sorted(self.also)),
        )


def _rank(value: str) -> tuple[int, str]:
    return zlib.crc32(value.encode("utf-8", "surrogatepass")), value


def _keep(kept: set[Kept], value: Kept) -> None:
    """Add a value, then forget all but the ``SEVERAL`` smallest: a choice that no order can change."""
    kept.add(value)
    if len(kept) > SEVERAL:
        smallest = heapq.nsmallest(SEVERAL, kept)
        kept.clear()
        kept.update(smallest)


def _name(thing: Key | None, mac: str, ip: str) -> str:
    parts = [f"thing:{thing}"] if thing is not None else []
    parts += [f"mac:{mac}"] if mac else []
    parts += [f"ip:{ip}"] if ip else []
    return "|".join(parts)


@lru_cache(maxsize=1 << 16)
def _subject(keys: tuple[Key, ...]) -> tuple[str, Key | None, str, str] | None:
    """Record id, thing, MAC and IP of an observation's subject; None when it is about no single thing."""
    thing: Key | None = None
    mac = ip = ""
    for key in keys:
        if key.kind == "mac":
            mac = mac or key.value
        elif key.kind == "ip":
            ip = ip or key.value
        elif thing is None:
            thing = key
    if mac and (is_nobody(mac) or len(mac) != 17):
        mac = ""
        if thing is None and ip and keys[0].kind == "mac":
            return None
    if ip and not single(ip):
        ip = ""
    name = _name(thing, mac, ip)
    return (name, thing, mac, ip) if name else None


def _asserted(one: Observation, mac: str) -> str:
    """The IP that a fact about a MAC alone binds to it."""
    if mac and one.attribute == "ip" and one.source in ASSERTING and single(one.value):
        return one.value
    return ""


@lru_cache(maxsize=1 << 16)
def is_nobody(mac: str) -> bool:
    """Whether a MAC can never name one station: group addresses, all zeroes.

    >>> is_nobody("01:00:5e:00:00:fb"), is_nobody("00:00:00:00:00:00"), is_nobody("00:09:fb:01:02:03")
    (True, True, False)
    """
    try:
        return mac.strip("0:") == "" or is_group_mac(mac)
    except ValueError:
        return True


@lru_cache(maxsize=1 << 16)
def single(ip: str) -> bool:
    """Whether an IP names one host: not multicast, broadcast, unspecified or loopback.

    >>> single("10.0.0.7"), single("0.0.0.0"), single("239.255.255.250"), single("ff02::fb"), single("fe80::1")
    (True, False, False, False, True)
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or address.is_loopback or ip.startswith(("255.", "0.")))


def eui64_mac(eui64: str) -> str:
    """The EUI-48 inside an EUI-64 (IEEE guideline: FF:FE or FF:FF in the middle), or the empty string.

    >>> eui64_mac("00:a0:37:ff:fe:9b:00:01")
    '00:a0:37:9b:00:01'
    """
    parts = eui64.split(":")
    if len(parts) == 8 and parts[3:5] in (["ff", "fe"], ["ff", "ff"]):
        return ":".join(parts[:3] + parts[5:])
    return ""
