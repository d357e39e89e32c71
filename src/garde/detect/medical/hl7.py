"""HL7 v2: strangers, smuggled and repeated messages, altered results, dangerous content, frozen vitals, storms.

Question: can what this interface says be believed?
Reference: domain note 09 §4, HL7-01 to HL7-06; HL7 v2.5.1 §2.9 (a message is repeated until it is acknowledged, with
the same control id and the same content). Memory: 65,536 control ids, 65,536 results, `Window` of 4,096 interfaces.
Left out: the order of two sensors before and after an interface engine, which one sensor cannot see.

Example: one control id with two contents gives ``hl7.replayed`` of who received both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import HOUR, MINUTE, Alarm, Deaf, Detector, Setting
from garde.detect.window import Window
from garde.wire.flow import Endpoint
from garde.wire.signal import Signal

#: Longest field but for results and documents; HL7 v2.5.1 gives 64 KiB to none of them.
FIELD: Final = 20_000
#: Seconds by which MSH-7 may be off.
SKEW: Final = 24 * 3600
#: A sender that uses one control id for this many contents numbers nothing: it is its habit.
HABIT: Final = 6
FROZEN: Final = 20
#: Applications from one address that make it a carrier.
CARRIES: Final = 3
NAKS: Final = 20
FLOOD: Final = 3000
CHANGES: Final = 10
_MOST: Final = 1 << 16


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._controls: dict[str, tuple[list[str], str, int, int]] = {}
        #: receiver and application → address → messages
        self._senders: dict[str, dict[str, int]] = {}
        #: receiver and address → applications it speaks for
        self._carried: dict[str, set[str]] = {}
        #: receiver and application → the first message from an address that is new
        self._newcomers: dict[str, Signal] = {}
        self._values: dict[str, tuple[str, str, int]] = {}
        self._vitals: dict[str, tuple[str, int]] = {}
        self._acks: Window[tuple[bool, int]] = Window(5 * MINUTE, most=1 << 12)
        self._many: Window[int] = Window(MINUTE, most=1 << 12)
        self._changes: Window[tuple[str, int]] = Window(10 * MINUTE, most=1 << 12)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if one.kind == "hl7.message":
            yield from self._stranger(one)
            yield from self._repeated(one)
            yield from self._smuggled(one)
            yield from self._storm(one)
        elif one.kind == "hl7.ack":
            yield from self._acknowledged(one)
        elif one.kind in ("hl7.result", "hl7.blood", "hl7.rate"):
            yield from self._altered(one)
        elif one.kind == "hl7.vitals":
            yield from self._frozen(one)
        else:
            yield from self._dangerous(one)

    def _stranger(self, one: Signal) -> Iterator[Alarm]:
        name = f"{one.text('application')}|{one.text('facility')}"
        listed = self._setting.interfaces
        if listed and (name, one.sender.ip) not in listed:
            yield _of(one, "hl7.unknown-sender", 85, (f"application: {name}", "listed: no"), one.sender.ip)
            return
        known = self._senders.setdefault(f"{one.receiver.ip} {name}", {})
        # An address that speaks for several applications carries what others send: theirs is where they please.
        carried = self._carried.setdefault(f"{one.receiver.ip} {one.sender.ip}", set())
        if len(carried) < CARRIES:
            carried.add(name)
        others = [
            many
            for address, many in known.items()
            if address != one.sender.ip and len(self._carried.get(f"{one.receiver.ip} {address}", ())) < CARRIES
        ]
        place = f"{one.receiver.ip} {name}"
        if one.sender.ip not in known and others and max(others) >= 5 and name != "|":
            if len(self._newcomers) >= 1 << 12:
                del self._newcomers[next(iter(self._newcomers))]
            self._newcomers[place] = one
        # An application that moved is silent where it was; one that is imitated speaks on.
        newcomer = self._newcomers.get(place)
        if newcomer is not None and newcomer.sender.ip != one.sender.ip and known.get(one.sender.ip, 0) >= 5:
            del self._newcomers[place]
            reasons = (f"application: {name}", "address: new, while the known one speaks on")
            if one.at - newcomer.at < 24 * HOUR:
                yield _of(newcomer, "hl7.unknown-sender", 75, reasons, newcomer.sender.ip)
        if len(self._senders) >= 1 << 13:
            del self._senders[next(iter(self._senders))]
        if len(self._carried) >= 1 << 13:
            del self._carried[next(iter(self._carried))]
        if len(known) < 16:
            known[one.sender.ip] = known.get(one.sender.ip, 0) + 1

    def _repeated(self, one: Signal) -> Iterator[Alarm]:
        control, body = one.text("control"), one.text("body")
        if not control:
            return
        name = f"{one.receiver.ip} {one.text('application')} {one.text('facility')} {control}"
        before = self._controls.pop(name, None)
        if len(self._controls) >= _MOST:
            del self._controls[next(iter(self._controls))]
        if before is None or one.at - before[2] > 24 * HOUR:
            self._controls[name] = [body], one.sender.ip, one.at, one.packet
            return
        bodies, address, _, packet = before
        fresh = body not in bodies
        if fresh and len(bodies) < HABIT:
            bodies.append(body)
        self._controls[name] = bodies, address, one.at, packet
        if fresh and len(bodies) < HABIT:
            yield _of(
                one,
                "hl7.replayed",
                85 if address != one.sender.ip else 80,
                ("control id: used again", "content: other", f"times: {len(bodies)}"),
                "content",
                packet,
            )
        elif not fresh and address != one.sender.ip:
            yield _of(one, "hl7.replayed", 80, ("control id: used again", "address: other"), "address", packet)

    def _smuggled(self, one: Signal) -> Iterator[Alarm]:
        found = [
            *(("second header in one frame",) if one.number("headers") > 1 else ()),
            *(("control characters",) if one.number("control characters") else ()),
            *((f"lines that are no segment: {one.number('odd'):.0f}",) if one.number("odd") else ()),
            *((f"longest field: {one.number('longest'):.0f}",) if one.number("longest") > FIELD else ()),
        ]
        if found:
            sure = 80 if one.number("headers") > 1 else 65
            yield _of(one, "hl7.injection", sure, tuple(f"what: {text}" for text in found), found[0].split(":")[0])
        skew = one.number("skew")
        if skew < -SKEW:
            # Old messages are archives that are sent again; none is written tomorrow.
            yield _of(one, "hl7.injection", 55, (f"what: written {-skew / 86400:.0f} days ahead",), "time")

    def _storm(self, one: Signal) -> Iterator[Alarm]:
        place = one.sender.ip, one.receiver.ip
        self._many.add(place, one.at, one.packet)
        held = self._many[place]
        if len(held) >= FLOOD:
            yield Alarm(
                "hl7.storm",
                one.receiver,
                75,
                (one.sender,),
                (f"messages: {len(held)}", "seconds: 60"),
                tuple(packet for _, packet in held[:8]),
                "flood",
            )

    def _acknowledged(self, one: Signal) -> Iterator[Alarm]:
        bad = one.text("code") in ("AE", "AR", "CE", "CR")
        place = one.sender.ip, one.receiver.ip
        self._acks.add(place, one.at, (bad, one.packet))
        held = self._acks[place]
        refused = [packet for _, (wrong, packet) in held if wrong]
        if len(refused) >= NAKS and len(refused) >= 0.5 * len(held):
            yield Alarm(
                "hl7.storm",
                one.sender,
                75,
                (one.receiver,),
                (f"negative acknowledgements: {len(refused)}", f"of: {len(held)}", "minutes: 5"),
                tuple(refused),
                "refusals",
            )

    def _altered(self, one: Signal) -> Iterator[Alarm]:
        name = f"{one.kind} {one.text('key') or one.text('patient')}"
        before = self._values.pop(name, None)
        if len(self._values) >= _MOST:
            del self._values[next(iter(self._values))]
        value = one.text("value")
        self._values[name] = value, one.sender.ip, one.packet
        if before is None or before[0] == value:
            return
        if one.kind == "hl7.result":
            # C and D correct a result by the standard (table 0085); a correction comes from where the result came from.
            if one.number("order") and (
                before[1] != one.sender.ip or one.text("status") not in ("C", "D", "P", "S", "R", "I")
            ):
                moved = before[1] != one.sender.ip
                if moved:
                    reasons = ("result: sent again with another value", "address: other")
                    yield _of(one, "hl7.altered", 85, reasons, one.sender.ip, before[2])
        elif one.kind == "hl7.blood":
            yield _of(one, "hl7.dangerous", 75, ("what: blood group changed",), "blood", before[2])
        elif before[1] != one.sender.ip:
            yield _of(one, "hl7.dangerous", 75, ("what: rate changed", "address: other"), "rate", before[2])

    def _frozen(self, one: Signal) -> Iterator[Alarm]:
        name = f"{one.sender.ip} {one.text('bed')}"
        vector, times = self._vitals.pop(name, ("", 0))
        times = times + 1 if vector == one.text("vector") else 1
        if len(self._vitals) >= 1 << 13:
            del self._vitals[next(iter(self._vitals))]
        self._vitals[name] = one.text("vector"), times
        if times == FROZEN:
            yield Alarm(
                "hl7.implausible",
                one.sender,
                65,
                (one.receiver,),
                (f"same values in a row: {times}",),
                (one.packet,),
                one.text("bed")[:0],
            )

    def _dangerous(self, one: Signal) -> Iterator[Alarm]:
        what = one.text("what")
        place = one.sender.ip, one.receiver.ip, what
        self._changes.add(place, one.at, (what, one.packet))
        held = self._changes[place]
        if len(held) >= CHANGES:
            yield _of(
                one, "hl7.dangerous", 75, (f"what: {what}", f"times: {len(held)}", "minutes: 10"), what, held[0][1][1]
            )


def _of(one: Signal, rule: str, confidence: int, reasons: tuple[str, ...], identifier: str, before: int = 0) -> Alarm:
    """An alarm about who received a message."""
    packets = (before, one.packet) if before and before != one.packet else (one.packet,)
    subject: Endpoint = one.receiver
    return Alarm(rule, subject, confidence, (one.sender,), reasons, packets, identifier)


HL7: Final = Detector(
    name="hl7",
    rules=frozenset(
        {
            "hl7.altered",
            "hl7.dangerous",
            "hl7.implausible",
            "hl7.injection",
            "hl7.replayed",
            "hl7.storm",
            "hl7.unknown-sender",
        }
    ),
    sense=_Sense,
    signals=frozenset(
        {
            "hl7.ack",
            "hl7.blood",
            "hl7.content",
            "hl7.message",
            "hl7.rate",
            "hl7.result",
            "hl7.vitals",
        }
    ),
)
