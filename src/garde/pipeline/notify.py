"""The notify stage: turns of findings in, one notice for each channel that must be told out.

Question: who is told that a finding was opened, came back, was given to someone, became worse or is over?
Reference: issue 3 part 4. The site's policy names the roles of a turn; a channel says which roles and people it
reaches and from which severities on. A symptom is told by its cause, and what was silenced stays so.

Example:
    >>> stage(()).name
    'notify'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garde.config import ChannelSection
from garde.model.finding import Changed
from garde.model.message import Message
from garde.model.notice import Notice, notice_id
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View

#: Turns that somebody is told of.
TOLD: Final = ("opened", "reopened", "assigned", "raised", "closed")


def stage(channels: Sequence[ChannelSection]) -> Stage:
    """The row of the table, under a site's channels."""

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        notices = {one.id: one for turn in batch if isinstance(turn, Changed) for one in told(turn, channels)}
        # What is known already may be sent already: a turn that is delivered again must not put it back.
        known = view.get(Notice, notices)
        return [Put(one) for one in notices.values() if one.id not in known]

    return Stage(name="notify", consumes=(Changed,), reads=(Notice,), run=run)


def told(turn: Changed, channels: Iterable[ChannelSection]) -> Iterable[Notice]:
    """The notices of one turn."""
    if turn.what not in TOLD or turn.symptom_of or not (turn.asks or turn.what == "closed"):
        return
    role = turn.holder.removeprefix("role:") if turn.holder.startswith("role:") else ""
    roles = {*turn.roles, role}
    person = turn.holder if turn.what == "assigned" and not role else ""
    for channel in channels:
        reached = roles.intersection(channel.roles)
        if (reached or person in channel.people) and turn.severity in channel.severities:
            yield Notice(
                id=notice_id(channel.name, turn.id, turn.at),
                channel=channel.name,
                origin=turn.id,
                about=turn.finding,
                what=turn.what,
                roles=tuple(sorted(reached)),
                at=turn.at,
            )
