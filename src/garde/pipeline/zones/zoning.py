"""Zoning: the roll-up from which the matrix of zones is read, made where conversations are kept.

Question: how much went from zone to zone by which service on which day, without walking all conversations again?
Reference: DESIGN §5; `garde.model.zones.crossing`. It is part of the conversation stage, because only the stage that
keeps a conversation knows that it is new: a batch that is delivered twice must not count twice. A conversation counts
for the zones that its devices had then; what stays on the link (ARP, LLDP) crosses nothing. A pair of zones has at
most ``SERVICES`` services a day; more are ``other``.

Example:
    >>> from garde.zones.plan import packaged
    >>> list(Zoning(packaged()).effects([], None))
    []
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.zones.crossing import DAY, Crossing, crossing_id
from garde.pipeline.stage import Put
from garde.ports import View
from garde.zones.match import protocol_name
from garde.zones.party import Nature, Party, roster
from garde.zones.plan import Plan
from garde.zones.roll import label

#: Most services of one pair of zones on one day.
SERVICES: Final = 64
OTHER: Final = "other"


def natures() -> dict[str, Nature]:
    """What zones need of the catalogue of kinds."""
    return {
        kind.name: Nature(kind.response, kind.group, kind.criticality, kind.fr, kind.en) for kind in kinds().values()
    }


class Zoning:
    """Keeps the roll-up.

    Args:
        plan: the site's.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._natures = natures()

    def effects(self, talks: Sequence[Conversation], view: View) -> Iterable[Put]:
        """The crossings that these conversations change; none of them was counted before."""
        talks = [talk for talk in talks if talk.source.kind == "ip"]
        if not talks:
            return
        parties = self._parties({key for talk in talks for key in (talk.source, talk.target)}, view)
        pairs = [(talk, parties[talk.source], parties[talk.target]) for talk in talks]
        days = {_day(talk, source, target) for talk, source, target in pairs}
        held = view.linked(Crossing, days, SERVICES + 1)
        known = {one.id: one for many in held.values() for one in many}
        count = {link: len(many) for link, many in held.items()}
        changed: dict[str, Crossing] = {}
        for talk, source, target in pairs:
            link = _day(talk, source, target)
            name = label(protocol_name(talk.protocol), talk.port, talk.service)
            place = f"{link}-{name}"
            if place not in known and count.get(link, 0) >= SERVICES:
                name, place = OTHER, f"{link}-{OTHER}"
            one = known.get(place)
            if one is None:
                count[link] = count.get(link, 0) + 1
                one = Crossing(id=place, day=talk.at // DAY, source=source.zone, target=target.zone, service=name)
            outside = not self._plan.allows(source.zone, target.zone, protocol_name(talk.protocol), talk.port)
            known[place] = changed[place] = one.with_talk(
                source.id, talk.packets, talk.octets, talk.last_at or talk.at, outside=outside, at=talk.at
            )
        yield from map(Put, changed.values())

    def _parties(self, keys: Iterable[Key], view: View) -> dict[Key, Party]:
        names = {str(key): key for key in keys}
        found = view.linked(Device, names)
        devices = {device.id: device for many in found.values() for device in many}
        who = roster(devices.values(), self._plan, self._natures)
        return {key: who.of(key) for key in names.values()}


def _day(talk: Conversation, source: Party, target: Party) -> str:
    return crossing_id(talk.at // DAY, source.zone, target.zone, "")
