"""Fleet: every device in memory, to answer lists, facets and searches while a person types.

Question: which devices match this, how many of each value are among them, and in which order are they shown?
Reference: DESIGN §5 (facet counts from an in-memory bitset index) and §9 (p95 below 100 ms with 20,000 devices). A
facet value is a set of devices written as one whole number, a bit per device: counting is one AND and one population
count. Memory is bounded by the number of devices.

Example:
    >>> from garde.model.key import Key
    >>> fleet = Fleet([Device(id="d-1", keys=(Key("ip", "10.0.0.1"),), kind="CT")])
    >>> fleet.find(Query(filters=(("kind", "CT", True),))).total
    1
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

import msgspec

from garde.model.device import Device

#: Facets, in the order in which pages show them. The last two are not attributes: how sure the kind is, and the first
#: three numbers of an IPv4 address, by which people know their networks.
FACETS: Final = ("kind", "manufacturer", "model", "os", "facility", "ward", "certainty", "network")
#: Columns by which a list may be ordered.
ORDERS: Final = ("name", "kind", "manufacturer", "model", "ward", "ip", "last_seen", "first_seen", "certainty")
#: The value of a facet where nothing is known: it is shown, counted and filtered like any other.
UNKNOWN: Final = ""
#: Most values of one facet that are listed: in a glance, and when all are asked for.
LISTED: Final = 8
LONGEST: Final = 500


#: What a person may see: alternatives, each a conjunction of facet and value.
Terms: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]


class Query(msgspec.Struct, frozen=True):
    """What a list asks.

    Attributes:
        filters: facet, value, and whether it is kept (True) or left out (False). Several kept values of one facet are
            alternatives; different facets must all hold.
        text: words that must all occur somewhere in what is known.
        order: one of ``ORDERS``.
        down: largest first.
        first: how many to pass over.
        most: how many to give.
        wide: the facet of which all values are wanted.
        within: what the person who asks may see; None is everything.
        counted: facets are wanted; without them an answer takes a third of the time.
        after: what ``order_of`` says of the device behind which the page begins; empty begins at the first.
    """

    filters: tuple[tuple[str, str, bool], ...] = ()
    text: str = ""
    order: str = "name"
    down: bool = False
    first: int = 0
    most: int = 50
    wide: str = ""
    within: Terms | None = None
    counted: bool = True
    after: tuple[object, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What a list answers.

    Attributes:
        devices: those of this page, in order.
        total: how many match.
        fleet: how many there are.
        facets: facet → values and how many devices of the answer, with its other filters, have each; most first.
        values: facet → how many values there are in all.
    """

    devices: tuple[Device, ...]
    total: int
    fleet: int
    facets: dict[str, tuple[tuple[str, int], ...]]
    values: dict[str, int]


