"""Enforcing from the command line: a policy put in force at a gateway, step by step, each taken back by itself.

Question: what would change at this gateway, may it be put in force, is it confirmed, and does it still hold?
Reference: issue 4 part 5 (plan, apply, undo; dry run; drift); domain note 04 §7. Part of the composition root. What
stops traffic is refused until the trial of the last fourteen days is clean or each break was accepted by name. What
nobody confirms in time the gateway takes back alone. Every step is a decision in the log.

Example::

    print(planned("gw-1", Path("policy.json"), "shadow", store=None, config=Path("garde.toml")))
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from garde import config as settings
from garde import zoning
from garde.app import SystemClock, opened
from garde.config import Config, GatewaySection
from garde.enforcers.gateway import Gateway
from garde.errors import Conflict, Missing, Refused, Unreachable
from garde.model.decision import word
from garde.model.device import Device
from garde.model.risk.matrix import Approval
from garde.model.zones.force import Force
from garde.model.zones.zone import Policy
from garde.pipeline.zones.drifting import Point, looked
from garde.pipeline.zones.zoning import natures
from garde.ports import Clock, Store
from garde.zones import plan as zone_plan
from garde.zones.draft import stops
from garde.zones.enforce import Plan, plan
from garde.zones.exports.hosts import hosts
from garde.zones.exports.neutral import Objects, Ruleset, resolved
from garde.zones.exports.nftables import NFTABLES
from garde.zones.party import party_of
from garde.zones.simulate import locked, simulate

#: Days of traffic that a policy is tried against before it stops anything.
TRIED: Final = 14


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a gateway.

    Attributes:
        gateway: its name; policy, mode, generation: what it brings.
        lines: unified diff of what it holds and what it shall hold; empty when it holds it already.
        unknown: objects of the policy that nobody has an address for.
        token: of the change; empty for a dry run.
        seconds: until the gateway takes it back when nobody confirms it.
    """

    gateway: str
    policy: str
    mode: str
    generation: int
    lines: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    token: str = ""
    seconds: int = 0


def planned(name: str, policy: Path, mode: str, *, store: str | None, config: Path | None) -> Made:
    """What would change at a gateway; nft there has looked at it, and nothing is loaded.

    Raises:
        Missing: no such gateway. Malformed: no policy. Refused: nft would not take it.
        Conflict: the gateway holds something later or foreign. Unreachable: it does not answer.
    """
    with _at(name, store, config) as here:
        made, unknown = here.plan(_read(policy), mode)
        here.gateway.check(made.apply)
        return _made(name, made, unknown)


def applied(name: str, policy: Path, mode: str, *, seconds: int = 600, store: str | None, config: Path | None) -> Made:
    """Load a policy at a gateway, which takes it back unless it is confirmed in time.

    Raises:
        Refused: it would stop traffic, and the trial is not clean; the reasons are named.
        As `planned` raises.
    """
    with _at(name, store, config) as here:
        given = _read(policy)
        here.unlocked(given, mode)
        made, unknown = here.plan(given, mode)
        token = here.gateway.apply(made.apply, made.undo, made.generation, seconds=seconds)
        here.say("policy.apply", given, _force(here, given, made, token))
        return msgspec.structs.replace(_made(name, made, unknown), token=token, seconds=seconds)


def confirmed(name: str, *, store: str | None, config: Path | None) -> str:
    """Keep what was loaded; one sentence.

    Raises:
        Missing: nothing was loaded from here. Conflict: it was taken back meanwhile.
    """
    with _at(name, store, config) as here:
        held = here.held()
        here.gateway.confirm(held.token)
        here.turn("policy.confirm", held, "confirmed")
        return f"{name}: {held.policy} is kept ({held.mode}, generation {held.generation})"


def undone(name: str, *, store: str | None, config: Path | None) -> str:
    """Put back what the gateway held before; one sentence.

    Raises:
        Missing: nothing was loaded from here. Conflict: it was taken back already.
    """
    with _at(name, store, config) as here:
        held = here.held()
        here.gateway.undo(held.token)
        here.turn("policy.undo", held, "undone")
        return f"{name}: holds again what it held before {held.policy}"


