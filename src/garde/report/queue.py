"""Queue: every finding in memory, to answer what a person must do next while they click.

Question: which findings ask for someone, in which order, under which cause, and how many wait on each shelf?
Reference: reference of the pages 7.6 and §8 (a page within 100 ms with 5,000 open findings). Symptoms stand under their
cause. Closed findings are held as long as there are fewer than ``CLOSED``; older ones are in the store.

Example:
    >>> queue = Queue([Finding(id="f-1", rule="identity.conflict", severity="high")])
    >>> queue.find(Shelf(name="open")).total
    1
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from garde.model.finding import SEVERITIES, Finding

#: Shelves of the page, in order: nobody has it; I have it; a third party is awaited; silenced; lived with; over.
SHELVES: Final = ("open", "mine", "taken", "waiting", "silent", "accepted", "closed")
#: Closed findings that are held, the latest.
CLOSED: Final = 5_000


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the queue.

    Attributes:
        name: one of ``SHELVES``.
        me: login of who asks, for the shelf ``mine``; ``roles`` are theirs, for what was handed to a role.
        severity, rule: only such findings; empty means all.
        text: words that must all occur in reasons, rule or device.
        first, most: how many causes to pass over, and to give.
    """

    name: str = "open"
    me: str = ""
    roles: tuple[str, ...] = ()
    severity: str = ""
    rule: str = ""
    text: str = ""
    first: int = 0
    most: int = 50


class Cause(msgspec.Struct, frozen=True):
    """A finding and those that follow from it."""

    finding: Finding
    symptoms: tuple[Finding, ...] = ()


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """What the queue answers.

    Attributes:
        causes: of this page, worst first.
        total: findings on the shelf that match, symptoms included; ``groups`` counts causes.
        shelves: shelf → how many findings lie on it, whatever else is asked.
        severities, rules: value → how many on this shelf.
        latest: the finding closed last, or None.
    """

    causes: tuple[Cause, ...]
    total: int
    groups: int
    shelves: dict[str, int]
    severities: dict[str, int]
    rules: dict[str, int]
    latest: Finding | None


class Queue:
    """Findings by id; safe to read and change from several threads."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._lock = threading.RLock()
        self._open: dict[str, Finding] = {}
        self._closed: dict[str, Finding] = {}
        self._order: tuple[Finding, ...] | None = None
        #: grows with each change
        self.version = 0
        for finding in sorted(findings, key=lambda one: one.closed_at):
            self.put(finding)

    def __len__(self) -> int:
        return len(self._open) + len(self._closed)

    def put(self, finding: Finding) -> None:
        """Add a finding or replace the one with its id."""
        with self._lock:
            self._open.pop(finding.id, None)
            self._closed.pop(finding.id, None)
            if finding.status == "closed":
                self._closed[finding.id] = finding
                if len(self._closed) > CLOSED:
                    self._closed.pop(next(iter(self._closed)))
            else:
                self._open[finding.id] = finding
            self._order = None
            self.version += 1

    def get(self, name: str) -> Finding | None:
        """The finding with that id, when it is held."""
        with self._lock:
            return self._open.get(name) or self._closed.get(name)

    def of(self, device: str) -> tuple[Finding, ...]:
        """What is not over and is about one device, worst first."""
        with self._lock:
            return tuple(sorted((one for one in self._open.values() if one.device == device), key=_worst))

    def all(self, seen: Callable[[str], bool]) -> tuple[Finding, ...]:
        """Everything held that is about a device for which ``seen`` says yes; what is about none passes as empty."""
        return tuple(one for one in self._ordered() if seen(one.device))

    def search(self, text: str, seen: Callable[[str], bool], most: int) -> tuple[Finding, ...]:
        """Findings in which all the words occur; what is not over first, worst first."""
        words = text.lower().split()[:8]
        found = (one for one in self._ordered() if seen(one.device) and _has(one, words))
        return tuple(itertools.islice(found, most))

    def find(self, shelf: Shelf, seen: Callable[[str], bool] = lambda device: True) -> Stack:
        """The findings of a shelf, a page of them, and what lies on the others.

        Args:
            shelf: what is asked.
            seen: whether the person may see a device; asked with an empty word of what is about none.
        """
        laid: dict[str, list[Finding]] = {name: [] for name in SHELVES}
        holders = {shelf.me, *(f"role:{role}" for role in shelf.roles)} - {""}
        for one in self._ordered():
            if seen(one.device):
                laid[shelf_of(one)].append(one)
                if one.asks and one.holder in holders:
                    laid["mine"].append(one)
        there = laid.get(shelf.name, [])
        words = shelf.text.lower().split()[:8]
        narrow = shelf.severity or shelf.rule or words
        matching = [one for one in there if _matches(one, shelf, words)] if narrow else there
        causes = _grouped(matching)
        over = laid["closed"]
        return Stack(
            causes=tuple(causes[shelf.first : shelf.first + shelf.most]),
            total=len(matching),
            groups=len(causes),
            shelves={name: len(laid[name]) for name in SHELVES},
            severities=dict(Counter([one.severity for one in there])),
            rules=dict(Counter([one.rule for one in there]).most_common(12)),
            latest=max(over, key=lambda one: one.closed_at) if over else None,
        )

    def _ordered(self) -> tuple[Finding, ...]:
        """Everything held, what is not over first, worst first; put in order once for all who ask until it changes."""
        with self._lock:
            if self._order is None:
                self._order = (*sorted(self._open.values(), key=_worst), *sorted(self._closed.values(), key=_worst))
            return self._order


def shelf_of(finding: Finding) -> str:
    """The shelf on which a finding lies for everybody."""
    if finding.status in ("closed", "accepted"):
        return finding.status
    return "silent" if finding.silent else finding.status


def _has(finding: Finding, words: list[str]) -> bool:
    known = "\n".join((finding.id, finding.rule, finding.device, finding.identifier, *finding.reasons)).lower()
    return all(word in known for word in words)


def _matches(finding: Finding, shelf: Shelf, words: list[str]) -> bool:
    if shelf.severity and finding.severity != shelf.severity:
        return False
    if shelf.rule and finding.rule != shelf.rule:
        return False
    return not words or _has(finding, words)


def _grouped(findings: list[Finding]) -> list[Cause]:
    """Symptoms under their cause when that lies on the same shelf; the order of causes and of symptoms stays."""
    under: dict[str, list[Finding]] = {}
    heads = []
    there = {one.id for one in findings} if any(one.symptom_of for one in findings) else set()
    for one in findings:
        if one.symptom_of in there and one.symptom_of != one.id:
            under.setdefault(one.symptom_of, []).append(one)
        else:
            heads.append(one)
    # Two that name each other as their cause are both shown.
    shown = {one.id for one in heads}
    for name in list(under):
        if name not in shown:
            heads += under.pop(name)
    return [Cause(head, tuple(under.get(head.id, ()))) for head in heads]


def _worst(finding: Finding) -> tuple[int, int, str]:
    return (-SEVERITIES.index(finding.severity), finding.first_at, finding.id)
