"""The notify stage: turns of findings in, one notice for each channel or person that must be told out.

Question: who is told that a finding was opened, came back, was given to someone, became worse or is over?
Reference: issue 3 part 4. The site's policy names the roles of a turn, and who has it in hand is told as well, except
of what they did themselves. A channel says which roles and people it reaches, and from which severities on; mail
without recipients goes to each person whose role holds where the device is (reference of the pages 6.1). A symptom is
told by its cause, and what was silenced stays so.

Example:
    >>> stage(()).name
    'notify'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from garde.config import ChannelSection
from garde.model.device import Device
from garde.model.finding import Changed
from garde.model.message import Message
from garde.model.notice import Notice, notice_id
from garde.model.person import Grant, Person
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View

#: Turns that somebody is told of.
TOLD: Final = ("opened", "reopened", "assigned", "raised", "closed")


def stage(channels: Sequence[ChannelSection]) -> Stage:
    """The row of the table, under a site's channels."""

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        turns = [one for one in batch if isinstance(one, Changed) and tells(one)] if channels else []
        devices = view.get(Device, {one.device for one in turns if one.device})
        people = list(view.all(Person)) if turns and any(map(personal, channels)) else []
        notices = {one.id: one for turn in turns for one in told(turn, channels, people, devices)}
        # What is known already may be sent already: a turn that is delivered again must not put it back.
        known = view.get(Notice, notices)
        return [Put(one) for one in notices.values() if one.id not in known]

    return Stage(name="notify", consumes=(Changed,), reads=(Notice, Device, Person), run=run)


def tells(turn: Changed) -> bool:
    """Whether anybody is told of such a turn."""
    return turn.what in TOLD and not turn.symptom_of and (turn.asks or turn.what == "closed")


def personal(channel: ChannelSection) -> bool:
    """Whether it reaches people one by one, at their own addresses."""
    return channel.kind == "mail" and not channel.recipients


def told(
    turn: Changed, channels: Iterable[ChannelSection], people: Iterable[Person], devices: Mapping[str, Device]
) -> Iterable[Notice]:
    """The notices of one turn that tells."""
    role = turn.holder.removeprefix("role:") if turn.holder.startswith("role:") else ""
    holder = "" if role or turn.holder == turn.by else turn.holder
    for channel in channels:
        if turn.severity not in channel.severities:
            continue
        reached = {*turn.roles, role}.intersection(channel.roles)
        if personal(channel):
            for person in people:
                if person.active and person.mail and person.login != turn.by:
                    held = {grant.role for grant in person.grants if covers(grant, devices.get(turn.device))} & reached
                    if held or person.login == holder:
                        yield _notice(turn, channel, held, person.id)
        elif reached or holder in channel.people:
            yield _notice(turn, channel, reached)


def covers(grant: Grant, device: Device | None) -> bool:
    """Whether a role holds for a device; one that is limited holds for nothing that is known to be nowhere.

    >>> covers(Grant(role="ward", ward="Réa A"), None), covers(Grant(role="rssi"), None)
    (False, True)
    """
    there = (device.value("facility"), device.value("ward"), device.kind) if device else ("", "", "")
    return all(
        not wanted or wanted == found for wanted, found in zip((grant.site, grant.ward, grant.kind), there, strict=True)
    )


def _notice(turn: Changed, channel: ChannelSection, roles: Iterable[str], person: str = "") -> Notice:
    return Notice(
        id=notice_id(channel.name, turn.id, turn.at, person),
        channel=channel.name,
        origin=turn.id,
        about=turn.finding,
        what=turn.what,
        roles=tuple(sorted(roles)),
        person=person,
        at=turn.at,
    )
