"""Any order, repetition and batching of the same observations gives the same devices."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from garde.inventory.evidence import Interface, fold, subjects
from garde.inventory.joins import found_by
from garde.inventory.neighbourhood import neighbourhood
from garde.inventory.resolve import resolve
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.key import Key
from garde.model.observation import Observation, Place, observe

MACS = ["00:09:fb:00:00:01", "00:09:fb:00:00:02", "00:12:21:00:00:03", "02:aa:00:00:00:04", "06:aa:00:00:00:05",
        "00:00:0c:00:00:06", "00:00:5e:00:01:07", "01:00:5e:00:00:01"]  # fmt: skip
IPS = ["10.0.0.1", "10.0.0.2", "10.0.1.3", "10.0.1.4", "8.8.8.8", "fe80::209:fbff:fe00:1", "239.1.1.1"]
SAID = [
    ("hostname", "SCOPE-01", "dhcp"), ("hostname", "scope-02.ward.lan", "nbns"), ("serial", "SN-4711", "snmp"),
    ("serial", "SN-0815", "http"), ("manufacturer", "Philips", "snmp"), ("manufacturer", "Mindray", "http"),
    ("model", "MX800", "snmp"), ("ttl", "64", "frame"), ("ttl", "62", "frame"), ("ttl", "127", "frame"),
    ("certificate.fingerprint", "aabbccddee", "tls"), ("dhcp.client_id", "01:02:03:04", "dhcp"),
    ("dicom.ae", "CT01", "dicom.association"), ("dicom.accepts", "1.2.840.10008.5.1.4.1.1.2", "dicom.association"),
    ("firmware", "1.0", "http"), ("firmware", "2.0", "http"), ("eui64", "00:09:fb:ff:fe:00:00:02", "hl7"),
]  # fmt: skip
THINGS = [Key("equipment", "PUMP-1"), Key("equipment", "PUMP-2"), Key("eui64", "00:09:fb:ff:fe:00:00:01"),
          Key("serial", "Philips|MX800|SN-4711")]  # fmt: skip


@st.composite
def observations(draw: st.DrawFn) -> list[Observation]:
    out = []
    for number in range(draw(st.integers(1, 14))):
        mac, ip = draw(st.sampled_from([*MACS, ""])), draw(st.sampled_from([*IPS, ""]))
        subject = (*([Key("mac", mac)] if mac else []), *([Key("ip", ip)] if ip else []))
        attribute, value, source = draw(
            st.sampled_from([*SAID, ("ip", ip or IPS[0], "arp"), ("ip", ip or IPS[1], "dhcp")])
        )
        if draw(st.integers(0, 3)) == 0:
            subject = (draw(st.sampled_from(THINGS)), *subject)
            source = draw(st.sampled_from(["hl7", "dicom.dataset"]))
        if subject:
            at = draw(st.integers(1, 6)) * 86_400_000_000_000 + draw(st.integers(0, 2))
            place = Place("a.pcap", number + 1)
            out.append(
                observe(sensor=draw(st.sampled_from("st")), at=at, subject=subject, attribute=attribute, value=value,
                        source=source, weight=0.8, place=place)
            )  # fmt: skip
    return out


@st.composite
def decisions(draw: st.DrawFn) -> list[Decision]:
    keys = [Key("mac", mac) for mac in MACS[:5]] + [Key("ip", ip) for ip in IPS[:4]] + THINGS
    out = []
    for number in range(draw(st.integers(0, 2))):
        verb = draw(st.sampled_from(["merge", "split", "claim"]))
        named = tuple(
            draw(st.lists(st.sampled_from(keys), min_size=1 if verb == "claim" else 2, max_size=3, unique=True))
        )
        out.append(
            Decision(id=f"d{number}", at=number + 10, verb=verb, person="k", keys=named,
                     attribute="ward" if verb == "claim" else "", value="Réa A" if verb == "claim" else "")
        )  # fmt: skip
    return out


def full(seen: Iterable[Observation], said: Sequence[Decision] = ()) -> list[Device]:
    return resolve(fold({}, seen).values(), said)


@given(observations(), decisions(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(
    seen: list[Observation], said: list[Decision], chance: random.Random
) -> None:
    again = seen + chance.sample(seen, len(seen) // 2)
    chance.shuffle(again)
    reversed_said = list(reversed(said))
    assert full(again, reversed_said) == full(seen, said)


@given(observations(), st.randoms(use_true_random=False))
def test_folding_piece_by_piece_gives_the_same_records(seen: list[Observation], chance: random.Random) -> None:
    records: dict[str, Interface] = {}
    again = seen + seen
    chance.shuffle(again)
    while again:
        size = chance.randint(1, 4)
        records.update(fold(records, again[:size]))
        del again[:size]
    assert records == fold({}, seen)


class Shelf:
    """A store of interfaces and devices, with the index that a real one keeps."""

    def __init__(self) -> None:
        self.records: dict[str, Interface] = {}
        self.devices: dict[str, Device] = {}
        self.index: dict[str, set[str]] = {}

    def look(self, names: Iterable[str], most: int) -> Mapping[str, Sequence[Interface]]:
        return {name: [self.records[known] for known in sorted(self.index.get(name, ()))[:most]] for name in names}

    def apply(self, batch: Sequence[Observation], said: Sequence[Decision]) -> None:
        known = {name: self.records[name] for name in subjects(batch) if name in self.records}
        touched = fold(known, batch)
        around = neighbourhood(touched.values(), self.look, said)
        for record in touched.values():
            self.records[record.id] = record
            for name in found_by(record):
                self.index.setdefault(name, set()).add(record.id)
        for name in around.ids:
            self.devices.pop(name, None)
        for device in resolve(around.records.values(), said, only=around.anchors):
            self.devices[device.id] = device


@settings(max_examples=400)
@given(observations(), decisions(), st.randoms(use_true_random=False))
def test_resolving_neighbourhoods_equals_resolving_all(
    seen: list[Observation], said: list[Decision], chance: random.Random
) -> None:
    shelf = Shelf()
    again = seen + chance.sample(seen, len(seen) // 3)
    chance.shuffle(again)
    while again:
        size = chance.randint(1, 3)
        shelf.apply(again[:size], said)
        del again[:size]
    assert sorted(shelf.devices.values(), key=lambda device: device.id) == full(seen, said)
