"""SMB: file sharing heard to its end, for exploits, remote administration and ransomware.

Question: what is done on this connection?
Reference: RFC 1002 §4.3 (NetBIOS session header); `garde.dissect.listen.smb1`, `garde.dissect.listen.smb2`. Left out:
encrypted connections, of which nothing can be heard after they are set up.

Example: see the playbook in tests/unit/dissect/listen/test_smb.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.dissect.framed import Frame, Framed
from garde.dissect.it.smb import looks_like, measure
from garde.dissect.listen.dcerpc import Calls
from garde.dissect.listen.smb1 import MAGIC as SMB1
from garde.dissect.listen.smb1 import Smb1
from garde.dissect.listen.smb2 import MAGIC as SMB2
from garde.dissect.listen.smb2 import Smb2
from garde.dissect.listen.smb_files import Files
from garde.dissect.listen.spec import ALL, Digest, Listener, Told
from garde.dissect.spec import STREAM, Hint, Keep
from garde.wire.flow import Payload

#: Kept of one message.
_LONGEST: Final = 1 << 17
#: The first octets of the connections by which EternalBlue prepares memory: 0xFFF7 octets to come, "SMB 2".
_GROOM: Final = b"\x00\x00\xff\xf7\xfeSMB"
_ENCRYPTED: Final = b"\xfdSMB"


class _Ear:
    def __init__(self, digest: Digest) -> None:
        self.done = False
        self._frames = tuple(Framed(measure, "smb.frame", longest=_LONGEST, anchor=rb"\x00") for _ in range(2))
        files, calls = Files(digest), Calls()
        self._smb1, self._smb2 = Smb1(files, calls), Smb2(files, calls)

    def feed(self, payload: Payload) -> Iterator[Told]:
        if payload.offset == 0 and payload.data.startswith(_GROOM):
            yield Told("smb.groom", {}, 0)
        for frame in self._frames[payload.direction].feed(payload):
            yield from self._heard(frame)
            if self.done:
                return

    def _heard(self, frame: Frame) -> Iterator[Told]:
        magic = frame.data[4:8]
        if magic == SMB2:
            yield from self._smb2.hear(frame)
        elif magic == SMB1:
            yield from self._smb1.hear(frame)
        elif magic == _ENCRYPTED:
            self.done = True


def _likely(data: bytes, hint: Hint) -> float:
    return 0.95 if data.startswith(_GROOM) else looks_like(data, hint)


SMB: Final = Listener(
    name="smb",
    layer=STREAM,
    reference="MS-SMB2 (2023), MS-CIFS, MS-SMB, C706",
    tells=frozenset(
        {
            "file.seen",
            "login.refused",
            "rpc.call",
            "smb.create",
            "smb.delete",
            "smb.dialect",
            "smb.groom",
            "smb.pipe",
            "smb.read",
            "smb.rename",
            "smb.tree",
            "smb.write",
            "smb1.invalid",
            "smb1.nt-trans",
            "smb1.peek",
            "smb1.ping",
            "smb1.session-setup",
            "smb1.trans2-secondary",
        }
    ),
    looks_like=_likely,
    ear=_Ear,
    keep=(Keep(4, SMB1, payloads=ALL), Keep(4, SMB2, payloads=ALL)),
)