def drifted(*, store: str | None, config: Path | None) -> dict[str, list[str]]:
    """Gateway → how it differs from what was confirmed for it; a gateway that was given nothing is left out.

    Raises:
        Unreachable: one does not answer.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        found = {one.name: looked(one, SystemClock().now()) for one in points(chosen, kept)}
    return {name: list(one.reasons) if not one.over else [] for name, one in found.items() if one is not None}


def points(chosen: Config, kept: Store) -> list[Point]:
    """The gateways of a site, each with what was confirmed for it."""
    clock = SystemClock()
    return [
        Point(one.name, NFTABLES, _gateway(one).read, _Here(chosen, kept, clock, one).approved)
        for one in chosen.zones.gateway
    ]


class _Here:
    """One gateway, the store that speaks of it, and the clock."""

    def __init__(self, chosen: Config, kept: Store, clock: Clock, section: GatewaySection) -> None:
        self.chosen, self.kept, self.clock, self.section = chosen, kept, clock, section
        self.gateway = _gateway(section)

    def held(self) -> Force:
        held = self.kept.get(Force, [self.section.name]).get(self.section.name)
        if held is None or held.state == "undone" or not held.token:
            raise Missing("enforce.none", "Nothing was loaded there from here", where=self.section.name)
        return held

    def plan(self, policy: Policy, mode: str) -> tuple[Plan, tuple[str, ...]]:
        before = self.gateway.read()
        generation = NFTABLES.parse(before).ruleset.generation + 1
        ruleset, unknown = self.ruleset(policy, mode, generation)
        return plan(before, ruleset), unknown

    def ruleset(self, policy: Policy, mode: str, generation: int) -> tuple[Ruleset, tuple[str, ...]]:
        zones, kinds = zone_plan.load(self.chosen.zones.plan, self.chosen.site.networks), natures()
        known = hosts(
            self.kept.all(Device), lambda device: party_of(device, zones, kinds).zone, on_link=not self.section.routed
        )
        objects = Objects(hosts=known, spared=self.section.spared)
        return resolved(policy, objects, generation=generation, mode=mode, at=self.clock.now())

    def unlocked(self, policy: Policy, mode: str) -> None:
        if not stops(mode):
            return
        seen = zoning.observed(self.kept, self.chosen, TRIED)
        found = simulate(policy, seen.lines, seen.roster, at=seen.latest, call=zoning.caller(self.chosen))
        if reasons := locked(found, list(self.kept.all(Approval))):
            raise Refused(
                "enforce.locked", f"It would stop what is needed: {', '.join(reasons[:5])}", where=policy.id,
                hint="Look with garde zones simulate; accept each break by name, or correct the policy",
            )  # fmt: skip

    def approved(self) -> Ruleset | None:
        """What the gateway shall hold now: only what was confirmed."""
        held = self.kept.get(Force, [self.section.name]).get(self.section.name)
        if held is None or not held.holds:
            return None
        policy = self.kept.get(Policy, [held.policy]).get(held.policy)
        return self.ruleset(policy, held.mode, held.generation)[0] if policy else None

    def say(self, verb: str, policy: Policy, force: Force, token: str = "") -> None:
        value = f"{force.id} {force.mode} {force.generation} {token or force.token}"
        with self.kept.begin() as unit:
            unit.put([policy, force])
            unit.append([word(verb, force.person, force.at, about=policy.id, value=value)])

    def turn(self, verb: str, held: Force, state: str) -> None:
        force = msgspec.structs.replace(held, state=state, at=self.clock.now(), person=_me())
        if state == "undone" and held.before:
            # What was confirmed before holds again; its own way back was given up when this one came.
            before, mode, generation = held.before
            force = msgspec.structs.replace(
                force, policy=before, mode=mode, generation=generation, token="", state="confirmed", before=None
            )
        policy = self.kept.get(Policy, [held.policy]).get(held.policy)
        if policy is None:
            raise Missing("enforce.policy", "The policy is not in the store any more", where=held.policy)
        self.say(verb, policy, force, held.token)


@contextmanager
def _at(name: str, store: str | None, config: Path | None) -> Iterator[_Here]:
    chosen = settings.load(config)
    section = next((one for one in chosen.zones.gateway if one.name == name), None)
    if section is None:
        known = ", ".join(one.name for one in chosen.zones.gateway)
        raise Missing("enforce.gateway", f"There is no gateway {name!r}", hint=known or "Write [[zones.gateway]]")
    with opened(chosen, store) as (kept, _):
        yield _Here(chosen, kept, SystemClock(), section)


def _gateway(section: GatewaySection) -> Gateway:
    return Gateway(section.command, run=section.run, kept=section.kept)


def _force(here: _Here, policy: Policy, made: Plan, token: str) -> Force:
    name = here.section.name
    last = here.kept.get(Force, [name]).get(name)
    if last is not None and last.state == "pending" and here.gateway.state(last.token) == "pending":
        raise Conflict("enforce.pending", "Another change waits to be confirmed", where=name)
    return Force(
        id=name, policy=policy.id, mode=made.mode, generation=made.generation, token=token, state="pending",
        at=here.clock.now(), person=_me(),
        # A change that took itself back leaves what was confirmed before it.
        before=((last.policy, last.mode, last.generation) if last.holds else last.before) if last else None,
    )  # fmt: skip


def _made(name: str, made: Plan, unknown: tuple[str, ...]) -> Made:
    return Made(
        gateway=name, policy=made.policy, mode=made.mode, generation=made.generation, lines=made.lines, unknown=unknown
    )


def _read(path: Path) -> Policy:
    try:
        return zoning.read_policy(path.read_bytes(), path.name)
    except OSError as error:
        raise Unreachable("policy.file", f"{path} cannot be read: {error.strerror}") from None


def _me() -> str:
    return f"shell:{getpass.getuser()}"
