"""The landing stage: what was decided held against where the device is found.

Question: did the switch do what it was told, did the device turn up elsewhere, and does somebody use its address?
Reference: issue 4 part 4 (proof of landing) and acceptance 6; `garde.model.zones.place`. The switch's accounting and
the VLAN tags on the wire are two witnesses: one that contradicts the decision after ``GRACE`` is a finding at once, one
that did so before and was not taken back is a finding when the `Wakeup` comes, within a minute of the decision. Where
a witness agrees again, the finding is over.

Example:
    >>> STAGE.name
    'landing'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from garde.inventory.kinds import kinds
from garde.model.device import Device
from garde.model.finding import judgement
from garde.model.message import Message, Wakeup
from garde.model.observation import Observation
from garde.model.zones.place import Landing, Onboarding, Placement, Seat
from garde.pipeline.stage import Effect, Put, Stage
from garde.ports import View
from garde.zones.onboarding import after
from garde.zones.place import SETTLED

SECOND: Final = 1_000_000_000
#: Nanoseconds that a switch takes to move a port and a station to speak again.
GRACE: Final = 10 * SECOND
#: When what was seen is judged at the latest.
PATIENCE: Final = 45 * SECOND
#: Sources of a VLAN that are the device's own frames, not what it or the switch says of itself.
_TAGS: Final = ("frame",)


def _effects(batch: Sequence[Message], view: View) -> Iterable[Effect]:
    # Most of a batch are observations of something else.
    ordered = sorted((one for one in batch if _address(one)), key=lambda one: (one.at, one.id))
    before = view.get(Seat, {_address(one) for one in ordered})
    seats = dict(before)
    devices = {one.device for one in ordered if isinstance(one, Placement) and one.device}
    about = view.get(Device, devices)
    come = view.get(Onboarding, devices)
    steps = dict(come)
    for message in ordered:
        mac = _address(message)
        seat = seats.get(mac)
        if isinstance(message, Placement):
            if seat is None or (message.at, message.id) > (seat.at, seat.placement):
                seats[mac], effects = _placed(message, seat or Seat(id=mac))
                yield from effects
                if message.device in about:
                    steps[message.device] = _come(message, steps.get(message.device), about[message.device])
            continue
        if isinstance(message, Landing):
            seat = _landed(message, seat or Seat(id=mac))
        elif seat is None:
            # A frame of an address about which nothing was ever decided.
            continue
        elif isinstance(message, Observation):
            seat = _seen(message, seat)
        if isinstance(message, Wakeup) or message.at >= seat.at + GRACE:
            seat, judged = _judged(message.at, seat)
            yield from judged
        seats[mac] = seat
    yield from (Put(seat) for mac, seat in seats.items() if seat != before.get(mac))
    yield from (Put(one) for name, one in steps.items() if one != come.get(name))


def _address(message: Message) -> str:
    """The station that a message is about; empty for one that says nothing about a place."""
    if isinstance(message, Placement | Landing):
        return message.mac
    if isinstance(message, Wakeup):
        return message.topic
    if isinstance(message, Observation) and message.attribute == "vlan" and message.source in _TAGS:
        return next((key.value for key in message.subject if key.kind == "mac"), "")
    return ""


def _placed(one: Placement, seat: Seat) -> tuple[Seat, list[Effect]]:
    effects: list[Effect] = []
    against = bool(one.contradictions)
    if against or (seat.spoofed and one.accepted):
        effects.append(
            judgement(
                "nac.spoofed", one.at, severity="high" if one.rank == "contradicted" else "critical", kind="threat",
                device=one.device, identifier=one.mac, cause=(one.id,), over=not against,
                reasons=(
                    *one.contradictions, f"mac: {one.mac}", f"nas: {one.nas}", f"port: {one.port}", f"rank: {one.rank}",
                ) if against else (),
            )
        )  # fmt: skip
        seat = msgspec.structs.replace(seat, spoofed=against)
    if not one.accepted:
        # Refused here, it may well go on where it was let in before.
        return msgspec.structs.replace(seat, accepted=False, placement=one.id, at=one.at), effects
    effects.append(
        Wakeup(id=f"landing-{one.mac}", at=one.at + PATIENCE, cause=(one.id,), stage="landing", topic=one.mac)
    )
    return msgspec.structs.replace(
        seat, device=one.device or seat.device, zone=one.zone, vlan=one.vlan, nas=one.nas, port=one.port,
        accepted=True, certificate=one.certificate, placement=one.id, at=one.at,
    ), effects  # fmt: skip


def _come(one: Placement, record: Onboarding | None, device: Device) -> Onboarding:
    kind = kinds().get(device.kind)
    settled = kind is not None and kind.group == "medical" and device.last_at - device.first_at >= SETTLED
    return after(record, one, kind=kind.name if kind else "", settled=settled)


def _landed(one: Landing, seat: Seat) -> Seat:
    """What echoes this decision came behind it, whatever the clocks say."""
    at = max(one.at, seat.at + 1) if one.placement and one.placement == seat.placement else one.at
    if at < seat.seen_at or one.status == "stop":
        return seat
    vlan = {"seen_vlan": one.vlan, "vlan_at": at} if one.vlan else {}
    return msgspec.structs.replace(
        seat, seen_nas=one.nas, seen_port=one.port, port_at=at, seen_at=at, seen_by=one.id, **vlan
    )


def _seen(one: Observation, seat: Seat) -> Seat:
    if one.at < seat.seen_at or not one.value.isdigit():
        return seat
    if one.at == seat.vlan_at and seat.seen_vlan == seat.vlan:
        # Two tags in one frame (IEEE 802.1ad): one of them is the decided one.
        return seat
    return msgspec.structs.replace(seat, seen_vlan=int(one.value), vlan_at=one.at, seen_at=one.at, seen_by=one.id)


def _judged(at: int, seat: Seat) -> tuple[Seat, list[Effect]]:
    """A finding when decided and seen differ, its end when they agree again; nothing where nothing was seen since."""
    if not seat.placement or not seat.accepted or seat.seen_at <= seat.at:
        return seat, []
    wrong = tuple(_differences(seat))
    if wrong == seat.mismatch:
        return seat, []
    said = judgement(
        "nac.mismatch", at, severity="high", kind="exposure", device=seat.device, identifier=seat.id,
        reasons=(*wrong, f"mac: {seat.id}") if wrong else (), cause=(seat.placement, seat.seen_by), over=not wrong,
    )  # fmt: skip
    return msgspec.structs.replace(seat, mismatch=wrong), [said]


def _differences(seat: Seat) -> Iterator[str]:
    # What was seen before the decision says nothing about it, also when something else was seen since.
    if seat.vlan and seat.vlan_at > seat.at and seat.vlan != seat.seen_vlan:
        yield f"vlan.decided: {seat.vlan}"
        yield f"vlan.seen: {seat.seen_vlan}"
    if (
        seat.port_at > seat.at
        and seat.seen_port
        and seat.port
        and (seat.nas, seat.port) != (seat.seen_nas, seat.seen_port)
    ):
        yield f"port.decided: {seat.nas} {seat.port}"
        yield f"port.seen: {seat.seen_nas} {seat.seen_port}"


STAGE: Final = Stage(
    name="landing", consumes=(Placement, Landing, Observation), reads=(Seat, Onboarding, Device), run=_effects
)
