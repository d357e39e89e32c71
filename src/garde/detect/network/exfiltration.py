"""Exfiltration: much more leaves the site than comes back, or medical messages leave it at all.

Question: is data carried off?
Reference: domain note 09 §3 (producer/consumer ratio); MITRE ATT&CK T1048, T1041. Volume counts what one inside address
sent to one outside address in an hour; a site that sends its studies away lists that address among its servers. HL7 and
DICOM to an address of the Internet need no volume. Memory: 65,536 flows' counters, `Window`-less sums of 16,384 pairs.

Example: 30 MB to one address outside, and 200 kB back, give ``exfiltration.volume``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import HOUR, Alarm, Deaf, Detector, Setting, unicast
from garde.wire.signal import TRAFFIC, Happening, Signal

#: Octets sent within an hour, and how lopsided: (out − in) / (out + in).
VOLUME: Final = 20_000_000
RATIO: Final = 0.8


class _Sum:
    __slots__ = ("began", "packets", "parts")

    def __init__(self, began: int) -> None:
        self.began = began
        #: flow and bucket → octets out and in
        self.parts: dict[tuple[int, int], tuple[int, int]] = {}
        self.packets: list[int] = []


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._sums: dict[tuple[str, str], _Sum] = {}

    def happening(self, one: Happening) -> Iterator[Alarm]:
        if one.what != TRAFFIC or one.protocol not in (6, 17):
            return
        inner, outer, (out, back) = one.client, one.server, one.octets
        if self._setting.inside(outer.ip):
            inner, outer, out, back = outer, inner, back, out
        if not self._setting.inside(inner.ip) or self._setting.inside(outer.ip) or not unicast(outer.ip):
            return
        if outer.ip in self._setting.servers or not out:
            return
        place = inner.ip, outer.ip
        held = self._sums.pop(place, None)
        if held is None or one.at - held.began > HOUR:
            held = _Sum(one.at)
        if len(self._sums) >= 1 << 14:
            del self._sums[next(iter(self._sums))]
        self._sums[place] = held
        if len(held.parts) < 4096:
            held.parts[one.flow, one.bucket] = out, back
        if len(held.packets) < 16:
            held.packets.append(one.packet)
        sent, received = (sum(part[way] for part in held.parts.values()) for way in (0, 1))
        if sent >= VOLUME and (sent - received) / (sent + received) >= RATIO:
            yield Alarm(
                "exfiltration.volume",
                inner,
                min(90, 60 + sent // VOLUME * 5),
                (outer,),
                (f"sent: {sent // 1_000_000} MB", f"received: {received // 1_000_000} MB"),
                tuple(held.packets),
                outer.ip,
            )

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if not self._setting.inside(one.sender.ip) or self._setting.inside(one.receiver.ip):
            return
        if one.receiver.ip in self._setting.servers or not unicast(one.receiver.ip):
            return
        if one.kind == "dicom.command" and one.text("command") != "C-STORE":
            return
        yield Alarm(
            "exfiltration.medical",
            one.sender,
            80,
            (one.receiver,),
            (f"protocol: {one.kind.partition('.')[0]}", f"port: {one.receiver.port}"),
            (one.packet,),
            one.receiver.ip,
        )


EXFILTRATION: Final = Detector(
    name="exfiltration",
    rules=frozenset({"exfiltration.volume", "exfiltration.medical"}),
    sense=_Sense,
    signals=frozenset({"hl7.message", "dicom.command"}),
    flows=True,
)
