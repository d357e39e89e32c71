"""Drafting: policies proposed, tried and signed, over what the store holds.

Question: what crossed between zones these days, which policy was drafted from it, and may it be enforced?
Reference: domain note 04 §6 and §7; `garde.zones`. The matrix is read from the roll-up; only a proposal and a
simulation walk conversations, in a thread of their own, one at a time, and what they find is kept. A signature names
the policy's digest; a break is accepted by its id.

Example::

    drafting = Drafting(kept, chosen, now=clock.now)
    drafting.crossings(7).held
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from garde.config import Config
from garde.errors import Conflict, GardeError, Missing, Refused
from garde.model.decision import word
from garde.model.device import Device
from garde.model.finding import SEVERITIES, Finding
from garde.model.flow import Conversation
from garde.model.risk.matrix import Approval
from garde.model.zones.crossing import DAY, Crossing, crossing_id
from garde.model.zones.zone import Policy
from garde.pipeline.zones.zoning import SERVICES, natures
from garde.ports import Record, Store
from garde.report.directory import Directory
from garde.zones import marking
from garde.zones import plan as zone_plan
from garde.zones.draft import Draft, draft_of, moved
from garde.zones.exports.export import Export, export
from garde.zones.exports.hosts import hosts
from garde.zones.exports.neutral import Objects
from garde.zones.party import Party, Roster, party_of, roster
from garde.zones.plan import Plan
from garde.zones.propose import propose
from garde.zones.roll import Line, gather
from garde.zones.simulate import TWO_PERSONS, Call, Simulation, locked, simulate, window

#: Most days that are looked at.
LONGEST: Final = 60
#: Seconds for which whoever asks waits for the answer; a larger hospital's comes later.
PATIENCE: Final = 2.0
#: Roles that sign a policy; both where it holds for devices whose loss threatens life.
SIGNERS: Final = ("rssi", "biomedical")
#: Approvals that are read of one thing.
WORDS: Final = 1_000


class Crossed(msgspec.Struct, frozen=True):
    """What crossed, day by day, and the days that were looked at: nanoseconds since 1970, from and before."""

    held: list[Crossing]
    since: int
    until: int


class Observed(msgspec.Struct, frozen=True):
    """What was observed in a window, and who took part; ``latest`` is the last moment of it, 0 for none."""

    lines: list[Line]
    roster: Roster
    latest: int


class Drafting:
    """Policies of one site.

    Args:
        kept: the state.
        chosen: the configuration: the plan of zones, and the addresses of the site's own probes.
        now: tells the time, in nanoseconds since 1970.
        directory: says whom to call.

    Raises:
        Missing, Malformed: the site's plan is not usable.
    """

    def __init__(
        self, kept: Store, chosen: Config, *, now: Callable[[], int], directory: Directory | None = None
    ) -> None:
        self._kept, self._now = kept, now
        self.plan: Plan = zone_plan.load(chosen.zones.plan, chosen.site.networks)
        self._probes = chosen.zones.probes
        self._natures = natures()
        self._call = caller(directory)
        self._zones: dict[str, tuple[Device, str]] = {}
        self._lock = threading.Lock()
        self._work: threading.Thread | None = None
        self._trouble: GardeError | None = None
        self._made = ""

    # -- the roll-up

    def crossings(self, days: int) -> Crossed:
        """What crossed in the last days; where nothing did until now, in the days before the last that anything did."""
        days = min(max(days, 1), LONGEST)
        since, until = window(self._now(), days)
        held = self._crossings(since, until)
        if not held:
            latest = max((one.last for one in self._kept.all(Crossing)), default=0)
            if latest:
                since, until = window(latest, days)
                held = self._crossings(since, until)
        return Crossed(held, since, until)

    def _crossings(self, since: int, until: int) -> list[Crossing]:
        names = tuple(self.plan.areas)
        links = [
            crossing_id(day, source, target, "")
            for day in range(since // DAY, until // DAY) for source in names for target in names
        ]  # fmt: skip
        return [one for many in self._kept.linked(Crossing, links, SERVICES + 1).values() for one in many]

    def party(self, device: Device) -> Party:
        """The device as zones see it: its zone, and the rule that put it there."""
        return party_of(device, self.plan, self._natures)

    def zone(self, device: Device) -> str:
        """The zone of a device; worked out once for each state of it, since a page may ask for a whole fleet."""
        held = self._zones.get(device.id)
        if held is None or held[0] is not device:
            held = self._zones[device.id] = (device, self.party(device).zone)
        return held[1]

    def whom(self, party: Party) -> tuple[str, ...]:
        """Whom to call about a device."""
        return self._call(party)

    # -- walks, in a thread of their own

    @property
    def busy(self) -> bool:
        """Whether a proposal or a simulation is being worked out."""
        return self._work is not None and self._work.is_alive()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is being worked out; False when that takes longer."""
        if self._work is not None:
            self._work.join(seconds)
        return not self.busy

    @property
    def trouble(self) -> GardeError | None:
        """Why the last one came to nothing."""
        return self._trouble

    def propose(self, person: str, name: str, days: int) -> str:
        """Draft a policy from the last days; its id, or empty while it is still being worked out.

        Raises:
            Conflict: another one is being worked out.
            Refused: nothing was observed.
        """

        def make() -> str:
            seen = observed(self._kept, self.plan, days)
            if not seen.lines:
                raise Refused(
                    "policy.nothing", "No conversation was observed between two devices",
                    hint="Listen for seven days at least",
                )  # fmt: skip
            made = propose(
                seen.lines, seen.roster, at=seen.latest, name=name, marking=marking.packaged(), probes=self._probes
            )
            draft = draft_of(made, days, person)
            found = self._simulated(made.policy, seen)
            with self._kept.begin() as unit:
                before = unit.get(Draft, [draft.id]).get(draft.id)
                unit.put([made.policy, before or draft, found])
                if before is None:
                    unit.append([word("policy.draft", person, self._now(), about=draft.id, value=name)])
            return draft.id

        return self._do(make)

    def simulate(self, name: str, days: int) -> str:
        """Try a policy on the last days anew; its id, or empty while it is still being worked out.

        Raises:
            Conflict: another one is being worked out.
            Missing: there is no such policy.
        """
        policy = self.policy(name)

        def make() -> str:
            found = self._simulated(policy, observed(self._kept, self.plan, days))
            with self._kept.begin() as unit:
                unit.put([found])
            return policy.id

        return self._do(make)

    def _simulated(self, policy: Policy, seen: Observed) -> Simulation:
        own = set(self._probes)
        lines = [line for line in seen.lines if not own.intersection(line.source.addresses)]
        return simulate(policy, lines, seen.roster, at=seen.latest, call=self._call)

    def _do(self, make: Callable[[], str]) -> str:
        def work() -> None:
            try:
                self._made = make()
            except GardeError as error:
                self._trouble = error

        with self._lock:
            if self.busy:
                raise Conflict("policy.busy", "Another one is being worked out", hint="Wait until it is there")
            self._made, self._trouble = "", None
            self._work = threading.Thread(target=work, name="garde-zones", daemon=True)
            self._work.start()
            begun = self._work
        begun.join(PATIENCE)
        if self._trouble is not None:
            raise self._trouble
        return self._made

    # -- what is kept

    def drafts(self) -> list[Draft]:
        """Every draft, newest first."""
        return sorted(self._kept.all(Draft), key=lambda one: (-one.at, one.id))

    def draft(self, name: str) -> Draft:
        """One draft.

        Raises:
            Missing: there is none of that id.
        """
        return _kept(self._kept, Draft, name)

    def policy(self, name: str) -> Policy:
        """The policy of a draft.

        Raises:
            Missing: there is none of that id.
        """
        return _kept(self._kept, Policy, name)

    def simulation(self, name: str) -> Simulation:
        """What it would have broken, when it was tried last.

        Raises:
            Missing: there is none of that id.
        """
        return _kept(self._kept, Simulation, name)

    def words(self, about: Iterable[str]) -> list[Approval]:
        """What people said of policies and breaks, oldest first."""
        found = self._kept.linked(Approval, about, WORDS)
        return sorted((one for many in found.values() for one in many), key=lambda one: (one.at, one.id))

    def locks(self, policy: Policy, found: Simulation, words: Iterable[Approval]) -> tuple[str, ...]:
        """Why it may not stop anything, as ``code: value``; empty when it may."""
        said = list(words)
        return (*locked(found, said), *(f"unsigned: {role}" for role in self.unsigned(policy, said)))

    def held(self, name: str) -> tuple[str, ...]:
        """Why the policy of that id may not stop anything now, as ``code: value``; empty when it may.

        Raises:
            Missing: there is none of that id.
        """
        policy, found = self.policy(name), self.simulation(name)
        about = [policy.id, *(one.id for one in found.breaks), *(one.id for one in found.missing)]
        return self.locks(policy, found, self.words(about))

    def unsigned(self, policy: Policy, words: Iterable[Approval]) -> tuple[str, ...]:
        """Roles whose signature is missing: both where it holds for devices of RP0, else any of the two."""
        latest: dict[str, Approval] = {}
        for one in words:
            if one.about == policy.id:
                latest[one.person] = one
        signed: dict[str, str] = {}
        for one in latest.values():
            if one.agrees and one.role in SIGNERS and one.person not in signed.values():
                signed.setdefault(one.role, one.person)
        if self.vital(policy):
            return tuple(role for role in SIGNERS if role not in signed)
        return () if signed else SIGNERS

    def vital(self, policy: Policy) -> bool:
        """Whether it holds for a zone of devices whose loss threatens life: what it does not allow there, it denies."""
        zones = {area.name for area in self.plan.areas.values() if TWO_PERSONS in area.responses}
        return any(zone.name in zones for zone in policy.zones)

    def move(self, name: str, mode: str, person: str, reason: str) -> Draft:
        """Take a policy into another mode; the log says who did, and why.

        Raises:
            Missing: there is none of that id.
            Refused: something holds it, or no reason was given.
        """
        if not reason:
            raise Refused("policy.reason", "Say in a few words why", where=mode)
        after = moved(self.draft(name), mode, self.held(name))
        with self._kept.begin() as unit:
            unit.put([after])
            unit.append([word("policy.mode", person, self._now(), about=name, value=mode, reason=reason)])
        return after

    def exported(self, name: str, form: str) -> Export:
        """A policy in the words of an enforcement point, in the mode that it is in.

        Raises:
            Missing: there is no such policy, no such form, or no rule of it is of a model.
        """
        policy, mode = self.policy(name), self.draft(name).mode
        known = hosts(self._kept.all(Device), lambda device: self.party(device).zone)
        spared = tuple(area.name for area in self.plan.areas.values() if TWO_PERSONS in area.responses)
        sent = sum(one.at <= policy.at for one in self.drafts())
        return export(
            policy, Objects(hosts=known, spared=spared), form, generation=max(sent, 1), mode=mode, at=self._now()
        )