class Fleet:
    """Devices by slot; safe to read and change from several threads."""

    def __init__(self, devices: Iterable[Device] = ()) -> None:
        self._lock = threading.RLock()
        self._slots: dict[str, int] = {}
        self._devices: list[Device | None] = []
        self._texts: list[str] = []
        self._free: list[int] = []
        self._bits: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        self._all = 0
        self._orders: dict[str, list[int]] = {}
        #: grows with each change
        self.version = 0
        for device in devices:
            self.put(device)

    def __len__(self) -> int:
        return len(self._slots)

    def put(self, device: Device) -> None:
        """Add a device or replace the one with its id."""
        with self._lock:
            if device.id in self._slots:
                self.drop(device.id)
            slot = self._free.pop() if self._free else len(self._devices)
            if slot == len(self._devices):
                self._devices.append(None)
                self._texts.append("")
            self._slots[device.id] = slot
            self._devices[slot] = device
            self._texts[slot] = text_of(device)
            bit = 1 << slot
            self._all |= bit
            for facet in FACETS:
                values = self._bits[facet]
                for value in values_of(device, facet):
                    values[value] = values.get(value, 0) | bit
            self._changed()

    def drop(self, name: str) -> None:
        """Remove a device; an id that is not there is passed over."""
        with self._lock:
            slot = self._slots.pop(name, None)
            device = self._devices[slot] if slot is not None else None
            if slot is None or device is None:
                return
            bit = 1 << slot
            self._all &= ~bit
            for facet in FACETS:
                values = self._bits[facet]
                for value in values_of(device, facet):
                    values[value] &= ~bit
                    if not values[value]:
                        del values[value]
            self._devices[slot] = None
            self._texts[slot] = ""
            self._free.append(slot)
            self._changed()

    def ids(self) -> set[str]:
        """The ids of all devices."""
        with self._lock:
            return set(self._slots)

    def get(self, name: str) -> Device | None:
        """The device with that id."""
        with self._lock:
            slot = self._slots.get(name)
            return self._devices[slot] if slot is not None else None

    def find(self, query: Query) -> Answer:
        """The devices that match, a page of them, and the facets."""
        with self._lock:
            sets = self._sets(query)
            there = self._within(query.within)
            searched = self._search(query.text) & there
            found = self._meet(sets, searched)
            facets_of = FACETS if query.counted else ()
            counts = {facet: self._counts(facet, sets, searched) for facet in facets_of}
            facets = {facet: _listed(facet, counts[facet], query) for facet in facets_of}
            values = {facet: len(counts[facet]) for facet in facets_of}
            return Answer(self._page(found, query), found.bit_count(), there.bit_count(), facets, values)

    def many(self, facet: str, value: str, within: Terms | None = None) -> int:
        """How many devices that a person may see have that value of a facet."""
        with self._lock:
            return (self._bits[facet].get(value, 0) & self._within(within)).bit_count()

    def values(self, facet: str) -> tuple[str, ...]:
        """Every value of a facet that some device has, in order."""
        with self._lock:
            return tuple(sorted(value for value, bits in self._bits[facet].items() if value and bits))

    def since(self, at: int, within: Terms | None = None) -> tuple[Device, ...]:
        """The devices first seen behind a moment that a person may see, latest first."""
        with self._lock:
            marks = self._within(within)
            found = []
            for slot in reversed(self._order("first_seen")):
                device = self._devices[slot]
                if device is None or device.first_at <= at:
                    break
                if marks >> slot & 1:
                    found.append(device)
            return tuple(found)

    def seen(self, within: Terms | None) -> Callable[[str], bool]:
        """Whether a device may be seen, compiled once for many ids; what is about no device has the empty id."""
        if within is None:
            return lambda name: True
        with self._lock:
            there = self._within(within)
            marks = there.to_bytes(len(self._devices) // 8 + 1, "little")
            slots = dict(self._slots)

        def sees(name: str) -> bool:
            slot = slots.get(name)
            return slot is not None and bool(marks[slot >> 3] >> (slot & 7) & 1)

        return sees

    def without(self, query: Query) -> list[tuple[tuple[str, str, bool], int]]:
        """For a list that is empty: how many devices each single filter, when removed, would leave; most first."""
        with self._lock:
            tried = []
            searched = self._search(query.text) & self._within(query.within)
            for one in query.filters:
                rest = msgspec.structs.replace(query, filters=tuple(other for other in query.filters if other != one))
                tried.append((one, self._meet(self._sets(rest), searched).bit_count()))
            return sorted(tried, key=lambda pair: -pair[1])

    # --- within the lock --------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._orders.clear()
        self.version += 1

    def _sets(self, query: Query) -> dict[str, int]:
        """Facet → the devices that its filters leave."""
        sets: dict[str, int] = {}
        kept: dict[str, int] = {}
        for facet, value, keep in query.filters:
            if facet not in self._bits:
                continue
            bits = self._bits[facet].get(value, 0)
            if keep:
                kept[facet] = kept.get(facet, 0) | bits
            else:
                sets[facet] = sets.get(facet, self._all) & ~bits
        for facet, bits in kept.items():
            sets[facet] = sets.get(facet, self._all) & bits
        return sets

    def _within(self, within: Terms | None) -> int:
        """The devices that a person may see; terms name facets by which the fleet is indexed."""
        if within is None:
            return self._all
        found = 0
        for term in within:
            some = self._all
            for facet, value in term:
                some &= self._bits[facet].get(value, 0)
            found |= some
        return found

    def _meet(self, sets: dict[str, int], found: int, but: str = "") -> int:
        for facet, bits in sets.items():
            if facet != but:
                found &= bits
        return found

    def _search(self, text: str) -> int:
        words = text.lower().split()[:8]
        if not words:
            return self._all
        marks = bytearray(len(self._texts) // 8 + 1)
        for slot, known in enumerate(self._texts):
            if known and all(word in known for word in words):
                marks[slot >> 3] |= 1 << (slot & 7)
        return int.from_bytes(marks, "little")

    def _counts(self, facet: str, sets: dict[str, int], searched: int) -> list[tuple[str, int]]:
        """Counts beside the facet's own filters, so that an alternative can be seen before it is chosen."""
        others = self._meet(sets, searched, but=facet)
        counts = [(value, many) for value, bits in self._bits[facet].items() if (many := (bits & others).bit_count())]
        counts.sort(key=lambda pair: (-pair[1], pair[0]))
        return counts

    def _page(self, found: int, query: Query) -> tuple[Device, ...]:
        order = self._order(query.order)
        marks = found.to_bytes(len(self._devices) // 8 + 1, "little")
        slots = self._behind(order, query)
        page: list[Device] = []
        passed = 0
        for slot in slots:
            if marks[slot >> 3] >> (slot & 7) & 1:
                passed += 1
                device = self._devices[slot]
                if passed > query.first and device is not None:
                    page.append(device)
                    if len(page) >= query.most:
                        break
        return tuple(page)

    def _behind(self, order: list[int], query: Query) -> Iterator[int]:
        """The slots in the order asked for, from behind the last device of the page before."""
        low, high = 0, len(order)
        column = query.order if query.order in ORDERS else ORDERS[0]
        if query.after:

            def place(slot: int) -> Any:
                device = self._devices[slot]
                return order_of(device, column) if device is not None else ()

            if query.down:
                high = bisect.bisect_left(order, query.after, key=place)
            else:
                low = bisect.bisect_right(order, query.after, key=place)
        places = range(high - 1, low - 1, -1) if query.down else range(low, high)
        return (order[place] for place in places)

    def _order(self, column: str) -> list[int]:
        column = column if column in ORDERS else ORDERS[0]
        if column not in self._orders:
            keys = [(order_of(device, column), slot) for slot, device in enumerate(self._devices) if device is not None]
            self._orders[column] = [slot for _, slot in sorted(keys)]
        return self._orders[column]


def _listed(facet: str, counts: list[tuple[str, int]], query: Query) -> tuple[tuple[str, int], ...]:
    """The values that are shown: the most frequent ones, and those that are chosen."""
    most = LONGEST if facet == query.wide else LISTED
    chosen = {value for name, value, _ in query.filters if name == facet}
    return (*counts[:most], *(pair for pair in counts[most:] if pair[0] in chosen))


def name_of(device: Device) -> str:
    """What people call it: a person's name for it, its host name, AE title or station, or else its address."""
    for attribute in ("friendly_name", "asset_tag"):
        claim = device.claims.get(attribute)
        if claim and claim.state == "accepted":
            return claim.value
    for attribute in ("hostname", "dicom.ae", "dicom.station_name"):
        if device.many.get(attribute):
            return device.many[attribute][0].value
    addresses = {key.kind: key.value for key in reversed(device.keys)}
    return addresses.get("ip") or addresses.get("mac") or (device.keys[0].value if device.keys else device.id)


def certainty_of(device: Device) -> str:
    """How sure the kind is: ``accepted``, ``proposed`` or ``unknown``."""
    claim = device.claims.get("kind")
    return claim.state if claim and device.kind != "unknown" else "unknown"


def values_of(device: Device, facet: str) -> tuple[str, ...]:
    """The values of one facet; a device of which nothing is known has the value ``UNKNOWN``."""
    if facet == "kind":
        return (UNKNOWN if device.kind == "unknown" else device.kind,)
    if facet == "certainty":
        return (certainty_of(device),)
    if facet == "network":
        found = {
            f"{key.value.rpartition('.')[0]}.0/24"
            for key in device.keys
            if key.kind == "ip" and key.value.count(".") == 3
        }
        return tuple(sorted(found)) or (UNKNOWN,)
    claim = device.claims.get(facet)
    # Below the threshold a value is a guess: it is shown on the device's page, not counted as known.
    return (claim.value if claim and claim.state != "unknown" else UNKNOWN,)


def order_of(device: Device, column: str) -> tuple[object, ...]:
    """What a column is ordered by; what is not known comes last."""
    if column == "name":
        return (name_of(device).lower(), device.id)
    if column == "last_seen":
        return (device.last_at, device.id)
    if column == "first_seen":
        return (device.first_at, device.id)
    if column == "ip":
        text = next((key.value for key in device.keys if key.kind == "ip"), "")
        parts = text.split(".")
        numeric = tuple(int(part) for part in parts) if len(parts) == 4 else ()
        return (not text, not numeric, numeric, text, device.id)
    if column == "certainty":
        claim = device.claims.get("kind")
        return (-(claim.confidence if claim else 0.0), device.id)
    value = values_of(device, column)[0].lower()
    return (not value, value, device.id)


def text_of(device: Device) -> str:
    """Everything by which a device may be searched, in lower case."""
    words = [device.id, device.kind, *(key.value for key in device.keys)]
    words += (claim.value for claim in device.claims.values())
    words += (claim.value for many in device.many.values() for claim in many)
    return "\n".join(words).lower()
