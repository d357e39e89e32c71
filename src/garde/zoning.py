"""Zones from the command line: propose a policy from what was observed, and try one against it.

Question: which policy does the traffic of these days call for, and what would a given one break?
Reference: issue 4 part 9 (contract of ``garde zones``); `garde.zones`. Part of the composition root: a store is
read in one pass over the conversations of the window. Captures, where they are given, are read into memory instead.

The contract. ``propose`` prints one object: ``policy`` (`garde.model.zones.zone.Policy`: ``id``, ``name``, ``at``,
``zones``, ``conduits`` of ``source``, ``target``, ``rules``), ``days``, ``since``, ``until``, ``rules``, ``coverage``
(``lines``, ``conversations``, ``octets``: shares), ``permitted``, ``observed``, ``over``, ``fresh``, ``settled``,
``dropped``, ``review`` (`garde.zones.sift.Review`), ``untested``. ``simulate`` takes that object or a bare policy and
prints `garde.zones.simulate.Simulation` (``breaks``, ``missing``, ``rules``, ``warnings``, …) with ``clean`` and
``locked`` (reasons as ``code: value``). Times in both are ISO 8601 in UTC.

Example::

    made = proposed(store="sqlite:///garde.db", config=None, days=14)
    print(as_json(made))
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from garde import config as settings
from garde.app import Report, SystemClock, keep, opened
from garde.errors import Malformed, Missing, Unreachable
from garde.model.message import moment
from garde.model.risk.matrix import Approval
from garde.model.zones.zone import Policy
from garde.pipeline.zones import drafting
from garde.pipeline.zones.drafting import Observed
from garde.ports import Store
from garde.report import directory
from garde.report.table import table_of
from garde.zones import marking, plan
from garde.zones.propose import Proposal, propose
from garde.zones.roll import label
from garde.zones.simulate import Call, locked, simulate

#: Largest policy that is read, in octets.
LARGEST: Final = 64 << 20
#: Fields that hold nanoseconds since 1970.
_TIMES: Final = frozenset({"at", "since", "until", "first", "last"})


def proposed(
    captures: Sequence[Path] = (), *, days: int = 14, name: str = "", store: str | None, config: Path | None
) -> Proposal:
    """A policy from the last days of a store, or from captures.

    Raises:
        GardeError: the configuration, the plan, the store or a capture is not usable.
    """
    chosen = settings.load(config)
    with _held(captures, chosen, store) as held:
        seen = observed(held, chosen, days)
    return propose(
        seen.lines, seen.roster, at=seen.latest, name=name, marking=marking.packaged(), probes=chosen.zones.probes
    )


def simulated(
    policy: Path | None,
    captures: Sequence[Path] = (),
    *,
    days: int = 14,
    store: str | None,
    config: Path | None,
) -> dict[str, Any]:
    """What a policy, or else the one that would be proposed, would have broken; with ``clean`` and ``locked``.

    What people accepted is read of the same store.

    Raises:
        Malformed: the file is no policy.
        GardeError: as in `proposed`.
    """
    chosen = settings.load(config)
    given = read_policy(_bytes(policy), policy.name) if policy else None
    with _held(captures, chosen, store) as held:
        seen = observed(held, chosen, days)
        accepted = list(held.all(Approval))
    if given is None:
        given = propose(
            seen.lines, seen.roster, at=seen.latest, marking=marking.packaged(), probes=chosen.zones.probes
        ).policy
    own = set(chosen.zones.probes)
    lines = [line for line in seen.lines if not own.intersection(line.source.addresses)]
    found = simulate(given, lines, seen.roster, at=seen.latest, call=caller(chosen))
    return as_record(found) | {"clean": found.clean, "locked": list(locked(found, accepted))}


def observed(held: Store, chosen: settings.Config, days: int) -> Observed:
    """Lines of the last days that a store knows of, counted back from the last conversation.

    Raises:
        Malformed, Missing: the site's plan is not usable.
    """
    seen = drafting.observed(held, plan.load(chosen.zones.plan, chosen.site.networks), days)
    return seen if seen.latest else msgspec.structs.replace(seen, latest=SystemClock().now())


def caller(chosen: settings.Config) -> Call:
    """Whom the site's directory names for a device's ward, else its ward."""
    return drafting.caller(directory.load(Path(chosen.site.directory)) if chosen.site.directory else None)


def read_policy(data: bytes, name: str = "policy") -> Policy:
    """A policy from JSON: bare, or as ``propose`` prints it.

    Raises:
        Malformed: it is no policy; the place in it is named.
    """
    try:
        tree = msgspec.json.decode(data)
        if isinstance(tree, dict) and isinstance(tree.get("policy"), dict):
            tree = tree["policy"]
        return msgspec.convert(_nanoseconds(tree), Policy)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Malformed(
            "policy.json",
            str(error) or "It is no policy",
            where=name,
            hint="garde zones propose --format json writes one",
        ) from None


def as_record(one: msgspec.Struct) -> dict[str, Any]:
    """A proposal or a simulation as the contract has it."""
    tree: dict[str, Any] = _moments(msgspec.to_builtins(one))
    return tree


def as_json(one: msgspec.Struct | dict[str, Any]) -> str:
    """The contract's JSON."""
    return msgspec.json.encode(one if isinstance(one, dict) else as_record(one)).decode("utf-8")


