"""Ends: what is known now of the two ends of a threat.

Question: what is at this address, may it be in use, how far is it protected, and who cannot do without it?
Reference: domain note 02 §3 (a gateway is protected like the most critical that it speaks for), 09 §6 (d, impact list).
Where it is doubtful what a device is, it is protected like the most protected that it may be.

Example::

    ends = Ends(view, ("10.0.0.0/8",), now)
    threat = ends.threat(turn)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.finding import Changed
from garde.model.flow import Conversation
from garde.model.key import Key
from garde.model.rhythm import Rhythm
from garde.model.zones.zone import Rule
from garde.ports import View
from garde.respond.threat import End, Threat, key_of, object_of, outside, said, sureness
from garde.respond.use import Use, use
from garde.respond.windows import DAYS, calendar, calm

DAY: Final = 86_400 * 1_000_000_000
#: Other ends of one finding that are answered one by one.
PEERS: Final = 32
#: Conversations of one end that are looked at for its impact.
TALKS: Final = 2_000
#: A losing claim of a kind that still protects the device.
DOUBT: Final = 0.3
#: Groups of kinds that a device may not do without, and services that are never such a tie.
ESSENTIAL: Final = ("medical", "information")
BARRED: Final = ("smb", "rdp", "vnc", "telnet", "ftp", "ssh")
#: What the time and a lease come by.
ALWAYS: Final = (("udp", 123, "ntp"), ("udp", 67, "dhcp"))


class Ends:
    """Reads a view; what it found once it does not look for again.

    Args:
        view: shows Device, Conversation and Rhythm.
        networks: the site's own.
        now: nanoseconds since 1970.
        like: another look at the same view, from which is taken what does not depend on the moment.
    """

    def __init__(self, view: View, networks: Sequence[str], now: int, like: Ends | None = None) -> None:
        self._view = view
        self._networks = tuple(networks)
        self._now = now
        self._first: Ends = like._first if like else self

    def threat(self, turn: Changed) -> Threat:
        """The threat of a turn of a finding."""
        words = said(turn.reasons)
        return Threat(
            finding=turn.finding,
            rule=turn.rule,
            severity=turn.severity,
            count=turn.count,
            confidence=sureness(turn.reasons),
            turn=(turn.at, turn.id),
            # Whoever misbehaves may be nobody's device: then its address is the end.
            device=self.end(f"device:{turn.device}") if turn.device else self.end(words.get("address", ("",))[0]),
            peers=self._peers(words.get("peer", ())),
            names=words.get("name", ())[:PEERS],
            accounts=words.get("account", ())[:PEERS],
            hostile=words.get("hostile", ("",))[0],
        )

    def _peers(self, texts: Iterable[str]) -> tuple[End, ...]:
        found = (end for text in list(texts)[:PEERS] if (end := self.end(text)) is not None)
        return tuple({end.object: end for end in found}.values())

    def end(self, text: str, idle_at: int = 0) -> End | None:
        """What is known of an address or of ``device:ID``; None when the text is neither.

        Args:
            text: an IP, a MAC, or an object.
            idle_at: when a person at the bedside last said that it is not in use.
        """
        if text.startswith("device:"):
            name = text.removeprefix("device:")
            device = self._view.get(Device, [name]).get(name)
            return self._of(device, idle_at) if device else End(object=text, device=name)
        key = key_of(text.partition("/")[0] if text.startswith("ip:") else text)
        if key is None:
            return None
        there = self._view.linked(Device, [str(key)], 8).get(str(key), [])
        if there:
            # An address that several held is protected like the most protected of them.
            return min((self._of(device, idle_at) for device in there), key=lambda end: (end.response, end.object))
        far = outside(key, self._networks)
        return End(object=object_of(key), keys=(key,), response="outside" if far else "unknown")

    def _of(self, device: Device, idle_at: int) -> End:
        carried = self._first.carried.get(device.id, [])
        return End(
            object=f"device:{device.id}",
            device=device.id,
            keys=addresses(device),
            kind=device.kind,
            ward=device.value("ward"),
            response=_response((device, *carried)),
            use=self._use((device, *carried), idle_at),
        )

    def _use(self, devices: Sequence[Device], idle_at: int) -> Use:
        """In use when one of them is; at rest only when a person said so, of the first."""
        shown = [use(one.kind, self.rhythms(one), self._now, idle_at) for one in devices]
        return next((one for one in shown if one.state == "in-use"), shown[0])

    def rhythms(self, device: Device) -> list[Rhythm]:
        """Of its addresses."""
        return list(self._view.get(Rhythm, [str(key) for key in addresses(device)]).values())

    @cached_property
    def carried(self) -> Mapping[str, list[Device]]:
        """Gateway → those that it speaks for; every device is looked at, once, and only when a threat is there."""
        found: dict[str, list[Device]] = {}
        for device in self._view.all(Device):
            if device.carrier:
                found.setdefault(device.carrier, []).append(device)
        return found

    def partners(self, end: End) -> tuple[str, ...]:
        """Who talked with it within a day, the most protected first, as ``kind object use``."""
        lines = {
            (other.response, f"{other.kind} {other.object} {other.use.state}")
            for other in {end.object: end for _, _, end in self._talks(end)}.values()
            if other.device
        }
        return tuple(line for _, line in sorted(lines))

    def calm(self, end: End) -> tuple[str, ...]:
        """When it is least used, as ``day HH:MM UTC, hours, how sure``; nothing where nobody knows."""
        rhythms = self._view.get(Rhythm, [str(key) for key in end.keys]).values()
        return tuple(
            f"{DAYS[one.hour // 24]} {one.hour % 24:02d}:00 UTC, {one.hours} h, sure {one.sure:.2f}"
            for one in calm(calendar(rhythms))
            if one.share < 1
        )

    def essential(self, end: End, hostile: Iterable[End]) -> tuple[Rule, ...]:
        """What a restriction leaves it: its gateways and systems, the time, and a lease; nothing without any."""
        against = {one.object for one in hostile}
        rules = {
            Rule(
                source=end.object, target=object_of(talk.target), protocol=talk.protocol, low=talk.port, high=talk.port,
                service=talk.service,
            )
            for talk, asks, other in self._talks(end)
            if asks and talk.port and other.object not in against and talk.service not in BARRED and _needed(other)
        }  # fmt: skip
        if not rules:
            return ()
        always = (
            Rule(source=end.object, target="any", protocol=protocol, low=port, high=port, service=service)
            for protocol, port, service in ALWAYS
        )
        return tuple(sorted((*rules, *always), key=lambda rule: (rule.target, rule.protocol, rule.low)))

    def _talks(self, end: End) -> list[tuple[Conversation, bool, End]]:
        """Its conversations of a day: each, whether it asked, and the other end."""
        own = {str(key) for key in end.keys}
        found = []
        for talks in self._view.linked(Conversation, sorted(own), TALKS).values():
            for talk in talks:
                if self._now - max(talk.last_at, talk.at) <= DAY:
                    asks = str(talk.source) in own
                    other = self._other(talk.target if asks else talk.source)
                    if other is not None and other.object != end.object:
                        found.append((talk, asks, other))
        return found

    def _other(self, key: Key) -> End | None:
        if key not in self._seen:
            self._seen[key] = self.end(str(key))
        return self._seen[key]

    @cached_property
    def _seen(self) -> dict[Key, End | None]:
        return {}


def addresses(device: Device) -> tuple[Key, ...]:
    """The keys under which its packets are seen."""
    return tuple(key for key in device.keys if key.kind in ("mac", "ip"))


def _response(devices: Iterable[Device]) -> str:
    """The most protected that any of them is, or may be."""
    table, found = kinds(), []
    for device in devices:
        rivals = (claim.value for claim in device.rivals.get("kind", ()) if claim.confidence >= DOUBT)
        found += [table[name].response for name in (device.kind, *rivals) if name in table]
    return min(found, default="unknown")


def _needed(end: End) -> bool:
    kind = kinds().get(end.kind)
    return kind is not None and kind.group in ESSENTIAL
