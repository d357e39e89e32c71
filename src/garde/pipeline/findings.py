"""The findings stage: judgements and what people decided of them in, the one record of each finding out.

Question: which findings does a batch open, change or close?
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
from garde.model.finding import Finding, Judgement
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

    for latest in sorted(judged, key=lambda one: (one.at, one.id)):
        chosen = row(latest.rule, latest.severity, latest.device)
        before = found.get(latest.finding)
        if before is None and (chosen.ignore or latest.over):
            continue
        found[latest.finding] = fold(before, latest, chosen)
    for word in sorted(said, key=lambda one: one.at):
        if word.about in found:
            one = found[word.about]
            found[one.id] = decide(one, word, row(one.rule, one.severity, one.device))
    for wakeup in woken:
        if wakeup.topic in found:
            found[wakeup.topic] = expire(found[wakeup.topic], wakeup.at)
    for name, one in found.items():
        if one != stored.get(name):
            yield Put(one)
            if one.until and one.until != getattr(stored.get(name), "until", 0):
                yield Wakeup(
                    id=f"until-{name}-{one.until}", at=one.until, cause=(one.decided[1],), stage="findings", topic=name
                )
