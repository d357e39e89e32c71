"""Lateral movement: from one machine of the site to the next, by the services made for administrators.

Question: does this machine enter others as only an administrator would?
Reference: MITRE ATT&CK T1021 and its parts (001 RDP, 002 SMB, 004 SSH, 005 VNC, 006 WinRM), ICS T0886. Two rules: many
inside machines entered in ten minutes; and one medical device entering another, which the stage keeps only where both
are of a medical kind. Memory: `Window` of 16,384 sources. Left out: logons that nobody can read.

Example: four machines answered on port 445 within ten minutes give ``lateral.spread`` of who asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import MINUTE, Alarm, Deaf, Detector, Setting, unicast
from garde.detect.window import Window
from garde.wire.flow import Endpoint
from garde.wire.signal import ACCEPTED, Happening

#: Port → technique.
ENTRANCES: Final = {
    22: "T1021.004",
    23: "T1021",
    139: "T1021.002",
    445: "T1021.002",
    3389: "T1021.001",
    5900: "T1021.005",
    5985: "T1021.006",
    5986: "T1021.006",
}
SPREAD: Final = 5
#: By a shell, which managers of networks open all day.
SHELLS: Final = 20
_SHELL_PORTS: Final = frozenset({22, 23})
SPAN: Final = 10 * MINUTE


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._entered: Window[tuple[Endpoint, int]] = Window(SPAN)

    def happening(self, one: Happening) -> Iterator[Alarm]:
        source, target = one.client, one.server
        technique = ENTRANCES.get(target.port)
        if one.what != ACCEPTED or technique is None or one.protocol != 6 or not one.opened:
            return
        if not (self._setting.inside(source.ip) and self._setting.inside(target.ip)) or not unicast(target.ip):
            return
        if source.ip in self._setting.servers or source.ip == target.ip:
            return
        yield Alarm(
            "lateral.device",
            source,
            60,
            (target,),
            (f"port: {target.port}",),
            (one.packet,),
            f"{target.ip} {target.port}",
            technique,
        )
        place = source.ip, technique
        self._entered.add(place, one.at, (target, one.packet))
        held = self._entered[place]
        hosts = {end.ip: end for _, (end, _) in held}
        if len(hosts) >= (SHELLS if target.port in _SHELL_PORTS else SPREAD):
            yield Alarm(
                "lateral.spread",
                source,
                75,
                tuple(hosts.values()),
                (f"port: {target.port}", f"hosts: {len(hosts)}"),
                tuple(packet for _, (_, packet) in held),
                str(target.port),
                technique,
            )


LATERAL: Final = Detector(
    name="lateral", rules=frozenset({"lateral.device", "lateral.spread"}), sense=_Sense, flows=True
)