def observed(held: Store, plan: Plan, days: int) -> Observed:
    """Lines of the last days that a store knows of, counted back from the last conversation."""
    latest = max((one.last for one in held.all(Crossing)), default=0)
    since, until = window(latest, min(max(days, 1), LONGEST))
    who = roster(held.all(Device), plan, natures(), alerts(held.all(Finding)))
    return Observed(gather(held.all(Conversation), who, since, until), who, latest)


def alerts(findings: Iterable[Finding]) -> dict[str, str]:
    """Device → worst severity of its open threats: of whom an intruder may be the author of the traffic."""
    worst: dict[str, str] = {}
    for one in findings:
        if one.kind == "threat" and one.device and one.status in ("open", "taken", "waiting"):
            before = worst.get(one.device, SEVERITIES[0])
            worst[one.device] = max(before, one.severity, key=SEVERITIES.index)
    return worst


def caller(words: Directory | None) -> Call:
    """Whom the site's directory names for a device's ward, else its ward."""
    if words is None:
        return lambda party: (party.ward,) if party.ward else ()

    def call(party: Party) -> tuple[str, ...]:
        named = [one for one in words.contacts if party.ward in one.wards]
        found = named or [one for one in words.contacts if not one.wards]
        return tuple(f"{one.name if isinstance(one.name, str) else one.name.fr} {one.phone}" for one in found)

    return call


def _kept(kept: Store, kind: type[Record], name: str) -> Record:
    found = kept.get(kind, [name]).get(name)
    if found is None:
        raise Missing("policy.unknown", "There is no such policy", hint="Have one proposed on the page of policies")
    return found
