"""Carriers: the ways by which a notification reaches a peer, one row each.

Question: what must a way give, so that nothing is lost and the sender knows what the peer has?
Reference: DESIGN §2 rule 4; issue 3 part 4. A carrier names a parcel only when the peer has taken it over: a 250 after
the data, an answer of 2xx, a stream that the peer closed in turn. What it raises says what to do: `Refused`, this one
never; anything else of `garde.errors`, all of them again later. Left out: SMS, pagers and chat, which take mail or
webhooks.

Example:
    >>> CARRIERS.names
    ('mail', 'webhook', 'syslog')
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Final, Protocol

import msgspec

from garde.config import ChannelSection
from garde.notify.collector import Collector
from garde.notify.http import Http
from garde.notify.parcel import Parcel
from garde.notify.smtp import Smtp
from garde.ports import Clock
from garde.registry import Registry


class Carrier(Protocol):
    """One way to one peer."""

    def carry(self, parcels: Sequence[Parcel]) -> Generator[tuple[str, str], None, None]:
        """Send in order; gives the id of each parcel that the peer has, and a remark or the empty string.

        Raises:
            Refused: the peer does not want the first parcel that was not named; the others may do.
            Unreachable: the peer does not answer, or not now.
            Untrusted: the peer is not who it should be.
            Malformed: a secret is not of the right form.
        """
        ...


class Way(msgspec.Struct, frozen=True):
    """A row: a kind of channel, and what opens it."""

    name: str
    open: Callable[[ChannelSection, Clock], Carrier]


CARRIERS: Final = Registry(Way("mail", Smtp), Way("webhook", Http), Way("syslog", Collector))
