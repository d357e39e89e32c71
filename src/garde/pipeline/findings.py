"""The findings stage: judgements and what people decided of them in, the one record of each finding out.

Question: which findings does a batch open, change or close, and which turns must others hear of?
Reference: DESIGN §5; `garde.findings.life` decides. The policy of the site is asked with the ward and the kind of the
device. What was accepted or silenced until a date asks to be called again then: a `Wakeup`.

Example:
    >>> stage().name
    'findings'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from garde.findings.life import decide, expire, fold
from garde.findings.policy import Policy, Row, default
from garde.model.decision import OF_FINDINGS, Decision
from garde.model.device import Device
from garde.model.finding import Finding, Judgement, changed
from garde.model.message import Message, Wakeup
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View


def stage(policy: Policy | None = None) -> Stage:
    """The row of the table, under a site's policy."""
    chosen = policy or default()

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        return _effects(batch, view, chosen)

    return Stage(name="findings", consumes=(Judgement, Decision), reads=(Finding, Device), run=run)


def _effects(batch: Sequence[Message], view: View, policy: Policy) -> Iterable[Effect]:
    said = [one for one in batch if isinstance(one, Decision) and one.about and one.verb in OF_FINDINGS]
    judged = [one for one in batch if isinstance(one, Judgement)]
    woken = [one for one in batch if isinstance(one, Wakeup)]
    names = {one.finding for one in judged} | {one.about for one in said} | {one.topic for one in woken}
    stored = view.get(Finding, names)
    devices = view.get(Device, {one.device for one in judged} | {one.device for one in stored.values()})
    found = dict(stored)

    def row(rule: str, severity: str, device: str) -> Row:
        there = devices.get(device)
        return policy.row(rule, severity, there.value("ward") if there else "", there.kind if there else "")

    turns: list[Message | None] = []

    def turn(before: Finding | None, after: Finding, because: Message, roles: tuple[str, ...]) -> None:
        found[after.id] = after
        turns.append(changed(before, after, because, roles))

    # In the order of their time, whatever they are: a word from before the evidence must not undo what came after it.
    # Words of one moment stay in the order in which they came.
    events: list[Judgement | Decision | Wakeup] = [*sorted(judged, key=lambda one: one.id), *said, *woken]
    for one in sorted(events, key=lambda message: message.at):
        if isinstance(one, Judgement):
            chosen, before = row(one.rule, one.severity, one.device), found.get(one.finding)
            if before is not None or not (chosen.ignore or one.over):
                turn(before, fold(before, one, chosen), one, chosen.notify)
            continue
        before = found.get(one.topic if isinstance(one, Wakeup) else one.about)
        if before is not None:
            chosen = row(before.rule, before.severity, before.device)
            after = expire(before, one.at) if isinstance(one, Wakeup) else decide(before, one, chosen)
            turn(before, after, one, chosen.notify)
    yield from filter(None, turns)
    for name, now in found.items():
        if now != stored.get(name):
            yield Put(now)
            if now.until and now.until != getattr(stored.get(name), "until", 0):
                yield Wakeup(
                    id=f"until-{name}-{now.until}", at=now.until, cause=(now.decided[1],), stage="findings", topic=name
                )
