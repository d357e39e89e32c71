"""Notice: one thing that one channel must be told, and what became of it.

Question: was the on-call told of this finding, when, how often was it tried, and why not?
Reference: issue 3 part 4. A notice is made once for a turn of a finding (`garde.model.finding.Changed`), a channel and
where it reaches people one by one a person: its id is made of these, and travels with it, so that a peer that honours
it receives nothing twice.

Example:
    >>> notice_id("ward", "c-1", 5) == notice_id("ward", "c-1", 5) != notice_id("oncall", "c-1", 5)
    True
"""

from __future__ import annotations

from typing import Final

import msgspec

from garde.model.message import digest

#: On its way; taken over by the peer; given up, until a person asks to try again.
STATES: Final = ("waiting", "sent", "dead")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel must be told.

    Attributes:
        id: ``n-``, the time of the turn in hexadecimal, and a digest: notices sort by time.
        channel: name of the channel.
        origin: id of the message that it speaks of.
        about: id of the finding, or empty when it speaks of another message.
        what: the turn, one of `garde.model.finding.CHANGES`, or the kind of message.
        roles: whom it is for.
        person: id of the one person that it is for, or empty where the channel has one address for all.
        at: when the turn was, in nanoseconds since 1970.
        state: one of ``STATES``.
        since: when the peer first did not take it, or a person had it sent again; its age counts from here.
        tries: how often it was tried.
        next_at: not to be tried before.
        error: why the last try failed; cleared when it is sent.
        done_at: when it was sent or given up, 0 before.
    """

    id: str
    channel: str
    origin: str
    about: str = ""
    what: str
    roles: tuple[str, ...] = ()
    person: str = ""
    at: int
    state: str = "waiting"
    since: int = 0
    tries: int = 0
    next_at: int = 0
    error: str = ""
    done_at: int = 0


def notice_id(channel: str, origin: str, at: int, person: str = "") -> str:
    """The id of what a channel, or one person by it, is told of a message."""
    return f"n-{at:016x}-{digest('notice', channel, origin, *([person] if person else []), size=10)}"


def standing(channel: str, state: str) -> str:
    """The link under which the store finds a channel's notices of one state, oldest first."""
    return f"{state}:{channel}"
