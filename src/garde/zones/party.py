"""Party and roster: who is behind an address, in which zone, and whom a rule means by a word.

Question: which device is this end of a conversation, and which objects of rules is it one of?
Reference: domain note 04 §6 (generalisation of peers: asset, role, zone, name, network); `garde.model.zones.zone.Rule`
for the words. An address that is no known device's is a party too: Garde does not look away from it. Both address
families lead to the same party, so that a rule holds for IPv6 as for IPv4.

Example:
    >>> party = Party(id="d-1", zone="Z2", kind="CT", model="Acme|X1", addresses=("10.0.0.7",))
    >>> sorted(words(party))
    ['any', 'device:d-1', 'kind:CT', 'model:Acme|X1', 'zone:Z2']
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from garde.model.device import Device
from garde.model.finding import SEVERITIES
from garde.model.key import Key
from garde.zones.plan import Network, Plan

#: Kind of a device of which nobody knows what it is.
UNKNOWN: Final = "unknown"
#: Criticality from which a computer is a server.
SERVER: Final = 3


class Nature(msgspec.Struct, frozen=True):
    """What the catalogue of kinds says of one kind, as data.

    Attributes:
        response: ``RP0`` to ``RP3``.
        group: medical, information, network, computer, office, building or object.
        criticality: 1 to 4.
        fr, en: what people call it.
    """

    response: str = ""
    group: str = ""
    criticality: int = 0
    fr: str = ""
    en: str = ""


class Party(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One end of conversations.

    Attributes:
        id: of the device; ``ip:ADDRESS`` or ``mac:ADDRESS`` where no device is known.
        zone: its zone; ``rule`` the word of `garde.zones.plan.RULES` that decided.
        kind: of the catalogue, or ``unknown``.
        model: ``MAKER|MODEL``, empty unless both are known. firmware: its version, empty when unknown.
        ward, name: where it stands, and how people find it (host name, else an address).
        response, group, criticality: of its kind.
        addresses: IP addresses. names: DNS names.
        alert: worst severity of its open findings, or empty.
    """

    id: str
    zone: str
    rule: str = ""
    kind: str = UNKNOWN
    model: str = ""
    firmware: str = ""
    ward: str = ""
    name: str = ""
    response: str = ""
    group: str = ""
    criticality: int = 0
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    alert: str = ""

    @property
    def known(self) -> bool:
        """Whether it is a device whose kind is known."""
        return self.kind != UNKNOWN

    @property
    def peers(self) -> str:
        """The object of rules that stands for it and its like: its model, else its kind, else itself.

        A server without a model is like no other, whatever its kind is called.
        """
        if self.model and self.known:
            return f"model:{self.model}"
        server = self.group == "information" or (self.group == "computer" and self.criticality >= SERVER)
        return f"kind:{self.kind}" if self.known and not server else of_one(self.id)

    @property
    def alarmed(self) -> bool:
        """Whether a finding of medium severity or worse is open: it may not teach anything."""
        return self.alert in SEVERITIES[1:]


def of_one(identity: str) -> str:
    """The object of rules that means exactly one party; an address is written as a network of one."""
    if identity.startswith("ip:"):
        return f"{identity}/{128 if ':' in identity[3:] else 32}"
    return f"device:{identity}"


def words(party: Party, networks: Iterable[tuple[str, Network]] = ()) -> frozenset[str]:
    """The objects of rules that mean this party; of ``networks`` those that hold one of its addresses."""
    found = {"any", f"device:{party.id}", f"zone:{party.zone}", *(f"name:{name}" for name in party.names)}
    if party.known:
        found.add(f"kind:{party.kind}")
    if party.model:
        found.add(f"model:{party.model}")
    ranges = tuple(networks)
    if ranges:
        held = [ipaddress.ip_address(address) for address in party.addresses]
        found.update(word for word, network in ranges if any(address in network for address in held))
    return frozenset(found)


def party_of(device: Device, plan: Plan, natures: Mapping[str, Nature], alert: str = "") -> Party:
    """The party that a device is.

    Args:
        natures: kind → what the catalogue says of it.
        alert: worst severity of the device's open findings.
    """
    nature = natures.get(device.kind, Nature())
    addresses = tuple(key.value for key in device.keys if key.kind == "ip")
    said = device.claims.get("zone")
    person = said.value if said and any(line.by for line in said.sources) else ""
    placed = plan.zone_of(device.kind, nature.response, nature.group, addresses, person)
    maker, model = device.value("manufacturer"), device.value("model")
    names = tuple(key.value for key in device.keys if key.kind == "hostname")
    return Party(
        id=device.id,
        zone=placed.zone,
        rule=placed.rule,
        kind=device.kind,
        model=f"{maker}|{model}" if maker and model else "",
        firmware=device.value("firmware") or device.value("software"),
        ward=device.value("ward"),
        name=device.value("hostname") or next(iter(names or addresses), device.id),
        response=nature.response,
        group=nature.group,
        criticality=nature.criticality,
        addresses=addresses,
        names=names,
        alert=alert,
    )


class Roster:
    """Who is behind which address.

    Args:
        parties: party and the keys by which it is recognised; where two hold one key, the later one has it.
        plan: places the addresses that nobody holds.
    """

    def __init__(self, parties: Iterable[tuple[Party, Iterable[Key]]], plan: Plan) -> None:
        self.plan = plan
        self.parties: dict[str, Party] = {}
        self._by_key: dict[Key, Party] = {}
        for party, keys in parties:
            self.parties[party.id] = party
            for key in keys:
                self._by_key[key] = party
        self._members: dict[str, list[Party]] = {}
        for party in self.parties.values():
            for word in {f"zone:{party.zone}", f"kind:{party.kind}", party.peers}:
                self._members.setdefault(word, []).append(party)

    def of(self, key: Key) -> Party:
        """The party behind a key; one that nobody holds is a party of its own, and no member of anything."""
        found = self._by_key.get(key)
        if found is None:
            address = key.value if key.kind == "ip" else ""
            found = Party(
                id=str(key), zone=self.plan.zone_at(key.value), name=key.value, addresses=(address,) if address else ()
            )
            self._by_key[key] = found
        return found

    def members(self, word: str) -> list[Party]:
        """The known devices that an object of rules means, among ``zone:``, ``kind:`` and what `Party.peers` gives."""
        return self._members.get(word, [])


def roster(
    devices: Iterable[Device], plan: Plan, natures: Mapping[str, Nature], alerts: Mapping[str, str] | None = None
) -> Roster:
    """The roster of these devices; ``alerts`` gives the worst open severity by id of the device."""
    worst = alerts or {}
    ordered = sorted(devices, key=lambda device: (device.last_at, device.id))
    return Roster(
        ((party_of(one, plan, natures, worst.get(one.id, "")), one.keys) for one in ordered),
        plan,
    )
