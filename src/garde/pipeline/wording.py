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
from garde.model.person import Person
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
        """What to carry, in their order, and the notices whose message or person is not there any more."""
        origins = self._store.messages([one.origin for one in notices])
        turns = {name: one for name, one in origins.items() if isinstance(one, Changed)}
        devices = self._store.get(Device, {one.device for one in turns.values() if one.device})
        people = self._store.get(Person, {one.person for one in notices if one.person})
        parcels, gone = [], []
        for one in notices:
            turn, person = turns.get(one.origin), people.get(one.person)
            if one.origin not in origins or (one.person and not (person and person.active and person.mail)):
                gone.append(one)
            elif turn is None:
                parcels.append(Parcel(id=one.origin, at=one.at, message=origins[one.origin]))
            else:
                language = (person.language if person else "") or self._language
                facts = self._facts(one, turn, devices.get(turn.device), language)
                mail = person.mail if person else ""
                parcels.append(Parcel(id=one.id, at=one.at, facts=facts, mail=mail, language=language))
        return parcels, gone

    def _facts(self, notice: Notice, turn: Changed, device: Device | None, language: str) -> Facts:
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
            sentence=rule.sentence(language),
            next=rule.next(language),
            device=turn.device,
            noun=(kind.fr if language == "fr" else kind.en) if kind else "",
            ward=device.value("ward") if device else "",
            addresses=tuple((key.kind, key.value) for key in device.keys if key.kind in ("ip", "mac"))
            if device
            else (),
            reasons=turn.reasons,
            link=f"{self._link}/findings/{turn.finding}",
            site=self._site,
        )


def trial(language: str, chosen: Config, name: str, at: int, to: str = "") -> Parcel:
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
    return Parcel(id=name, at=at, facts=facts, mail=to)


def as_stix(findings: Iterable[Finding], devices: Mapping[str, Device], chosen: Config) -> str:
    """The findings as a STIX bundle in JSON, in English: threat intelligence is read across borders."""

    def speak(name: str) -> tuple[str, str]:
        rule = rule_of(name)
        return rule.sentence("en"), rule.next("en")

    made = stix.bundle(findings, devices, speak, site=chosen.site.name, link=chosen.notify.link.rstrip("/"))
    return msgspec.json.encode(made).decode("utf-8")
