"""DCE/RPC: which remote service is bound and which of its operations is called.

Question: does somebody create a service, schedule a task or list accounts on another machine?
Reference: C706 (DCE 1.1 RPC) §12.6.3 (bind, request; little-endian as all Windows send it); MS-SCMR, MS-TSCH, MS-SAMR,
MS-RRP, MS-DRSR for the interface ids and operation numbers. Left out: arguments, authentication, fragments' tails.

Example: a bind to 367abb81-… and a request with operation 12 give ``rpc.call`` svcctl 12 (RCreateServiceW).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.spec import Told

#: Interfaces by which machines are administered from afar.
INTERFACES: Final = {
    uuid.UUID("367abb81-9844-35f1-ad32-98f038001003"): "svcctl",
    uuid.UUID("1ff70682-0a51-30e8-076d-740be8cee98b"): "atsvc",
    uuid.UUID("378e52b0-c0a9-11cf-822d-00aa0051e40f"): "atsvc",
    uuid.UUID("86d35949-83c9-4044-b424-db363231fd0c"): "taskscheduler",
    uuid.UUID("12345778-1234-abcd-ef00-0123456789ac"): "samr",
    uuid.UUID("338cd001-2244-31f1-aaaa-900038001003"): "winreg",
    uuid.UUID("e3514235-4b06-11d1-ab04-00c04fc2dcd2"): "drsuapi",
    uuid.UUID("4b324fc8-1670-01d3-1278-5a47bf6ee188"): "srvsvc",
    uuid.UUID("12345778-1234-abcd-ef00-0123456789ab"): "lsarpc",
    uuid.UUID("12345678-1234-abcd-ef00-01234567cffb"): "netlogon",
}
_REQUEST, _BIND, _ALTER = 0, 11, 14
_MOST: Final = 32


class Calls:
    """The interfaces bound on the pipes of one connection."""

    def __init__(self) -> None:
        self._bound: dict[object, dict[int, str]] = {}

    def hear(self, pipe: object, data: bytes, start: int) -> Iterator[Told]:
        """Signals of what a client wrote into a pipe."""
        if len(data) < 24 or data[0] != 5 or data[4] & 0xF0 != 0x10:
            return
        kind = data[2]
        if kind in (_BIND, _ALTER) and len(data) >= 28:
            if len(self._bound) >= _MOST:
                self._bound.clear()
            contexts = self._bound.setdefault(pipe, {})
            at = 28
            for _ in range(min(data[24], 16)):
                if len(data) < at + 24:
                    return
                number, transfers = struct.unpack_from("<HB", data, at)
                contexts[number] = INTERFACES.get(uuid.UUID(bytes_le=data[at + 4 : at + 20]), "")
                at += 24 + 20 * transfers
        elif kind == _REQUEST:
            context, operation = struct.unpack_from("<HH", data, 20)
            name = self._bound.get(pipe, {}).get(context, "")
            if name:
                yield Told("rpc.call", {"interface": name, "operation": operation}, start)
