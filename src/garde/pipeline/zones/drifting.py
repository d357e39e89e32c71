"""Drifting: look at the enforcement points again and again, and judge whether they hold what was approved.

Question: which gateway no longer holds its policy, since when, and is it over?
Reference: `garde.zones.exports.drift`; DESIGN §1 (an agent is the only code that does I/O on the world). A point that
does not answer is said and not judged: nobody knows what it holds. A judgement is published when it says something else
than the one before, so a day without change is no message. Left out: what was approved, which the caller knows.

Example::

    point = Point("gw-1", NFTABLES, Gateway(command).read, approved)
    with drifting([point], every=60, bus=bus, clock=clock, say=print):
        ...
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from garde.errors import GardeError, Malformed, Unreachable
from garde.model.finding import Judgement
from garde.ports import Bus, Clock
from garde.zones.exports.drift import Drift, drift, judged
from garde.zones.exports.neutral import Form, Ruleset


class Point(NamedTuple):
    """An enforcement point.

    Attributes:
        name: as the configuration has it.
        form: the language it speaks.
        read: its text now; raises `Unreachable`.
        approved: what it shall hold now, None while nothing was approved for it.
    """

    name: str
    form: Form
    read: Callable[[], str]
    approved: Callable[[], Ruleset | None]


def looked(point: Point, at: int) -> Judgement | None:
    """The judgement about a point; None while nothing was approved for it.

    Args:
        at: nanoseconds since 1970.

    Raises:
        Unreachable: it does not answer.
    """
    wanted = point.approved()
    if wanted is None:
        return None
    try:
        found = drift(point.form, wanted, point.read())
    except Malformed as error:
        # Something else stands where our policy should: nothing of it can be vouched for.
        found = Drift(strange=(f"{error.code}: {error.what}",), missing=point.form.fit(wanted).permits)
    return judged(point.name, found, at)


class Looking:
    """Looks at points, and remembers what it said of each.

    Args:
        standing: names of the points whose finding is open when it begins.
    """

    def __init__(
        self, points: Sequence[Point], bus: Bus, clock: Clock, say: Callable[[str], None], standing: Iterable[str] = ()
    ) -> None:
        self._points, self._bus, self._clock, self._say = tuple(points), bus, clock, say
        open_ones = set(standing)
        # What one holds as it should needs no word, unless an earlier run said otherwise.
        self._said: dict[str, tuple[str, ...]] = {one.name: () for one in points if one.name not in open_ones}

    def once(self) -> None:
        """One round; what the bus does not take is said again in the next."""
        for point in self._points:
            try:
                one = looked(point, self._clock.now())
                told = () if one is None or one.over else one.reasons
                if one is None or self._said.get(point.name) == told:
                    continue
                self._bus.publish([one])
            except Unreachable as error:
                self._say(f"garde: {point.name}: {error}")
            except GardeError as error:
                self._say(f"garde: {point.name} cannot be judged: {error}")
            else:
                self._said[point.name] = told


@contextmanager
def drifting(
    points: Sequence[Point],
    *,
    every: float,
    bus: Bus,
    clock: Clock,
    say: Callable[[str], None],
    standing: Iterable[str] = (),
) -> Iterator[None]:
    """Look at all points every so many seconds, in a thread of its own, while the block lasts; see `Looking`."""
    stop, looking = threading.Event(), Looking(points, bus, clock, say, standing)

    def run() -> None:
        looking.once()
        while not stop.wait(every):
            looking.once()

    thread = threading.Thread(target=run, daemon=True)
    if points:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if points:
            thread.join(timeout=60)
