"""Assessing: the whole fleet judged from what the store holds, and kept up to date with it.

Question: how critical and how vulnerable is each device now, by which grid, and what could be done about it?
Reference: DESIGN §5; issue 6. Scores are never stored: they are made again from devices, conversations, documents and
what people said, so that an old grid gives its old matrix. What changed is told (`told`) or looked up (`refresh`), and
only that is scored anew when somebody asks. Left out: the formulas, which stand in `garde.risk`.

Example::

    assessment = Assessment(kept, bus, chosen)
    assessment.judged()["d-1"].placed.risk
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from garde.config import Config
from garde.errors import Conflict, Missing
from garde.inventory.kinds import kinds
from garde.model.decision import word
from garde.model.device import Device
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.message import Message
from garde.model.risk.matrix import Approval, Matrix
from garde.model.risk.naming import Naming
from garde.model.risk.scoring import Scoring
from garde.model.risk.treatment import Treatment
from garde.model.risk.vulnerability import Reading, Shelved
from garde.pipeline.risk.assets import asset_of
from garde.ports import Bus, Store
from garde.risk import book, criticality, grid, matrix, treatment, works
from garde.risk.fleet import Fleet, Judged
from garde.risk.matrix import Standing
from garde.risk.vulnerability import alias
from garde.risk.vulnerability.score import Facts, Score, score
from garde.risk.vulnerability.weigh import Known
from garde.risk.works import Subject

#: Conversations of one device that are looked at: the latest five-minute pieces of a busy server tell no more.
MOST_TALKS: Final = 20_000


class Without(NamedTuple):
    """The score of a device as it would be if one fact did not hold."""

    term: str
    fact: str
    score: Score


class Assessment:
    """The fleet by one grid.

    Args:
        kept: the state.
        bus: takes what people say.
        chosen: the configuration: the grid, the site's names and works, its networks.
        now: tells the time, in nanoseconds since 1970.
        settle: works through what waits on the bus; None where other processes do.

    Raises:
        GardeError: the grid, the names or the works of the site are not usable.
    """

    def __init__(
        self,
        kept: Store,
        bus: Bus,
        chosen: Config,
        *,
        now: Callable[[], int],
        settle: Callable[[], object] | None = None,
    ) -> None:
        self._kept, self._bus, self._now, self._settle = kept, bus, now, settle
        self._networks = chosen.site.networks
        self._book = book.load(chosen.risk.works)
        self._names = chosen.risk.aliases
        self.grid = opened(chosen.risk.grid)
        self._lock = threading.RLock()
        self._owners: dict[Key, str] = {}
        self._devices: dict[str, Device] = {}
        self._levels: dict[str, int] = {}
        self._dirty: set[str] = set()
        self._whole = self._documents = True
        self._works: works.Works | None = None
        self.readings: tuple[Reading, ...] = ()
        self._fleet = Fleet(self.grid)

    # -- keeping up

    def told(self, puts: Iterable[msgspec.Struct], drops: Iterable[tuple[type[msgspec.Struct], str]] = ()) -> None:
        """Take note of what changed in the store; it is scored when somebody asks."""
        with self._lock:
            for record in puts:
                if isinstance(record, Device):
                    self._note(record)
                elif isinstance(record, Conversation):
                    ends = (self._owners.get(record.source), self._owners.get(record.target))
                    self._dirty.update(end for end in ends if end)
                elif isinstance(record, Shelved | Scoring | Naming):
                    self._documents = True
            for kind, name in drops:
                if kind is Device:
                    self._forget(name)

    def refresh(self) -> None:
        """Look everything up again, as where other processes run the stages."""
        with self._lock:
            self._whole = self._documents = True

    def judged(self) -> Mapping[str, Judged]:
        """Every device by both scores, up to date."""
        with self._lock:
            self._catch_up()
            return self._fleet.judged

    @property
    def fleet(self) -> Fleet:
        """The engine, up to date."""
        with self._lock:
            self._catch_up()
            return self._fleet

    @property
    def aliases(self) -> alias.Aliases:
        """The names in force: Garde's, the site's file, and what people accepted."""
        return _aliases(self._names, self._kept.all(Naming))

    @property
    def known(self) -> Known:
        """All that is published about weaknesses."""
        return _known(self.readings)

    # -- one device

    def facts(self, device: str) -> Facts:
        """All that the vulnerability of a device is scored of.

        Raises:
            Missing: there is no such device.
        """
        return self.fleet.facts(device)

    def without(self, device: str) -> tuple[Without, ...]:
        """What the score would be without each fact of it, the one that lowers it most first."""
        facts = self.facts(device)
        found = [Without(term, fact, score(left)) for term, fact, left in _each_left_out(facts)]
        return tuple(sorted(found, key=lambda one: (one.score.value, one.fact)))

    # -- matrix, treatments

    def matrix(self, now: int) -> Matrix:
        """Where every device stands now, not frozen."""
        return matrix.snapshot(self.grid, now, (one.placed for one in self.judged().values()))

    def matrices(self) -> list[Matrix]:
        """The frozen ones, newest first."""
        return sorted(self._kept.all(Matrix), key=lambda one: (-one.at, one.id))

    def freeze(self, person: str, now: int) -> Matrix:
        """Keep where every device stands now under the digest of it, so that it can be signed; the log says who did."""
        made = self.matrix(now)
        with self._kept.begin() as unit:
            if made.id not in unit.get(Matrix, [made.id]):
                unit.put([made])
                unit.append([word("matrix.freeze", person, now, about=made.id, value=self.grid.name)])
        return made

    def standing(self, about: str) -> Standing:
        """What people said of a matrix or a treatment, under the grid's quorum."""
        said = self._kept.linked(Approval, [about]).get(about, ())
        return matrix.standing(about, said, self.grid.head.quorum)

    def driving(self) -> Matrix:
        """The newest frozen matrix that everybody signed: what work and treatments rest on.

        Raises:
            Refused: none is signed; the error says who is missing under the newest.
            Missing: none was ever frozen.
        """
        frozen = self.matrices()
        if not frozen:
            raise Missing("matrix.none", "No matrix was frozen yet", hint="Freeze one on the page of risks")
        for one in frozen:
            if self.standing(one.id).signed:
                return self._driving(one)
        return self._driving(frozen[0])

    def _driving(self, one: Matrix) -> Matrix:
        said = self._kept.linked(Approval, [one.id]).get(one.id, ())
        return matrix.driving(one, said, self.grid.head.quorum)

    def treatments(self) -> list[Treatment]:
        """What was decided of risks, oldest first."""
        return sorted(self._kept.all(Treatment), key=lambda one: (one.at, one.id))

    def states(self, about: Matrix, now: int) -> tuple[treatment.State, ...]:
        """Where the risk of each device of a matrix is on its way."""
        earlier = {one.id: one for one in self.matrices()}
        words = list(self._kept.all(Approval))
        return treatment.states(about, earlier, self.treatments(), words, self.grid.head.quorum, now)

    def preview(self, scorings: Sequence[Scoring]) -> tuple[criticality.Change, ...]:
        """The devices whose criticality would differ if these were said.

        Raises:
            Malformed, Conflict: one does not answer the grid.
        """
        return criticality.preview(
            self.grid, self._kept.all(Scoring), scorings, (one.subject for one in self.fleet.assets())
        )

    def say(self, *messages: Scoring | Approval | Treatment | Naming) -> None:
        """Check what a person says, and publish it.

        Raises:
            Malformed, Conflict, Refused: it may not be said; nothing was published.
        """
        there: dict[str, frozenset[str]] = {}
        for one in messages:
            if isinstance(one, Scoring):
                criticality.checked(one, self.grid)
            elif isinstance(one, Treatment):
                treatment.checked(one)
                # A matrix is large, and a batch of treatments is made in one of them.
                if one.matrix not in there:
                    there[one.matrix] = self._in_force(one.matrix)
                if one.device not in there[one.matrix]:
                    raise Missing("matrix.device", "The device does not stand in that matrix", where=one.device)
            elif isinstance(one, Approval) and one.agrees:
                self._signable(one)
        self._bus.publish(list[Message](messages))
        if self._settle:
            self._settle()

    def _in_force(self, name: str) -> frozenset[str]:
        """The devices of a signed matrix, in which treatments may be decided."""
        frozen = self._kept.get(Matrix, [name]).get(name)
        if frozen is None:
            raise Missing("matrix.unknown", "There is no such matrix", where=name)
        return frozenset(row.device for row in self._driving(frozen).rows)

    def _signable(self, one: Approval) -> None:
        """Only what was frozen here can be signed, and only as it was frozen."""
        if not one.about.startswith("m-"):
            return
        frozen = self._kept.get(Matrix, [one.about]).get(one.about)
        if frozen is None:
            raise Missing("matrix.unknown", "There is no such matrix", where=one.about)
        if frozen.grid != self.grid.digest:
            raise Conflict("matrix.grid", "It was made by another grid than that in force", where=one.about)

    # -- work

    def works(self) -> works.Works:
        """The work that would help, priced by the site's book."""
        with self._lock:
            fleet = self.fleet
            if self._works is None:
                fixable = _fixable(self.readings)
                self._works = works.Works((self._subject(one, fleet, fixable) for one in fleet.judged), self._book)
            return self._works

    def _subject(self, name: str, fleet: Fleet, fixable: frozenset[str]) -> Subject:
        placed, facts = fleet.judged[name].placed, fleet.facts(name)
        top = max((max(row.risk) for row in self.grid.rows), default=0)
        return Subject(
            id=name, site=placed.site, ward=placed.ward, model=placed.model, kind=placed.kind,
            criticality=placed.criticality, risk=placed.risk,
            urgent=placed.risk == top and placed.criticality == self.grid.levels,
            facts=facts, fixable=fixable.intersection(one.id for one in facts.weaknesses),
        )  # fmt: skip

    # -- names

    def proposals(self) -> tuple[alias.Proposal, ...]:
        """Names of makers on the network that look like one of the documents; nobody said yet whether they are."""
        said = {one.said for one in self._kept.all(Naming)}
        with self._lock:
            self._catch_up()
            seen = {device.value("manufacturer") for device in self._devices.values()} - {""} - said
        makers = {one.maker for reading in self.readings for one in reading.statements if one.maker}
        return self.aliases.proposals(sorted(seen), sorted(makers))

    # -- inside

    def _catch_up(self) -> None:
        if self._documents:
            self._documents = False
            self._works = None
            self.readings = tuple(self._kept.all(Reading))
            scorings, names = list(self._kept.all(Scoring)), self.aliases
            assets = self._fleet.assets()
            self._fleet = Fleet(self.grid, scorings, self.readings, names)
            self._fleet.put(assets)
        if self._whole:
            self._whole = False
            there = {device.id: device for device in self._kept.all(Device)}
            for name in self._devices.keys() - there.keys():
                self._forget(name)
            for device in there.values():
                self._note(device)
            talks: dict[str, list[Conversation]] = defaultdict(list)
            for one in self._kept.all(Conversation):
                for end in {self._owners.get(one.source), self._owners.get(one.target)} - {None}:
                    talks[end].append(one)  # type: ignore[index]
            self._score(self._dirty, lambda name: talks.get(name, ()))
        elif self._dirty:
            self._score(self._dirty, self._talks)

    def _score(self, names: Iterable[str], talks: Callable[[str], Sequence[Conversation]]) -> None:
        at = self._now()
        self._fleet.put(
            asset_of(self._devices[name], talks(name), self._owners, self._levels, at=at, networks=self._networks)
            for name in sorted(names)
        )
        self._dirty = set()
        self._works = None

    def _talks(self, name: str) -> list[Conversation]:
        keys = [str(key) for key in self._devices[name].keys]
        found = self._kept.linked(Conversation, keys, MOST_TALKS)
        return list({one.id: one for many in found.values() for one in many}.values())

    def _note(self, device: Device) -> None:
        if self._devices.get(device.id) == device:
            return
        self._devices[device.id] = device
        self._owners.update(dict.fromkeys(device.keys, device.id))
        kind = kinds().get(device.kind)
        self._levels[device.id] = kind.criticality if kind else 0
        self._dirty.add(device.id)

    def _forget(self, name: str) -> None:
        device = self._devices.pop(name, None)
        if device is not None:
            for key in device.keys:
                if self._owners.get(key) == name:
                    del self._owners[key]
            self._levels.pop(name, None)
            self._dirty.discard(name)
            self._fleet.drop([name])
            self._works = None


