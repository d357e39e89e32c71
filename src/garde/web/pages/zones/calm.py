"""Calm: the hours of the week in which a device is least used, and the zone that it stands in, for its page.

Question: when would a change disturb least, how sure is that, and in which zone is this device, by which rule?
Reference: reference of the pages 7.3 (next calm window) and 7.4; domain note 11 §1; `garde.respond.windows` (Wilson's
bound: few weeks say little). A calm hour is a proposal, and the ward is asked. Hours are those of UTC. Left out: the
windows that the hospital wrote, which actions respect by themselves.

Example::

    calm_of(site, device).best[0].hour
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.device import Device
from garde.model.rhythm import Rhythm
from garde.respond.windows import Calm, Slot, calendar, calm
from garde.web.pages.zones.view import zone_name
from garde.web.site import Site

#: Days of the week, as the catalogue of sentences has them.
WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY: Final = 24
#: From here on a calm hour is called sure: eight weeks without any use, which are all that are kept.
SURE: Final = 0.65


class CalmHours(msgspec.Struct, frozen=True, kw_only=True):
    """The use of a device by the hours of the week, and its zone.

    Attributes:
        slots: 168 hours from Monday 00:00 UTC. weeks: most weeks that any of them was watched.
        best: calmest hours on end, two each, calmest first.
        zone: name of its zone; label, what people call it; rule, by which rule of the plan it is there.
        level: target security level of the zone.
    """

    slots: tuple[Slot, ...]
    weeks: int
    best: tuple[Calm, ...]
    zone: str
    label: str
    rule: str
    level: int

    @property
    def sure(self) -> bool:
        """Whether the calmest hours may be relied on."""
        return bool(self.best) and self.best[0].sure >= SURE

    @property
    def days(self) -> tuple[tuple[str, tuple[Slot, ...]], ...]:
        """The slots by day."""
        return tuple((name, self.slots[place * DAY : (place + 1) * DAY]) for place, name in enumerate(WEEK))


def calm_of(site: Site, device: Device, code: str) -> CalmHours:
    """The calm hours of a device: one question to the store."""
    keys = [str(key) for key in device.keys]
    slots = calendar(site.store.get(Rhythm, keys).values())
    party = site.drafting.party(device)
    area = site.drafting.plan.areas.get(party.zone)
    return CalmHours(
        slots=slots,
        weeks=max(one.watched for one in slots),
        best=calm(slots),
        zone=party.zone,
        label=zone_name(site.drafting.plan, party.zone, code),
        rule=party.rule,
        level=area.level if area else 0,
    )


def when(one: Calm) -> tuple[str, str]:
    """Day, and from when to when, of some calm hours.

    >>> when(Calm(hour=26, hours=2, share=0.0, sure=0.7))
    ('Tuesday', '02:00–04:00')
    """
    day, hour = divmod(one.hour, DAY)
    return WEEK[day], f"{hour:02d}:00–{(hour + one.hours) % DAY:02d}:00"
