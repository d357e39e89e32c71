"""Wording: what a notice says, put together from the log, the devices and the catalogue of rules.

Question: with which sentence, about which thing and under which link does a turn of a finding reach a person?
Reference: DESIGN §3: `findings` holds the sentences, `inventory` the names of kinds, `notify` the form; they meet here.

Example::

    parcels, gone = Wording("fr", chosen, store).parcels(notices)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from garde.config import Config
from garde.findings.rules import rule_of
from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.finding import Changed, Finding
from garde.model.notice import Notice
from garde.notify import stix
from garde.notify.letter import Facts
from garde.notify.parcel import Parcel
from garde.ports import Store


class Wording:
    """The words of one language over one store."""

    def __init__(self, language: str, chosen: Config, store: Store) -> None:
        self._language = language
        self._site = chosen.site.name
        self._link = chosen.notify.link.rstrip("/")
        self._store = store

    def parcels(self, notices: Sequence[Notice]) -> tuple[list[Parcel], list[Notice]]:
        """What to carry, in their order, and the notices whose message is not in the log any more."""
        origins = self._store.messages([one.origin for one in notices])
        turns = {name: one for name, one in origins.items() if isinstance(one, Changed)}
        devices = self._store.get(Device, {one.device for one in turns.values() if one.device})
        parcels = []
        for one in notices:
            turn = turns.get(one.origin)
            if turn is not None:
                parcels.append(Parcel(id=one.id, at=one.at, facts=self._facts(one, turn, devices.get(turn.device))))
            elif one.origin in origins:
                parcels.append(Parcel(id=one.origin, at=one.at, message=origins[one.origin]))
        return parcels, [one for one in notices if one.origin not in origins]

    def _facts(self, notice: Notice, turn: Changed, device: Device | None) -> Facts:
        rule = rule_of(turn.rule)
        kind = kinds().get(device.kind) if device else None
        return Facts(
            id=notice.id,
            what=turn.what,
            at=turn.at,
            since=turn.since,
            rule=turn.rule,
            kind=turn.kind,
            severity=turn.severity,
            status=turn.after,
            finding=turn.finding,
            count=turn.count,
            sentence=rule.sentence(self._language),
            next=rule.next(self._language),
            device=turn.device,
            noun=(kind.fr if self._language == "fr" else kind.en) if kind else "",
            ward=device.value("ward") if device else "",
            addresses=tuple((key.kind, key.value) for key in device.keys if key.kind in ("ip", "mac"))
            if device
            else (),
            reasons=turn.reasons,
            link=f"{self._link}/findings/{turn.finding}",
            site=self._site,
        )


def trial(language: str, chosen: Config, name: str, at: int) -> Parcel:
    """What a channel carries when somebody tries it."""
    rule = rule_of("notify.test")
    facts = Facts(
        id=name,
        what="test",
        at=at,
        since=at,
        rule=rule.name,
        severity="low",
        sentence=rule.sentence(language),
        next=rule.next(language),
        link=chosen.notify.link.rstrip("/"),
        site=chosen.site.name,
    )
    return Parcel(id=name, at=at, facts=facts)


def as_stix(findings: Iterable[Finding], devices: Mapping[str, Device], chosen: Config) -> str:
    """The findings as a STIX bundle in JSON, in English: threat intelligence is read across borders."""

    def speak(name: str) -> tuple[str, str]:
        rule = rule_of(name)
        return rule.sentence("en"), rule.next("en")

    made = stix.bundle(findings, devices, speak, site=chosen.site.name, link=chosen.notify.link.rstrip("/"))
    return msgspec.json.encode(made).decode("utf-8")
