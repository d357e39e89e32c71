"""Ask and reply: what a call of the interface gets, and what it gives back.

Question: who asks what of which noun, which version of it do they mean, and what do they get?
Reference: RFC 9110 §8.8.3 (ETag), §13 (conditional requests), §8.7 (Content-Location). A version is the digest of the
record as it is given out, so equal versions are equal octets. Left out: weak validators, ranges.

Example:
    >>> version({"id": "d-1"}) == version({"id": "d-1"})
    True
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import msgspec

from garde.api.cursor import Place, made, opened
from garde.config import Config
from garde.errors import Conflict, Malformed, Missing, Refused
from garde.findings.policy import Policy
from garde.model.device import Device
from garde.model.message import Message, digest
from garde.model.person import Person
from garde.people.door import Visitor
from garde.people.register import Register
from garde.pipeline.risk.assessing import Assessment
from garde.ports import Store
from garde.report.fleet import Fleet
from garde.report.queue import Queue

_DAY: Final = 86_400 * 1_000_000_000
#: Longest that a word about a device or a finding may hold, in days.
LONGEST: Final = 400


class Site(Protocol):
    """What the interface needs of the site that it stands on; that of the pages fits."""

    store: Store
    fleet: Fleet
    queue: Queue
    register: Register
    policy: Policy
    name: str
    risk: Assessment
    settle: Callable[[], object] | None
    now: Callable[[], int]

    def say(self, *messages: Message) -> None:
        """Publish words of a person."""
        ...


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a call gives back when a record alone does not say it.

    Attributes:
        record: the body; None for none.
        status: of the answer.
        headers: more of them.
        next: cursor of the next page, which the link of the answer leads to.
    """

    record: Any = None
    status: int = 200
    headers: Mapping[str, str] = {}
    next: str = ""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One call.

    Attributes:
        site: the state, and where words are said.
        visitor: who asks.
        address: path that was asked, with its prefix; ``base`` is the prefix.
        config: settings of the site.
        path: values in the path.
        query: values behind the path, the operation's ``query`` record; ``pairs`` as they were sent.
        body: what was sent, the operation's ``request`` record.
        match: versions one of which the caller wants to change, as ``If-Match`` has them; empty means any.
    """

    site: Site
    visitor: Visitor
    address: str
    base: str = ""
    config: Config = Config()
    path: Mapping[str, str] = {}
    query: Any = None
    pairs: tuple[tuple[str, str], ...] = ()
    body: Any = None
    match: tuple[str, ...] = ()

    # --- what may be seen -------------------------------------------------------------------------------------------

    def sees(self, right: str) -> Callable[[str], bool]:
        """Whether what is about a device may be seen; what is about none needs the whole hospital."""
        return self.site.fleet.seen(self.visitor.scope(right).terms)

    def everywhere(self, right: str) -> None:
        """Ask for a right over the whole hospital.

        Raises:
            Refused: it is held for a part of it.
        """
        if not self.visitor.scope(right).everything:
            raise Refused("access.scope", f"This needs the right {right} for the whole hospital")

    def device(self, right: str, name: str | None = None) -> Device:
        """The device of the path, or of that id, also of one that was given before a merge.

        Raises:
            Missing: there is none, or none that may be seen with that right: nobody learns which.
        """
        name = self.path["device"] if name is None else name
        found = self.site.fleet.get(name)
        if found is None:
            found = next(iter(self.site.store.linked(Device, [name], 1).get(name, [])), None)
        if found is None or not self.visitor.scope(right).covers(found):
            raise Missing("device.unknown", f"No device answers to {name[:80]!r}", hint="GET /devices lists them")
        return found

    def person(self) -> Person:
        """The person who asks.

        Raises:
            Refused: a kiosk, the demonstration, or nobody.
        """
        if self.visitor.person is None:
            raise Refused("access.signed-out", "Only a person has this", hint="Sign in, or send a bearer token")
        return self.visitor.person

    # --- versions and pages -----------------------------------------------------------------------------------------

    def meant(self, record: Any) -> None:
        """Compare the version that the caller wants to change with what is there now.

        Raises:
            Conflict: somebody changed it meanwhile.
        """
        if self.match and "*" not in self.match and version(record) not in self.match:
            raise Conflict("api.version", "Somebody changed this meanwhile", hint="Read it again, then decide")

    @property
    def question(self) -> str:
        """What a list asks, apart from which page of it."""
        rest = sorted(pair for pair in self.pairs if pair[0] not in ("cursor", "limit"))
        return f"{self.address}?{urlencode(rest)}"

    def after(self, kind: type[Place]) -> Place | None:
        """The place behind which this page begins, None for the first page.

        Raises:
            Malformed: the cursor was altered or belongs to another list.
        """
        return opened(self.query.cursor, self.question, kind) if self.query.cursor else None

    def cursor(self, place: Any) -> str:
        """The cursor behind a place of this list."""
        return made(self.question, place)


def version(record: Any) -> str:
    """The version of a record, as it stands in ``ETag``, quotes included."""
    return f'"{digest(msgspec.json.encode(record).decode("utf-8"))}"'


def until(text: str, now: int) -> int:
    """An end in nanoseconds since 1970, 0 for none; a date alone means the end of that day in UTC.

    Args:
        text: RFC 3339 date, or date and time with an offset; empty for none.
        now: nanoseconds since 1970.

    Raises:
        Malformed: no date, one that has passed, or one too far away.

    >>> until("1970-01-01", 5) == 86_400 * 10**9
    True
    """
    if not text:
        return 0
    try:
        moment = dt.datetime.fromisoformat(text)
        if len(text) <= 10:
            moment = moment.replace(tzinfo=dt.UTC) + dt.timedelta(days=1)
        if moment.tzinfo is None:
            raise ValueError("no offset")
        end = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 1_000
    except (ValueError, OverflowError):
        raise Malformed("api.date", f"{text[:40]!r} is no date", hint="2026-11-30, or 2026-11-30T08:00:00Z") from None
    if not now < end <= now + LONGEST * _DAY:
        raise Malformed("api.date", "This date has passed, or is too far away", hint=f"At most {LONGEST} days")
    return end
