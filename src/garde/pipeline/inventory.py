"""The inventory stage: observations and people's words in, interfaces and devices out.

Question: which devices does a batch change, and which does it dissolve?
Reference: DESIGN §5; `garde.inventory` decides, this stage only reads what must be read and says what changed. The
result does not depend on the order or repetition of messages, because folding and resolving do not.

Example:
    >>> stage().name
    'inventory'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from garde.config import PRIVATE
from garde.inventory import expiry
from garde.inventory.claims import conflict
from garde.inventory.evidence import Interface, fold, subjects
from garde.inventory.neighbourhood import neighbourhood
from garde.inventory.resolve import resolve
from garde.model.decision import OF_DEVICES, Decision
from garde.model.device import Device
from garde.model.finding import Finding, judgement
from garde.model.message import Message, Wakeup
from garde.model.observation import Observation
from garde.pipeline.stage import Drop, Effect, Put, Stage
from garde.ports import View

#: Most records read by one link of a person's word; a word about more things than that is about a hub.
MEANT = 256


def stage(networks: Sequence[str] = PRIVATE) -> Stage:
    """The row of the table.

    Args:
        networks: the site's own networks; addresses elsewhere that are only spoken to are peers, not devices.
    """

    def run(batch: Sequence[Message], view: View) -> Iterable[Effect]:
        return _effects(batch, view, networks)

    return Stage(
        name="inventory",
        consumes=(Observation, Decision),
        reads=(Interface, Device, Decision, Finding),
        run=run,
    )


def _effects(batch: Sequence[Message], view: View, networks: Sequence[str]) -> Iterable[Effect]:
    observations = [message for message in batch if isinstance(message, Observation)]
    woken = {message.topic: message.at for message in batch if isinstance(message, Wakeup)}
    words = [word for word in batch if isinstance(word, Decision) and word.keys and word.verb in OF_DEVICES]
    known = view.get(Interface, subjects(observations))
    folded = fold(known, observations)
    decisions = {word.id: word for word in (*view.all(Decision), *words)}

    def look(names: Iterable[str], most: int) -> Mapping[str, Sequence[Interface]]:
        return view.linked(Interface, names, most)

    meant = {str(key) for word in words for key in word.keys}
    touched = {one.id: one for found in look(meant, MEANT).values() for one in found} | folded
    around = neighbourhood(touched.values(), look, decisions.values())
    devices = resolve(around.records.values(), decisions.values(), networks=networks, only=around.anchors)
    yield from (Put(interface) for interface in folded.values())
    yield from (Put(word) for word in words)
    stored = view.get(Device, around.ids)
    yield from (Put(device) for device in devices if stored.get(device.id) != device)
    yield from (Drop(Device, name) for name in stored.keys() - {device.id for device in devices})
    found = view.linked(Finding, [*(device.id for device in devices), *woken])
    yield from _conflicts(devices, found)
    yield from _expiries((*devices, *view.get(Device, woken).values()), found, woken)


def _conflicts(devices: Sequence[Device], known: Mapping[str, Sequence[Finding]]) -> Iterable[Effect]:
    """A judgement for each conflict that is new or says something new, and for each that has ended."""
    for device in devices:
        stored = {one.identifier: one for one in known.get(device.id, ()) if one.rule == "identity.conflict"}
        found = {
            name: conflict(device.id, name, (device.claims[name], *device.rivals.get(name, ())), device.last_at)
            for name in device.conflicts
            if name in device.claims
        }
        for name, one in found.items():
            before = stored.get(name)
            if before is None or before.status == "closed" or set(before.reasons) != set(one.reasons):
                yield one
        for name, before in stored.items():
            if name not in found and before.status != "closed":
                yield judgement(
                    "identity.conflict",
                    max(device.last_at, before.last_at + 1),
                    severity=before.severity,
                    device=device.id,
                    identifier=name,
                    cause=before.causes[-1:],
                    over=True,
                )


def _expiries(
    devices: Sequence[Device], known: Mapping[str, Sequence[Finding]], woken: Mapping[str, int]
) -> Iterable[Effect]:
    """A judgement for each certificate that came to another step, and a wake-up for the next one."""
    for device in devices:
        if expiry.ATTRIBUTE not in device.many:
            continue
        at = max(device.last_at, woken.get(device.id, 0))
        before = next((one for one in known.get(device.id, ()) if one.rule == expiry.RULE), None)
        latest = expiry.judged(device, at)
        if before is None or before.status == "closed":
            news = not latest.over
        else:
            news = latest.over or set(before.reasons) != set(latest.reasons)
        if news:
            yield latest
        if begins := expiry.until(device, at):
            yield Wakeup(id=f"expiry-{device.id}", at=begins, stage="inventory", topic=device.id)
