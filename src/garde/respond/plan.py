"""Plan: the playbook of a threat, and the actions that come of it.

Question: what is to be done against this threat, in which order, and what takes each step back?
Reference: domain note 09 §6; a playbook is a TOML file with one ``[[playbook]]`` and its ``[[step]]`` in order. The
other end comes first: a step that touches the device to protect is planned only where no hostile end is known. A step
that an interlock forbids is left out, and whoever is called is told which and why.

Example:
    >>> chosen("threat.worm").name, chosen("threat.never-heard-of").name
    ('worm', 'any')
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from garde.errors import Malformed, Missing
from garde.model.message import digest
from garde.model.rows import read
from garde.model.zones.action import MINUTE, Action, Step, action_id
from garde.model.zones.zone import Rule
from garde.registry import Registry
from garde.respond.decide import Asked, Policy, Verb
from garde.respond.interlocks import Ruling, gentle, guard
from garde.respond.threat import End, Threat
from garde.respond.verbs import Word, verbs
from garde.respond.windows import Window

#: Steps of one action: paths of one hostile end beyond it are cut by blocking the end.
MOST: Final = 16
#: Partners that an impact names one by one.
NAMED: Final = 20


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of a playbook.

    Attributes:
        verb: a row of verbs.toml.
        on: the hostile end, the one to protect, or ``named``: what the rule named (a DNS name, an account).
        to: whom to call: roles.
        ttl: minutes for which it is offered and then in force; 0 takes the policy's.
        fr, en: why it stands here, for the person who reads it.
    """

    verb: Verb
    on: Literal["hostile", "victim", "named"] = "hostile"
    to: tuple[Literal["rssi", "biomedical", "network", "oncall"], ...] = ()
    ttl: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 0
    fr: Word
    en: Word


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a playbook is for.

    Attributes:
        name: stable.
        version: grows when its steps change.
        rules: names of rules that it answers; ``*`` stands for any letters.
        hostile: which end of the finding attacks: the device that it is about, or the peer that it names.
        techniques: of ATT&CK, as domain note 09 §1 has them.
        fr, en: what it is for.
        degraded_fr, degraded_en: how care goes on without what is touched.
    """

    name: Word
    version: Annotated[int, msgspec.Meta(ge=1)]
    rules: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    hostile: Literal["device", "peer"]
    techniques: tuple[str, ...] = ()
    fr: Word
    en: Word
    degraded_fr: Word
    degraded_en: Word


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """A playbook and its steps, in order."""

    head: Head
    steps: tuple[Line, ...]

    @property
    def name(self) -> str:
        """Of its head."""
        return self.head.name

    def degraded(self, language: str) -> str:
        """How care goes on, in French for ``fr``, else in English."""
        return self.head.degraded_fr if language == "fr" else self.head.degraded_en


def parse(text: str, file: str) -> Playbook:
    """The playbook of a text.

    Raises:
        Malformed: with file and line.
    """
    found = read(text, file, {"playbook": Head, "step": Line}, "playbook")
    heads, steps = found["playbook"], found["step"]
    if len(heads) != 1 or not steps:
        raise Malformed("playbook.one", "A file holds one [[playbook]] and its [[step]]", where=file)
    if not any(step.verb == "call" and step.to for step in steps):
        raise Malformed("playbook.call", "A playbook calls somebody", where=file, hint='verb = "call", to = ["oncall"]')
    for number, step in enumerate(steps, 1):
        if (verbs()[step.verb].touches in ("name", "account")) != (step.on == "named"):
            lines = [line for line, words in enumerate(text.splitlines(), 1) if words.strip() == "[[step]]"]
            raise Malformed(
                "playbook.on", f"{step.verb} is not done on the {step.on}", where=f"{file}, line {lines[number - 1]}",
                hint="A name and an account are named by the rule; everything else is one of the two ends",
            )  # fmt: skip
    return Playbook(head=heads[0], steps=steps)


@cache
def playbooks() -> Registry[Playbook]:
    """The packaged playbooks; the one for any threat stands last."""
    folder = resources.files("garde.respond.playbooks")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    found = [parse(folder.joinpath(name).read_text("utf-8"), name) for name in names]
    return Registry(*sorted(found, key=lambda one: "*" in one.head.rules))


def load(folder: str) -> tuple[Playbook, ...]:
    """The playbooks of a site's folder, which come before the packaged ones; none without a folder.

    Raises:
        Missing: a file cannot be read.
        Malformed: one is no playbook; with file and line.
    """
    if not folder:
        return ()
    try:
        texts = [(path.read_text("utf-8"), path.name) for path in sorted(Path(folder).glob("*.toml"))]
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("respond.unreadable", str(error), hint="Check [respond] playbooks") from None
    return tuple(parse(text, name) for text, name in texts)


def chosen(rule: str, own: Sequence[Playbook] = ()) -> Playbook:
    """The first playbook that answers a rule: the site's own, then the packaged, then the one for any threat.

    Raises:
        Missing: there is none, which the one for any threat prevents.
    """
    books: list[Playbook] = [*own, *playbooks()]
    for book in books:
        if any(fnmatch.fnmatchcase(rule, pattern) for pattern in book.head.rules):
            return book
    raise Missing("playbook.none", f"No playbook answers {rule!r}")


def planned(
    threat: Threat,
    policy: Policy,
    own: Sequence[Playbook] = (),
    *,
    partners: Mapping[str, Sequence[str]] | None = None,
    allow: Mapping[str, tuple[Rule, ...]] | None = None,
    calm: Mapping[str, Sequence[str]] | None = None,
    windows: Iterable[Window] = (),
) -> tuple[Action, ...]:
    """The actions of a threat, in order, each with its undo.

    Args:
        threat: with its ends as known now.
        policy: who may let what run.
        own: the site's playbooks.
        partners: object of an end → who talks with it, as ``kind: object`` lines for the impact.
        allow: object of an end → what a restriction leaves it.
        calm: object of an end → when it is least used.
        windows: in which devices are worked on: what looks like an attack then is often a repair.
    """
    book = chosen(threat.rule, own)
    device = (threat.device,) if threat.device else ()
    side = threat.hostile if threat.hostile in ("device", "peer") else book.head.hostile
    hostile, victims = (device, threat.peers) if side == "device" else (threat.peers, device)
    known, left, rests = partners or {}, allow or {}, calm or {}
    worked = threat.device is not None and any(
        one.holds(threat.turn[0], threat.device.ward, threat.device.kind) for one in windows
    )
    actions: list[Action] = []
    withheld: list[str] = []
    for place, line in enumerate(book.steps, 1):
        for target, end, steps in _targets(line, hostile, victims, threat):
            row = policy.row(_asked(line.verb, end, threat), end.ward or _ward(threat))
            ruling = guard(row, line.verb, end)
            if worked and ruling.mode == "automatic" and verbs()[line.verb].level >= 2:
                because = (*ruling.because, "window")
                ruling = msgspec.structs.replace(ruling, mode="approval", approve=("rssi",), because=because)
            reason = _redundant(line, hostile) or (ruling.mode == "never" and (*ruling.because, "policy")[0])
            if line.verb == "restrict" and not left.get(target):
                # To leave it nothing would be to isolate it.
                reason = reason or "no-conduit"
            if reason:
                withheld.append(f"withheld: {line.verb} {target}: {reason}")
                continue
            name = action_id(threat.finding, threat.count, book.name, place, target)
            plan = tuple(
                msgspec.structs.replace(
                    step,
                    id=f"s-{digest('step', name, threat.turn[1], number)}",
                    gentle=gentle(end),
                    allow=left.get(target, ()),
                )
                for number, step in enumerate(steps)
            )
            actions.append(
                _action(
                    name,
                    threat,
                    book.name,
                    place,
                    line,
                    target,
                    end,
                    plan,
                    ruling,
                    row.ttl,
                    known.get(target, ()),
                    rests.get(target, ()),
                )
            )
    return tuple(
        msgspec.structs.replace(one, impact=(*one.impact, *withheld)) if one.verb == "call" else one for one in actions
    )


def _targets(
    line: Line, hostile: Sequence[End], victims: Sequence[End], threat: Threat
) -> Iterator[tuple[str, End, list[Step]]]:
    """What a line is done on: an object, the end whose protection decides, and bare steps."""
    touches = verbs()[line.verb].touches
    nowhere = End(object="", response="outside")
    if line.verb == "call":
        for role in line.to:
            yield f"role:{role}", nowhere, [Step(id="", verb="call", target=f"role:{role}")]
        return
    if touches in ("name", "account"):
        for value in threat.names if touches == "name" else threat.accounts:
            target = f"{touches}:{value}"
            yield target, nowhere, [Step(id="", verb=line.verb, target=target)]
        return
    here, there = (hostile, victims) if line.on == "hostile" else (victims, hostile)
    for end in here:
        if touches == "path":
            paths = [
                Step(id="", verb=line.verb, target=end.object, keys=end.keys, other=other.object, other_keys=other.keys)
                for other in there[:MOST]
            ]
            if paths:
                yield end.object, end, paths
        else:
            yield end.object, end, [Step(id="", verb=line.verb, target=end.object, keys=end.keys)]


def _redundant(line: Line, hostile: Sequence[End]) -> str:
    """Why a device to protect need not be contained: the other end is known (rule a). A work order mends it later."""
    contains = verbs()[line.verb].touches == "device" and line.verb != "order"
    return "other-end" if line.on == "victim" and contains and hostile else ""


def _asked(verb: str, end: End, threat: Threat) -> Asked:
    return Asked(
        verb=verb, response=end.response, use=end.use.state, severity=threat.severity, confidence=threat.confidence
    )


def _ward(threat: Threat) -> str:
    return threat.device.ward if threat.device else ""


def _action(
    name: str, threat: Threat, book: str, place: int, line: Line, target: str, end: End, plan: tuple[Step, ...],
    ruling: Ruling, minutes: int, partners: Sequence[str], rests: Sequence[str],
) -> Action:  # fmt: skip
    verb = verbs()[line.verb]
    undo = tuple(
        msgspec.structs.replace(step, id=f"u-{digest('undo', step.id)}", verb=verb.undo, undoes=step.id)
        for step in reversed(plan)
    )
    peers = [peer.object for peer in threat.peers]
    return Action(
        id=name,
        verb=line.verb,
        level=verb.level,
        device=threat.device.device if threat.device else "",
        peer=peers[0] if peers else "",
        ward=end.ward or _ward(threat),
        playbook=book,
        step=place,
        why=threat.finding,
        severity=threat.severity,
        touches=verb.touches,
        reach=(target,),
        impact=(
            *_impact(verb.touches, end, plan, partners),
            *(f"calm: {one}" for one in rests if verb.level == 5),
            *(f"stricter: {one}" for one in ruling.because),
        ),
        plan=plan,
        undo=undo,
        mode=ruling.mode,
        approve=ruling.approve,
        confirm=ruling.confirm,
        firm=ruling.firm,
        ttl=(line.ttl or minutes) * MINUTE,
        planned=threat.turn,
        at=threat.turn[0],
    )


def _impact(touches: str, end: End, plan: Iterable[Step], partners: Sequence[str]) -> Iterator[str]:
    """What would be lost, as ``code: value``: shown before anybody may agree (rule d)."""
    if touches == "path":
        yield from (f"path: {step.target} {step.other}" for step in plan)
    if touches not in ("path", "peer", "device"):
        return
    if end.device:
        yield f"kind: {end.kind}"
        yield f"response: {end.response}"
        yield f"use: {' '.join((end.use.state, *end.use.codes))}"
        yield f"patients: {'possible' if end.use.possible else 'none'}"
    else:
        yield f"response: {end.response}"
        yield f"patients: {'none' if end.response == 'outside' else 'unknown'}"
    if touches != "path":
        yield from (f"loses: {one}" for one in partners[:NAMED])
        if len(partners) > NAMED:
            yield f"loses-more: {len(partners) - NAMED}"
