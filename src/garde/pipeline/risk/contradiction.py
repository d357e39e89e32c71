"""The contradiction stage: what is seen of a device against what its supplier said of it, both as they come.

Question: does this batch show something that a form or a bill of materials denies, and has anything of it ended?
Reference: issue 6 part 3; DESIGN §5; `garde.risk.vulnerability.contradiction` decides, this stage only reads what must
be read and says what is new. It looks again when something telling is seen, when a person says what a device is or how
a maker is called, and when a document was imported. A contradiction is over when the device was seen for thirty days
without it, or the document says so no more; a device that is silent proves nothing. What still stands is judged again
once a day. Where stages run apart, a device that the inventory does not have yet is judged when it is seen again. Left
out: the site's file of names.

Example:
    >>> stage().name
    'contradiction'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from garde.config import PRIVATE
from garde.model.decision import OF_DEVICES, Decision
from garde.model.device import Device
from garde.model.finding import Finding, Judgement, judgement
from garde.model.flow import Conversation
from garde.model.message import Message, Wakeup
from garde.model.observation import Observation
from garde.model.risk.naming import Naming
from garde.model.risk.vulnerability import Bill, Form, Reading
from garde.pipeline.risk.said import IMPORT
from garde.pipeline.stage import Effect, Stage
from garde.ports import View
from garde.risk import banner
from garde.risk.documents import VERSIONS, asked, bill_of, form_of, products
from garde.risk.exposure import DAY, MONTH, attributes, exposure, shown, telling
from garde.risk.vulnerability.alias import agreed, folded, packaged
from garde.risk.vulnerability.contradiction import BILL, FORM, Shown, of_bill, of_form, rows

NAME: Final = "contradiction"
#: Cases named in one judgement, the latest: more make it no truer.
_MOST_CASES: Final = 3
_TELLING: Final = frozenset({"manufacturer", "model", *VERSIONS})


def stage(networks: Sequence[str] = PRIVATE) -> Stage:
    """The row of the table.

    Args:
        networks: the site's own, so that a flow to the Internet is known as one.
    """
    site = tuple(networks)

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        return _effects(batch, view, site)

    return Stage(
        name=NAME,
        consumes=(Observation, Conversation, Decision, Naming),
        reads=(Device, Reading, Finding, Conversation, Naming),
        run=run,
    )


def _effects(batch: Sequence[Message], view: View, networks: tuple[str, ...]) -> Iterator[Effect]:
    woken = [one for one in batch if isinstance(one, Wakeup)]
    moments = _moments(batch, networks)
    named = [one.about for one in batch if isinstance(one, Decision) and one.verb == IMPORT]
    said = {folded(one.said) for one in batch if isinstance(one, Naming)}
    if not (woken or moments or named or said):
        return
    found = view.linked(Device, [*moments, *(one.topic for one in woken)])
    devices = {one.id: one for many in found.values() for one in many}
    names = agreed(packaged(), (*view.all(Naming), *(one for one in batch if isinstance(one, Naming))))
    words = {word for one in view.get(Reading, named).values() for word in products(one)}
    if said or words:
        devices |= {
            one.id: one
            for one in view.all(Device)
            if folded(one.value("manufacturer")) in said or words.intersection(asked(one, names))
        }
    documents = view.linked(Reading, {word for one in devices.values() for word in asked(one, names)})
    standing = view.linked(Finding, [*devices, *(one.topic for one in woken)])
    for device in sorted(devices.values(), key=lambda one: one.id):
        known = {(one.rule, one.identifier): one for one in standing.get(device.id, ())}
        open_ = _open(known.values())
        readings = [one for word in asked(device, names) for one in documents.get(word, ())]
        if not readings and not open_:
            continue
        at = max(device.last_at, *(moments.get(str(key), 0) for key in device.keys), 0)
        talks = _talks(device, view, batch)
        form = form_of(device, readings, names)
        seen = [*_of_form(device, at, form, talks, networks)]
        seen += _of_bill(device, at, bill_of(device, readings, names))
        for one in seen:
            open_.pop((one.rule, one.identifier), None)
            before = known.get((one.rule, one.identifier))
            if before is None or _is_news(one, before):
                yield one if before is None or one.at > before.last_at else _later(one, before.last_at + 1)
                yield _again(one.finding, device.id, one.at + MONTH + 1)
        yield from _ended(device, at, open_, form)
    yield from _asked_again(woken, devices, standing)


def _moments(batch: Sequence[Message], networks: tuple[str, ...]) -> dict[str, int]:
    """Keys of whom something telling was seen or said, with the latest time of it."""
    telling_attributes = attributes() | _TELLING | frozenset(banner.attributes())
    found: dict[str, int] = {}
    for one in batch:
        if isinstance(one, Observation):
            keys = one.subject if one.attribute in telling_attributes else ()
        elif isinstance(one, Conversation):
            keys = (one.source, one.target) if telling(one, networks) else ()
        elif isinstance(one, Decision):
            # What a person says has its own time, which is no sight of the device.
            found.update((str(key), 0) for key in one.keys if one.verb in OF_DEVICES and str(key) not in found)
            continue
        else:
            continue
        for key in keys:
            found[str(key)] = max(found.get(str(key), 0), one.at)
    return found


def _talks(device: Device, view: View, batch: Sequence[Message]) -> list[Conversation]:
    mine = frozenset(device.keys)
    stored = view.linked(Conversation, [str(key) for key in device.keys if key.kind in ("ip", "mac")])
    found = {one.id: one for many in stored.values() for one in many}
    for one in batch:
        if isinstance(one, Conversation) and (one.source in mine or one.target in mine):
            found[one.id] = one
    return list(found.values())


def _open(findings: Iterable[Finding]) -> dict[tuple[str, str], Finding]:
    return {(one.rule, one.identifier): one for one in findings if one.rule in (FORM, BILL) and one.status != "closed"}


def _of_form(
    device: Device, at: int, form: Form | None, talks: Sequence[Conversation], networks: tuple[str, ...]
) -> Iterator[Judgement]:
    """Each word of the table by itself, so that a judgement has the time of what shows it."""
    if form is None:
        return
    seen = exposure(device, talks, at=at, networks=networks)
    for word in dict.fromkeys(row.seen for row in rows()):
        cases = sorted(shown(seen, word), key=lambda case: (case.at, case.value))[-_MOST_CASES:]
        if cases:
            yield from of_form(device.id, cases[-1].at, form, [Shown(word, case.value, case.because) for case in cases])


def _of_bill(device: Device, at: int, bill: Bill | None) -> Iterator[Judgement]:
    if bill is None:
        return
    for ran in banner.running(device):
        if 0 <= at - ran.at <= MONTH:
            yield from of_bill(device.id, ran.at, bill, ran.names)


def _ended(device: Device, at: int, left: Mapping[tuple[str, str], Finding], form: Form | None) -> Iterator[Judgement]:
    """What stood and is not seen now; flows are read up to a bound, so that their absence needs its thirty days."""
    answers = {answer.question: answer.value for answer in form.answers} if form else {}
    denied = {row.question for row in rows() if answers.get(row.question) == row.answer}
    for (rule, identifier), before in sorted(left.items()):
        if rule == BILL or identifier not in denied or at - before.last_at > MONTH:
            yield _over(before, max(at, before.last_at + 1))


def _is_news(one: Judgement, before: Finding) -> bool:
    """It began again, it is of another version, or a day has passed."""
    other = one.rule == BILL and set(one.reasons) != set(before.reasons)
    return before.status == "closed" or other or one.at - before.last_at >= DAY


def _later(one: Judgement, at: int) -> Judgement:
    """The same, said at another time: what comes back after its end is newer than its end."""
    return judgement(
        one.rule,
        at,
        severity=one.severity,
        device=one.device,
        identifier=one.identifier,
        kind=one.kind,
        reasons=one.reasons,
        cause=one.cause,
    )


def _over(before: Finding, at: int) -> Judgement:
    return judgement(
        before.rule,
        at,
        severity=before.severity,
        device=before.device,
        identifier=before.identifier,
        kind=before.kind,
        cause=before.causes[-1:],
        over=True,
    )


def _again(finding: str, device: str, at: int) -> Wakeup:
    return Wakeup(id=f"{NAME}-{finding}", at=at, stage=NAME, topic=device)


def _asked_again(
    woken: Sequence[Wakeup], devices: Mapping[str, Device], standing: Mapping[str, Sequence[Finding]]
) -> Iterator[Effect]:
    """Of each device that was asked about: look again while anything stands; what it left when it is gone is over."""
    for one in woken:
        for _, before in sorted(_open(standing.get(one.topic, ())).items()):
            if one.topic not in devices:
                yield _over(before, max(one.at, before.last_at + 1))
            elif one.id == f"{NAME}-{before.id}":
                yield _again(before.id, one.topic, one.at + MONTH)
