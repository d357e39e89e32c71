"""Neighbourhood: what must be read to resolve again exactly what a batch of observations may have changed.

Question: 200 records changed among two million; which others decide how many devices these are?
Reference: DESIGN §5 (a stage sees a limited view). Resolving a neighbourhood gives, for every anchor in it, the device
that resolving everything would give; a property test says so. It is bounded through hubs: the addresses behind a router
are not read because the router was, a text that more than `MOST` records share joins nobody and is not followed, and of
other MACs that held the same address only what decides whose the address was is read.

A store keeps, per record, the texts of `found_by` as an index; ``look`` asks it. Example of a stage's use::

    touched = fold(view.interfaces(subjects(batch)), batch)
    around = neighbourhood(touched.values(), look, decisions)
    devices = resolve(around.records, decisions, only=around.anchors)
    gone = around.ids - {device.id for device in devices}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from garde.inventory.decisions import Said
from garde.inventory.describe import device_id
from garde.inventory.evidence import SEVERAL, Interface, eui64_mac
from garde.inventory.joins import found_by, meets
from garde.inventory.ownership import HUB, Pair, interface_mac, is_virtual_mac
from garde.model.decision import Decision
from garde.model.key import Key

#: Most records that share one text and are still read; more share a default, not an identity.
MOST: Final = HUB

#: Asks the index: texts → for each, at most ``most`` of the records found by it (``found_by``).
Look = Callable[[Iterable[str], int], Mapping[str, Sequence[Interface]]]


class Neighbourhood(NamedTuple):
    """Records to resolve, and the anchors for which the answer is exact.

    Attributes:
        records: by id.
        anchors: pass as ``only`` to `garde.inventory.resolve.resolve`.
    """

    records: dict[str, Interface]
    anchors: frozenset[Key]

    @property
    def ids(self) -> frozenset[str]:
        """Every id under which a device of these anchors can be stored: those not resolved again are to be dropped."""
        return frozenset(device_id(anchor) for anchor in self.anchors)


def neighbourhood(touched: Iterable[Interface], look: Look, decisions: Iterable[Decision] = ()) -> Neighbourhood:
    """The neighbourhood of some records.

    Args:
        touched: the records as they are after the fold; ``look`` may still find their older selves.
        look: the index of the store.
        decisions: every merge, split and claim of people.
    """
    return _Walk(touched, look, Said(decisions)).all()


class _Walk:
    """The reading in progress."""

    def __init__(self, touched: Iterable[Interface], look: Look, said: Said) -> None:
        self._look = look
        self._partners = said.partners()
        self._fresh = {record.id: record for record in touched}
        self._fresh_by: dict[str, set[str]] = {}
        for record in self._fresh.values():
            for name in found_by(record):
                self._fresh_by.setdefault(name, set()).add(record.id)
        self.records: dict[str, Interface] = dict(self._fresh)
        self.anchors: set[Key] = set()
        self._answers: dict[str, tuple[Interface, ...]] = {}

    def find(self, names: Iterable[str]) -> list[Interface]:
        """Records found by these texts; hubs give none."""
        names = set(names)
        missing = sorted(names - self._answers.keys())
        if missing:
            found = self._look(missing, MOST + 1)
            for name in missing:
                records = {record.id: self._fresh.get(record.id, record) for record in found.get(name, ())}
                records.update((known, self._fresh[known]) for known in self._fresh_by.get(name, ()))
                hub = len(records) > MOST and not name.startswith("ip:")
                self._answers[name] = () if hub else tuple(records.values())
                if not hub:
                    self.records.update(records)
        return [record for name in sorted(names) for record in self._answers[name]]

    def all(self) -> Neighbourhood:
        waiting = self._first()
        while waiting:
            fresh = waiting - self.anchors
            self.anchors |= fresh
            waiting = self._beyond(fresh)
        self._context()
        return Neighbourhood(self.records, frozenset(self.anchors))

    def _first(self) -> set[Key]:
        """Anchors whose lines may have moved: those of the touched, and whoever shares an address with them."""
        macs = {record.mac for record in self._fresh.values() if record.mac and not is_virtual_mac(record.mac)}
        ips = {record.ip for record in self._fresh.values() if record.ip}
        ips.update(record.ip for record in self.find(f"mac:{mac}" for mac in macs) if record.ip and record.mac in macs)
        anchors = {Key("mac", mac) for mac in macs}
        anchors |= self._sharing(ips)
        anchors.update(record.thing for record in self._fresh.values() if record.thing is not None)
        return anchors

    def _sharing(self, ips: Iterable[str]) -> set[Key]:
        """Everybody who may hold one of these addresses, and the addresses themselves."""
        anchors: set[Key] = set()
        for record in self.find(f"ip:{ip}" for ip in ips):
            if record.ip and record.thing is None:
                anchors.add(Key("ip", record.ip))
                if record.mac and not is_virtual_mac(record.mac) and not Pair(record).far:
                    anchors.add(Key("mac", record.mac))
        return anchors

    def _beyond(self, anchors: Iterable[Key]) -> set[Key]:
        """Anchors that may be one device with these."""
        names: set[str] = set()
        partners: set[Key] = set()
        for record in self._of(anchors):
            names |= meets(record)
        for anchor in anchors:
            partners |= self._partners.get(anchor, set())
            names.add(str(anchor))
            if anchor.kind == "ip" and (mac := interface_mac(anchor.value)):
                partners.add(Key("mac", mac))
            if anchor.kind == "eui64" and (mac := eui64_mac(anchor.value)):
                partners.add(Key("mac", mac))
        for key in list(self._partners):
            if key.kind not in ("mac", "ip") and any(str(key).casefold() == name for name in names):
                partners |= self._partners[key]
        return self._owners([*self.find(names), *self.find(map(str, partners))])

    def _of(self, anchors: Iterable[Key]) -> list[Interface]:
        """The records whose lines may be about these anchors."""
        anchors = set(anchors)
        direct = self.find(str(anchor) for anchor in anchors)
        ips = {record.ip for record in direct if record.ip and record.thing is None}
        return direct + self.find(f"ip:{ip}" for ip in ips)

    def _owners(self, records: Iterable[Interface]) -> set[Key]:
        anchors: set[Key] = set()
        ips: set[str] = set()
        for record in records:
            if record.thing is not None:
                anchors.add(record.thing)
            if (
                record.mac
                and not is_virtual_mac(record.mac)
                and not (record.thing is None and Pair(record).far and record.ip)
            ):
                anchors.add(Key("mac", record.mac))
            if record.ip:
                ips.add(record.ip)
        return anchors | self._sharing(ips)

    def _context(self) -> None:
        """What decides whose an address was, for every MAC that was met."""
        ips = {record.ip for record in self.records.values() if record.ip}
        self.find(f"ip:{ip}" for ip in ips)
        macs = {record.mac for record in self.records.values() if record.mac}
        self.find(f"mac:{mac}" for mac in macs)
        for record in list(self.records.values()):
            if 0 < len(record.speaks) <= SEVERAL or 0 < len(record.forwards) <= SEVERAL:
                self.find((f"speaker:{'|'.join(part for part in (record.mac, record.ip) if part)}",))
