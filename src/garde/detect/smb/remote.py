"""Remote execution through file sharing: programs put on another machine, services and tasks made there.

Question: does somebody run something on a machine they are not sitting at?
Reference: MS-SCMR §3.1.4 (operations 12, 24, 44, 45, 60 create a service), MS-TSCH (0 and 1 make a task), MS-SAMR (12
and 50 create a user), MS-DRSR (3 copies every secret of a domain); MITRE ATT&CK T1569.002, T1570, T1053, T1136,
T1003.006. Memory: none but what `garde.detect.engine` keeps.

Example: a program written to ADMIN$ and operation 12 of svcctl give ``remote.tool-transfer`` and ``remote.service``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import Alarm, Deaf, Detector
from garde.wire.signal import Signal

#: Interface and operation → rule and what it is.
CALLS: Final = {
    ("svcctl", 12): ("remote.service", "RCreateServiceW"),
    ("svcctl", 24): ("remote.service", "RCreateServiceA"),
    ("svcctl", 44): ("remote.service", "RCreateServiceWOW64A"),
    ("svcctl", 45): ("remote.service", "RCreateServiceWOW64W"),
    ("svcctl", 60): ("remote.service", "RCreateWowService"),
    ("atsvc", 0): ("remote.task", "NetrJobAdd"),
    ("taskscheduler", 1): ("remote.task", "SchRpcRegisterTask"),
    ("samr", 12): ("remote.account", "SamrCreateUserInDomain"),
    ("samr", 50): ("remote.account", "SamrCreateUser2InDomain"),
    ("samr", 13): ("remote.accounts-listed", "SamrEnumerateUsersInDomain"),
    ("drsuapi", 3): ("remote.secrets", "IDL_DRSGetNCChanges"),
}
#: Pipes that programs of remote execution leave open.
PIPES: Final = {"psexesvc": "psexec", "remcom_communicaton": "remcom", "paexec": "paexec", "csexec": "csexec"}


class _Sense(Deaf):
    def signal(self, one: Signal) -> Iterator[Alarm]:
        if one.kind == "rpc.call":
            found = CALLS.get((one.text("interface"), int(one.number("operation"))))
            if found:
                yield Alarm(found[0], one.receiver, 75, (one.sender,), (f"call: {found[1]}",), (one.packet,))
        elif one.kind == "smb.pipe":
            # A create is told when it is answered: its sender is the server.
            name = next((tool for prefix, tool in PIPES.items() if one.text("name").startswith(prefix)), "")
            if name:
                yield Alarm("remote.service", one.sender, 90, (one.receiver,), (f"tool: {name}",), (one.packet,))
        elif one.text("magic") in ("pe", "elf") and one.text("admin"):
            yield Alarm(
                "remote.tool-transfer",
                one.receiver,
                85,
                (one.sender,),
                (f"share: {one.text('admin')}", f"format: {one.text('magic')}"),
                (one.packet,),
            )


REMOTE: Final = Detector(
    name="smb-remote",
    rules=frozenset(
        {
            "remote.service",
            "remote.task",
            "remote.account",
            "remote.accounts-listed",
            "remote.secrets",
            "remote.tool-transfer",
        }
    ),
    sense=_Sense,
    signals=frozenset({"rpc.call", "smb.pipe", "smb.read", "smb.write"}),
)
