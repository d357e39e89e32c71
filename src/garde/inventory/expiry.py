"""Expiry: which certificate that a device shows has ended, or soon will.

Question: must somebody renew a certificate of this device, and how soon?
Reference: RFC 5280 §4.1.2.5 (notAfter); domain note 05 for the steps of thirty and seven days. The certificate that was
seen last counts: a device that was given a new one shows the old one no more. Left out: revocation and chains.

Example:
    >>> from garde.model.device import Claim, Source
    >>> shown = Claim("certificate.not_after", "2026-12-01", 0.9, (Source("tls", "core", 0.9, 0, 5),))
    >>> device = Device(id="d-1", keys=(), many={"certificate.not_after": (shown,)})
    >>> step(device, 1_764_000_000_000_000_000), until(device, 1_764_000_000_000_000_000) > 0
    ('', True)
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from garde.model.device import Claim, Device
from garde.model.finding import Judgement, judgement

RULE: Final = "certificate.expiry"
ATTRIBUTE: Final = "certificate.not_after"
_DAY: Final = 86_400 * 1_000_000_000
#: Days before the end, the word for that step, and how severe it is; the last step that has begun counts.
STEPS: Final = ((30, "month", "low"), (7, "week", "medium"), (0, "ended", "high"))


def shown(device: Device) -> Claim | None:
    """The certificate's end that was seen last."""
    claims = device.many.get(ATTRIBUTE, ())
    return max(claims, key=lambda one: (max((line.at for line in one.sources), default=0), one.value), default=None)


def step(device: Device, at: int) -> str:
    """The step that has begun at a moment: ``month``, ``week``, ``ended``, or empty."""
    end = _end(device)
    return next((word for days, word, _ in reversed(STEPS) if end and at >= end - days * _DAY), "")


def until(device: Device, at: int) -> int:
    """When the next step begins, in nanoseconds since 1970; 0 when none will."""
    end = _end(device)
    return min((begin for days, _, _ in STEPS if end and (begin := end - days * _DAY) > at), default=0)


def judged(device: Device, at: int) -> Judgement:
    """What is to be said of the certificate at a moment; over while no step has begun."""
    claim, word = shown(device), step(device, at)
    severity = next((severity for _, name, severity in STEPS if name == word), "low")
    causes = sorted({line.observation for line in claim.sources if line.observation}) if claim else []
    return judgement(
        RULE,
        at,
        severity=severity,
        kind="outage",
        device=device.id,
        identifier="certificate",
        reasons=(f"{ATTRIBUTE}: {claim.value}", f"step: {word}") if claim and word else (),
        cause=tuple(causes[:16]),
        over=not word,
    )


def _end(device: Device) -> int:
    claim = shown(device)
    if claim is None:
        return 0
    try:
        day = dt.datetime.fromisoformat(claim.value)
    except ValueError:
        return 0
    when = day if day.tzinfo else day.replace(tzinfo=dt.UTC)
    try:
        return int(when.timestamp()) * 1_000_000_000
    except (OverflowError, ValueError):
        return 0
