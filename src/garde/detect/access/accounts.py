"""Accounts: guessed, default, or readable by whoever listens.

Question: is an account given away, or does somebody try to take one?
Reference: MITRE ATT&CK T1110, T1078.001 (ICS T0812), T1552; CWE-319. Guessing is counted in refused sign-ins, and for
SSH, which nobody can read, in short connections one after the other. Memory: `Window` of 8,192 pairs.

Example: ten refused sign-ins of one client within five minutes give ``access.brute-force`` of the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import MINUTE, Alarm, Deaf, Detector, Setting
from garde.detect.window import Window
from garde.wire.signal import Signal

REFUSED: Final = 10
#: Connections to an SSH server within five minutes: no person signs in so often.
CONNECTIONS: Final = 10
SPAN: Final = 5 * MINUTE


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._refused: Window[int] = Window(SPAN, most=1 << 13, each=256)
        self._shells: Window[tuple[int, int]] = Window(SPAN, most=1 << 13, each=256)
        #: flow → the default account tried on it: name, protocol, packet
        self._tried: dict[int, tuple[str, int]] = {}

    def signal(self, one: Signal) -> Iterator[Alarm]:
        by = one.text("by")
        if one.kind == "login.clear":
            yield from self._read(one, by)
        elif one.kind == "login.accepted":
            before = self._tried.pop(one.flow, None)
            if before is not None:
                yield Alarm(
                    "access.default",
                    one.sender,
                    95,
                    (one.receiver,),
                    (f"protocol: {by}", "accepted: yes"),
                    (before[1], one.packet),
                    by,
                )
        elif one.kind == "login.refused":
            place = one.receiver.ip, one.sender.ip, by
            self._refused.add(place, one.at, one.packet)
            held = self._refused[place]
            if len(held) >= REFUSED:
                yield Alarm(
                    "access.brute-force",
                    one.sender,
                    min(95, 75 + len(held)),
                    (one.receiver,),
                    (f"protocol: {by}", f"refused: {len(held)}"),
                    tuple(packet for _, packet in held),
                    one.receiver.ip,
                )
        else:
            yield from self._shell(one)

    def _read(self, one: Signal, by: str) -> Iterator[Alarm]:
        if one.number("open"):
            return
        yield Alarm("access.clear-text", one.receiver, 90, (one.sender,), (f"protocol: {by}",), (one.packet,), by)
        if one.number("default"):
            if len(self._tried) >= 1 << 13:
                del self._tried[next(iter(self._tried))]
            self._tried[one.flow] = by, one.packet
            yield Alarm(
                "access.default",
                one.receiver,
                80,
                (one.sender,),
                (f"protocol: {by}", "accepted: not seen"),
                (one.packet,),
                by,
            )

    def _shell(self, one: Signal) -> Iterator[Alarm]:
        client, server = one.sender, one.receiver
        if one.text("first") == "server":
            client, server = server, client
        place = client.ip, server.ip
        self._shells.add(place, one.at, (one.packet, one.flow))
        held = self._shells[place]
        flows = {flow for _, (_, flow) in held}
        if len(flows) >= CONNECTIONS and client.ip not in self._setting.servers:
            yield Alarm(
                "access.brute-force",
                server,
                70,
                (client,),
                ("protocol: ssh", f"connections: {len(flows)}"),
                tuple(packet for _, (packet, _) in held),
                client.ip,
            )


ACCOUNTS: Final = Detector(
    name="accounts",
    rules=frozenset({"access.brute-force", "access.clear-text", "access.default"}),
    sense=_Sense,
    signals=frozenset({"login.accepted", "login.clear", "login.refused", "ssh.session"}),
)
