"""The marking stage: conversations in, a judgement where clinical traffic does not travel as its class asks.

Question: does an alarm cross the network as an alarm, and has it been put right?
Reference: RFC 2474 §3, RFC 4594; domain note 04 §4 (report observed against expected per flow; alarm if M1 ever arrives
as 0); `garde.zones.marking`. Judged per device, class and service, so that one badly configured port is one finding;
the device is the one of the two whose packets are wrong. The lowest marking of a conversation counts. Only classes on
whose delay a patient may depend are judged (weight medium or high): most networks mark nothing else. Left out: traffic
without a class, which may be marked as it likes.

Example:
    >>> STAGE.name
    'marking'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from garde.model.device import Device
from garde.model.finding import Finding, Judgement, finding_id, judgement
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.message import Message
from garde.pipeline.stage import Effect, Stage
from garde.ports import View
from garde.zones.marking import Class, packaged
from garde.zones.match import protocol_name
from garde.zones.roll import label

RULE: Final = "qos.marking"


class _Seen(NamedTuple):
    """How one device's traffic of one class and service was marked."""

    talk: Conversation
    found: Class
    dscp: int
    peer: str


def _effects(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    talks = [one for one in batch if isinstance(one, Conversation) and one.dscp != (-1, -1)]
    devices = _devices({key for talk in talks for key in (talk.source, talk.target)}, view)
    seen: dict[tuple[str, str], list[_Seen]] = {}
    for talk in talks:
        for device, identifier, one in _marked(talk, devices):
            seen.setdefault((device, identifier), []).append(one)
    ids = {place: finding_id(RULE, *place) for place in seen}
    open_ = {name for name, held in view.get(Finding, ids.values()).items() if held.status != "closed"}
    for place, held in seen.items():
        # A bucket may come in parts; within a batch the wrong one is told, and what is right now says nothing.
        wrong = next((one for one in held if not one.found.accepts(one.dscp)), None)
        if wrong is not None and ids[place] not in open_:
            yield _judged(place, wrong, over=False)
        elif wrong is None and ids[place] in open_:
            yield _judged(place, held[-1], over=True)


def _marked(talk: Conversation, devices: dict[Key, Device]) -> Iterator[tuple[str, str, _Seen]]:
    """The ends of a conversation that has a class: device, what is judged of it, and how it was marked."""
    source, target = devices.get(talk.source), devices.get(talk.target)
    if source is None and target is None:
        return
    kinds = [one.kind if one else "unknown" for one in (source, target)]
    protocol = protocol_name(talk.protocol)
    found = packaged().of(kinds[0], kinds[1], protocol, talk.port, talk.service)
    if found is None or found.weight == "low":
        return
    for one, other, dscp in ((source, talk.target, talk.dscp[0]), (target, talk.source, talk.dscp[1])):
        if one is not None and dscp >= 0:
            identifier = f"{found.name} {label(protocol, talk.port, talk.service)}"
            yield one.id, identifier, _Seen(talk, found, dscp, other.value)


def _judged(place: tuple[str, str], one: _Seen, *, over: bool) -> Judgement:
    device, identifier = place
    return judgement(
        RULE,
        one.talk.last_at or one.talk.at,
        severity=one.found.weight,
        device=device,
        identifier=identifier,
        reasons=(
            f"class: {one.found.name}", f"expected: {one.found.dscp[0]}", f"observed: {one.dscp}", f"peer: {one.peer}",
        ),
        cause=(one.talk.id,),
        over=over,
    )  # fmt: skip


def _devices(keys: Iterable[Key], view: View) -> dict[Key, Device]:
    names = {str(key): key for key in keys}
    return {
        names[link]: max(held, key=lambda one: (one.last_at, one.id))
        for link, held in view.linked(Device, names).items()
        if held
    }


STAGE: Final = Stage(name="marking", consumes=(Conversation,), reads=(Device, Finding), run=_effects)