def opened(name: str) -> grid.Grid:
    """The grid that a setting names: a packaged one, or a file.

    Raises:
        Missing: neither.
        Malformed: the file is no grid.
    """
    return grid.packaged()[name] if name in grid.packaged() else grid.load(name)


def _known(readings: Sequence[Reading]) -> Known:
    return Known(
        (one for reading in readings for one in reading.vulnerabilities),
        (one for reading in readings for one in reading.likelihoods),
        (one for reading in readings for one in reading.exploited),
    )


def _aliases(file: str, said: Iterable[Naming]) -> alias.Aliases:
    """Garde's rows, below those of the site's file, below what people said last."""
    return alias.agreed(alias.load(file) if file else alias.packaged(), said)


def _fixable(readings: Sequence[Reading]) -> frozenset[str]:
    """Weaknesses for which some document names a version without them, or a supplier's fix."""
    return frozenset(
        one.vulnerability
        for reading in readings
        for one in reading.statements
        if one.status == "fixed"
        or any(remedy.category == "vendor_fix" for remedy in one.remedies)
        or any(span.high and not span.with_high for span in one.spans)
    )


def _each_left_out(facts: Facts) -> Iterator[tuple[str, str, Facts]]:
    """Each fact that gives points, and the facts without it."""
    replace = msgspec.structs.replace
    for one in facts.weaknesses:
        yield "cve", one.id, replace(facts, weaknesses=tuple(other for other in facts.weaknesses if other is not one))
    for word_ in dict.fromkeys(one.what for one in facts.seen):
        yield "configuration", word_, replace(facts, seen=tuple(one for one in facts.seen if one.what != word_))
    if facts.support != "supported":
        yield "os", f"support: {facts.support}", replace(facts, support="supported")
    if facts.network not in ("none", "dedicated"):
        yield "exposure", f"network: {facts.network}", replace(facts, network="dedicated")