def as_text(made: Proposal) -> str:
    """A proposal for a terminal: rules, what needs a person, and how good it is."""
    rules = table_of(
        ("from", "to", "source", "target", "service", "basis"),
        (
            {
                "from": conduit.source, "to": conduit.target, "source": rule.source, "target": rule.target,
                "service": f"{rule.protocol}/{rule.ports}", "basis": rule.basis,
            }
            for conduit in made.policy.conduits for rule in conduit.rules
        ),
    )  # fmt: skip
    review = table_of(
        ("why", "from", "to", "group", "target", "service", "devices", "last"),
        (
            {
                "why": one.reason, "from": one.source_zone, "to": one.target_zone, "group": one.group,
                "target": one.target,
                "service": label(one.protocol, one.ports[0], one.service) if len(one.ports) == 1 else one.protocol,
                "devices": f"{one.showing}/{one.peers}", "last": moment(one.last)[:16],
            }
            for one in made.review
        ),
    )  # fmt: skip
    figures = (
        f"{made.policy.id}: {made.rules} rules from {made.days} days; they explain {made.coverage.conversations:.1%} "
        f"of the conversations and permit {made.over:.1%} of pairs that nobody used; "
        f"{len(made.review)} questions for a person"
    )
    return "\n\n".join((rules, review, figures) if made.review else (rules, figures))


def as_lines(found: dict[str, Any]) -> str:
    """A simulation for a terminal: what would break, what must pass and would not, and why it is locked."""
    breaks = table_of(
        ("who", "ward", "target", "service", "times", "last", "meaning", "call", "id"),
        (
            {
                "who": one["name"], "ward": one["ward"], "target": one["target_name"],
                "service": label(one["protocol"], one["port"], one["service"]),
                "times": f"{one['times']} ({one['days']} d)", "last": one["last"][:16], "meaning": one["en"],
                "call": ", ".join(one["call"]), "id": one["id"],
            }
            for one in found["breaks"]
        ),
    )  # fmt: skip
    missing = table_of(
        ("must", "zone", "kind", "devices", "meaning", "id"),
        (
            {
                "must": one["must"], "zone": one["zone"], "kind": one["kind"], "devices": str(one["count"]),
                "meaning": one["en"], "id": one["id"],
            }
            for one in found["missing"]
        ),
    )  # fmt: skip
    figures = (
        f"{found['policy']}: {found['allowed']} flows pass, {len(found['breaks'])} would break, "
        f"{len(found['missing'])} that must pass would not, in {found['days']} days"
    )
    state = (
        f"Locked by {len(found['locked'])} reasons: {', '.join(found['locked'][:5])}"
        if found["locked"]
        else "Free to enforce."
    )
    parts = [breaks] * bool(found["breaks"]) + [missing] * bool(found["missing"])
    return "\n\n".join([*parts, *(one["en"] for one in found["warnings"]), figures, state])


@contextmanager
def _held(captures: Sequence[Path], chosen: settings.Config, store: str | None) -> Iterator[Store]:
    """The store, or one in memory that holds what the captures tell."""
    with opened(chosen, "sqlite:///" if captures else store) as (held, bus):
        if captures:
            report = Report(stats={"packets": 0, "bytes": 0, "flows": 0})
            keep(captures, chosen, held, bus, report, {}, lambda part, name: None)
            if report.unreadable:
                raise Unreachable("capture.unreadable", report.trouble[0])
        yield held


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise Malformed("policy.too-large", f"More than {LARGEST >> 20} MiB", where=path.name)
        return path.read_bytes()
    except OSError as error:
        raise Missing("policy.unreadable", error.strerror or "The file cannot be read", where=path.name) from None


def _moments(tree: Any) -> Any:
    """The tree with its times as text; a rule without an end keeps 0."""
    return _walk(tree, lambda value: moment(value) if isinstance(value, int) and value else value)


def _nanoseconds(tree: Any) -> Any:
    return _walk(tree, lambda value: _parsed(value) if isinstance(value, str) else value)


def _walk(tree: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(tree, dict):
        return {
            name: change(value) if name in _TIMES and not isinstance(value, dict | list) else _walk(value, change)
            for name, value in tree.items()
        }
    return [_walk(value, change) for value in tree] if isinstance(tree, list | tuple) else tree


def _parsed(text: str) -> int:
    """Nanoseconds of an ISO 8601 time in UTC, to the microsecond."""
    when = dt.datetime.fromisoformat(text)
    whole = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    delta = whole - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000_000 + delta.microseconds * 1000
