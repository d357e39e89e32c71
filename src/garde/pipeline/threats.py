"""Threats: what sensors recognised, laid against the devices they recognised it on.

Question: which device is it, how bad is it there, and is it one finding with what was said before?
Reference: DESIGN §5; domain note 09 §5 (severity from technique, criticality and confidence). The stage finds
the device by its keys. A rule that only medical devices can break is dropped where a side is known to be none of them.

Example:
    >>> STAGE.name
    'threats'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from garde.detect.rules import Rule, rules
from garde.detect.severity import severity
from garde.findings.rules import rule_of
from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.finding import Judgement, judgement
from garde.model.key import Key
from garde.model.message import Message
from garde.model.threat import Threat
from garde.pipeline.stage import Effect, Stage
from garde.ports import View

_MEDICAL: Final = "medical"


def judged(threat: Threat, devices: Mapping[str, Device]) -> Judgement | None:
    """The judgement of a threat, or None where its rule does not apply to these devices.

    Args:
        threat: of a sensor.
        devices: key as text → device, for the keys of the subject and the peers.
    """
    rule = rules()[threat.rule]
    device = _device(threat.subject, devices)
    if not _applies(rule, device, [devices.get(str(key)) for key in threat.peers]):
        return None
    kind = kinds().get(device.kind) if device else None
    where = str(threat.subject[-1])
    return judgement(
        threat.rule,
        threat.at,
        severity=severity(
            rule.weight,
            threat.confidence,
            criticality=kind.criticality if kind else 0,
            response=kind.response if kind else "",
            technique=threat.technique,
        ),
        device=device.id if device else "",
        # An address nobody claims has no device: it is told apart by itself.
        identifier=threat.identifier if device else f"{where} {threat.identifier}".strip(),
        kind=rule_of(threat.rule).kind,
        reasons=(
            *threat.reasons,
            f"confidence: {threat.confidence}",
            f"hostile: {'device' if rule.subject == 'misbehaves' else 'peer'}",
            *(() if device else (f"address: {where}",)),
            *(f"peer: {key}" for key in threat.peers),
            *(f"packet: {place.file} {place.packet}" for place in threat.places[:4]),
        ),
        cause=(threat.id,),
    )


def _device(keys: Sequence[Key], devices: Mapping[str, Device]) -> Device | None:
    return next((devices[str(key)] for key in keys if str(key) in devices), None)


def _applies(rule: Rule, device: Device | None, peers: Sequence[Device | None]) -> bool:
    """Whether a rule between medical devices is one: both sides must be known to be of such a kind."""
    if rule.kinds and not (device and device.kind.startswith(rule.kinds)):
        return False
    if not rule.medical:
        return True
    return _medical(device) and (rule.medical == "subject" or any(_medical(peer) for peer in peers))


def _medical(device: Device | None) -> bool:
    kind = kinds().get(device.kind) if device else None
    return kind is not None and kind.group == _MEDICAL


def by_key(devices: Iterable[Device]) -> dict[str, Device]:
    """Devices under each of their keys."""
    return {str(key): device for device in devices for key in device.keys}


def as_records(threats: Sequence[Threat], devices: Iterable[Device]) -> list[dict[str, Any]]:
    """What ``garde replay --findings`` tells: one record per finding, its places joined, in order of time."""
    known = by_key(devices)
    out: dict[str, dict[str, Any]] = {}
    for threat in threats:
        one = judged(threat, known)
        if one is None:
            continue
        name = one.finding
        before = out.get(name)
        where = [{"file": place.file, "packet": place.packet} for place in threat.places]
        peers = [key.value for key in threat.peers]
        if before is not None:
            where = [*before["where"], *(place for place in where if place not in before["where"])]
            peers = list(dict.fromkeys([*before["peers"], *peers]))
        out[name] = {
            "rule": threat.rule,
            "kind": one.kind,
            "technique": threat.technique,
            "severity": one.severity,
            "confidence": threat.confidence,
            "device": one.device or threat.subject[-1].value,
            "address": threat.subject[-1].value,
            "peers": peers,
            "reasons": list(threat.reasons),
            "where": where,
        }
    return list(out.values())


def _effects(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    threats = [one for one in batch if isinstance(one, Threat)]
    names = {str(key) for one in threats for key in (*one.subject, *one.peers)}
    found = view.linked(Device, names)
    devices = {name: many[0] for name, many in found.items() if many}
    for one in threats:
        said = judged(one, devices)
        if said is not None:
            yield said


STAGE: Final = Stage(name="threats", consumes=(Threat,), reads=(Device,), run=_effects)
