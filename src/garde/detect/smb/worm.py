"""Worm: what WannaCry and its kin do on the wire beside the exploit.

Question: does a machine spread by itself?
Reference: domain note 09 §2: tree paths written into the code of the worm, a share path that names another host than
the one asked, SYNs to port 445 of addresses of the Internet. MITRE ATT&CK T1210, T1021.002. Memory: `Window` of 4,096
sources. The kill-switch name is heard by `garde.detect.network.tunnel`.

Example: a tree connect to ``\\\\192.168.56.20\\IPC$`` sent to 192.0.2.7 gives ``worm.hard-coded-path``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from garde.detect.spec import MINUTE, Alarm, Deaf, Detector, Setting, unicast
from garde.detect.window import Window
from garde.wire.flow import Endpoint
from garde.wire.signal import OPENED, Happening, Signal

#: Hosts in the tree paths of WannaCry's copied packets.
HARD_CODED: Final = frozenset({"192.168.56.20", "172.16.99.5"})
_ADMIN: Final = frozenset({"IPC$", "ADMIN$", "C$"})
#: Hosts of the Internet tried on port 445 within ten minutes: nobody shares files with that many.
OUTSIDE: Final = 8


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._outside: Window[tuple[str, int]] = Window(10 * MINUTE, most=1 << 12)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        host, share, asked = one.text("host"), one.text("share"), one.receiver.ip
        if share not in _ADMIN or not _address(host) or host == asked:
            return
        if host in HARD_CODED:
            yield Alarm(
                "worm.hard-coded-path",
                one.sender,
                97,
                (one.receiver,),
                (f"path: \\\\{host}\\{share}", f"asked: {asked}"),
                (one.packet,),
            )
        elif not ipaddress.ip_address(host).is_loopback:
            yield Alarm(
                "smb.path-mismatch",
                one.sender,
                60,
                (one.receiver,),
                (f"path names: {host}", f"asked: {asked}"),
                (one.packet,),
                asked,
            )

    def happening(self, one: Happening) -> Iterator[Alarm]:
        if one.what != OPENED or one.protocol != 6 or one.server.port != 445 or not one.opened:
            return
        if not self._setting.inside(one.client.ip) or self._setting.inside(one.server.ip):
            return
        if not unicast(one.server.ip):
            return
        self._outside.add(one.client.ip, one.at, (one.server.ip, one.packet))
        held = self._outside[one.client.ip]
        hosts = dict.fromkeys(host for _, (host, _) in held)
        if len(hosts) >= OUTSIDE:
            yield Alarm(
                "worm.internet-smb",
                one.client,
                min(95, 80 + len(hosts) // 4),
                tuple(Endpoint("", host, 445) for host in hosts),
                (f"hosts: {len(hosts)}", "port: 445"),
                tuple(packet for _, (_, packet) in held),
            )


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


WORM: Final = Detector(
    name="worm",
    rules=frozenset({"worm.hard-coded-path", "worm.internet-smb", "smb.path-mismatch"}),
    sense=_Sense,
    signals=frozenset({"smb.tree"}),
    flows=True,
)
