"""The notify stage: turns of findings in, one notice for each channel or person that must be told out.

Question: who is told that a finding was opened, came back, was given to someone, became worse or is over?
Reference: issue 3 part 4. The site's policy names the roles of a turn; who has it in hand and who follows the device
are told as well, except of what they did themselves. A channel says which roles and people it reaches, and which
severities; mail without recipients goes to each person whose role holds where the device is (reference of the pages
6.1). A symptom is told by its cause, and what was silenced stays so.

Example:
    >>> stage(()).name
    'notify'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final

from garde.config import ChannelSection
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.finding import Changed
from garde.model.message import Message
from garde.model.notice import Notice, notice_id
from garde.model.person import Grant, Person
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View

#: Turns that somebody is told of.
TOLD: Final = ("opened", "reopened", "assigned", "raised", "closed")
_FOLLOWING: Final = ("follow", "unfollow")


def stage(channels: Sequence[ChannelSection]) -> Stage:
    """The row of the table, under a site's channels."""

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        turns = [one for one in batch if isinstance(one, Changed) and tells(one)] if channels else []
        devices = view.get(Device, {one.device for one in turns if one.device})
        people = list(view.all(Person)) if turns and any(map(personal, channels)) else []
        following = followers(devices, view)
        notices = {
            one.id: one
            for turn in turns
            for one in told(turn, channels, people, devices.get(turn.device), following.get(turn.device, frozenset()))
        }
        # What is known already may be sent already: a turn that is delivered again must not put it back.
        known = view.get(Notice, notices)
        return [Put(one) for one in notices.values() if one.id not in known]

    return Stage(name="notify", consumes=(Changed,), reads=(Notice, Device, Person, Decision), run=run)


def tells(turn: Changed) -> bool:
    """Whether anybody is told of such a turn."""
    return turn.what in TOLD and not turn.symptom_of and (turn.asks or turn.what == "closed")


def personal(channel: ChannelSection) -> bool:
    """Whether it reaches people one by one, at their own addresses."""
    return channel.kind == "mail" and not channel.recipients


def followers(devices: Mapping[str, Device], view: View) -> dict[str, frozenset[str]]:
    """Device → logins of those whose last word about it was that they follow it."""
    keys = {str(key) for device in devices.values() for key in device.keys}
    words = view.linked(Decision, keys)
    found: dict[str, frozenset[str]] = {}
    for name, device in devices.items():
        said = {one.id: one for key in device.keys for one in words.get(str(key), ()) if one.verb in _FOLLOWING}
        last = {one.person: one.verb for one in sorted(said.values(), key=lambda one: (one.at, one.id))}
        found[name] = frozenset(person for person, verb in last.items() if verb == "follow")
    return found


def told(
    turn: Changed,
    channels: Iterable[ChannelSection],
    people: Iterable[Person],
    device: Device | None,
    following: Set[str] = frozenset(),
) -> Iterable[Notice]:
    """The notices of one turn that tells.

    Args:
        turn: of a finding.
        channels: of the site.
        people: all accounts.
        device: that it is about, when there is one.
        following: logins of those who follow the device.
    """
    role = turn.holder.removeprefix("role:") if turn.holder.startswith("role:") else ""
    persons = {*following, *([] if role or not turn.holder else [turn.holder])} - {turn.by}
    for channel in channels:
        if turn.severity not in channel.severities:
            continue
        reached = {*turn.roles, role}.intersection(channel.roles)
        if personal(channel):
            for person in people:
                if person.active and person.mail and person.login != turn.by:
                    held = {grant.role for grant in person.grants if covers(grant, device)}
                    # Who follows a device is told only while one of their roles still holds there.
                    meant = person.login == turn.holder or (person.login in persons and held)
                    if held & reached or meant:
                        yield _notice(turn, channel, held & reached, person.id)
        elif reached or persons.intersection(channel.people):
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
