"""Conversations: from flow records to who talks with whom, and the stage that keeps them.

Question: with whom does each device talk, by which service, and how much?
Reference: RFC 7011 (flow records); DESIGN §1 (Flow: per five minutes). The end that opened the connection, or else
the one with the higher port, is taken for the asking one. Summed up by zones in `garde.pipeline.zones.zoning`.
Left out: baselines and rules, which belong to zones.

Example:
    >>> Conversations("core-1", "ct.pcap").of([], {})
    []
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from garde.model.device import Device
from garde.model.flow import BUCKET, Conversation
from garde.model.key import Key, is_group_mac
from garde.model.message import Message, digest
from garde.model.observation import Place
from garde.model.zones.crossing import Crossing
from garde.pipeline.stage import Effect, Put, Stage
from garde.pipeline.zones.zoning import Zoning
from garde.ports import View
from garde.wire.flow import Endpoint
from garde.wire.track import FlowRecord
from garde.zones.plan import Plan, packaged
from garde.zones.roll import lowest

_NAMES: Final = {6: "tcp", 17: "udp"}


class _Pair(NamedTuple):
    """What a conversation is told apart by."""

    bucket: int
    source: Key
    target: Key
    protocol: str
    port: int


class Conversations:
    """Flow records in, one conversation per pair, service and bucket out."""

    def __init__(self, sensor: str, file: str) -> None:
        self._sensor = sensor
        self._file = file

    def of(self, records: Iterable[FlowRecord], services: Mapping[int, str]) -> list[Conversation]:
        """The conversations of these records.

        Args:
            records: of flows, each of one bucket.
            services: flow number → name of the dissector that read it.
        """
        sums: dict[_Pair, list[int]] = {}
        names: dict[_Pair, str] = {}
        first: dict[_Pair, int] = {}
        marks: dict[_Pair, tuple[int, int]] = {}
        for one in records:
            asking, asked = _ends(one)
            source, target = _key(asking), _key(asked)
            if source is None or target is None:
                continue
            bucket = one.first_at // BUCKET * BUCKET
            place = _Pair(bucket, source, target, _NAMES.get(one.protocol, str(one.protocol)), asked.port)
            total = sums.setdefault(place, [0, 0, 0])
            total[0] += sum(one.packets)
            total[1] += sum(one.octets)
            total[2] = max(total[2], one.last_at)
            names[place] = services.get(one.number) or names.get(place, "")
            if packets := [number for number in (*one.packet, first.get(place, 0)) if number]:
                first[place] = min(packets)
            said = one.dscp if asking is one.ends[0] else one.dscp[::-1]
            marks[place] = lowest(said, marks.get(place, (-1, -1)))
        return [
            self._conversation(pair, total, names[pair], first.get(pair, 0), marks[pair])
            for pair, total in sums.items()
        ]

    def _conversation(
        self, place: _Pair, total: Sequence[int], service: str, packet: int, dscp: tuple[int, int]
    ) -> Conversation:
        return Conversation(
            id=digest("conversation", self._sensor, self._file, *place, *total),
            at=place.bucket,
            sensor=self._sensor,
            source=place.source,
            target=place.target,
            protocol=place.protocol,
            port=place.port,
            service=service,
            packets=total[0],
            octets=total[1],
            last_at=total[2],
            place=Place(self._file, packet) if packet else None,
            dscp=dscp,
        )


def _ends(one: FlowRecord) -> tuple[Endpoint, Endpoint]:
    """Who asked and who was asked."""
    first, second = one.ends
    if not one.opened and 0 < first.port < second.port:
        return second, first
    return first, second


def _key(end: Endpoint) -> Key | None:
    """The address of an end; groups are nobody."""
    if end.mac and is_group_mac(end.mac):
        return None
    if end.ip:
        address = ipaddress.ip_address(end.ip)
        nobody = address.is_multicast or address.is_unspecified or end.ip == "255.255.255.255"
        return None if nobody else Key("ip", end.ip)
    return Key("mac", end.mac) if end.mac else None


def stage(plan: Plan | None = None) -> Stage:
    """The stage that keeps each conversation once, and sums up by zones those that are new.

    Args:
        plan: the site's zones; None takes Garde's.
    """
    zoning = Zoning(plan or packaged())

    def keep(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        talks = {message.id: message for message in batch if isinstance(message, Conversation)}
        held = view.get(Conversation, talks)
        fresh = [talk for name, talk in talks.items() if name not in held]
        yield from map(Put, fresh)
        yield from zoning.effects(fresh, view)

    return Stage(name="conversation", consumes=(Conversation,), reads=(Conversation, Crossing, Device), run=keep)
