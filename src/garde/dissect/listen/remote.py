"""Remote control: sessions by which somebody sits at a device from afar.

Question: is a screen shared, by which tool, and is it protected at all?
Reference: MS-RDPBCGR §2.2.1.1 (connection request), RFC 6143 §7.1 (RFB; security type 1 is none), RFC 8446 §4.2 and RFC
6066 §3 (server name). Tools that go through a maker's relay are known by the names they ask for. SSH is told by its
banner, so that guessing can be counted. Left out: what is done in the session.

Example: a TLS hello for ``router1.teamviewer.com`` gives ``remote.session`` by teamviewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.spec import Digest, Listener, Told
from garde.dissect.spec import STREAM, Hint
from garde.wire.flow import Payload

#: Ends of server names → tool.
TOOLS: Final = {
    "teamviewer.com": "teamviewer",
    "anydesk.com": "anydesk",
    "net.anydesk.com": "anydesk",
    "logmein.com": "logmein",
    "logmeinrescue.com": "logmein",
    "screenconnect.com": "screenconnect",
    "splashtop.com": "splashtop",
    "rustdesk.com": "rustdesk",
    "dwservice.net": "dwservice",
    "ammyy.com": "ammyy",
    "getscreen.me": "getscreen",
    "atera.com": "atera",
    "gotoassist.com": "gotoassist",
    "bomgarcloud.com": "beyondtrust",
    "remoteutilities.com": "remoteutilities",
    "simple-help.com": "simplehelp",
    "ngrok.io": "ngrok",
    "ngrok.com": "ngrok",
    "supremocontrol.com": "supremo",
}
_TEAMVIEWER: Final = re.compile(rb"\x17\x24[\x0a-\x12]")
_RFB: Final = re.compile(rb"RFB 00[345]\.\d{3}\n")


class _Tls:
    def __init__(self, digest: Digest) -> None:
        del digest
        self.done = False
        self._data = bytearray()

    def feed(self, payload: Payload) -> Iterator[Told]:
        if payload.direction or payload.gap > 0:
            self.done = True
            return
        self._data += payload.data[:4096]
        name = server_name(bytes(self._data))
        if name is None and len(self._data) < 8192:
            return
        self.done = True
        if name:
            labels = name.split(".")
            tool = TOOLS.get(".".join(labels[-2:]), "") or TOOLS.get(".".join(labels[-3:]), "")
            yield Told("tls.hello", {"name": name}, 0)
            if tool:
                yield Told("remote.session", {"by": tool, "relay": 1}, 0)


def server_name(data: bytes) -> str | None:
    """The server name of a ClientHello; empty when it names none, None while more bytes are needed.

    >>> server_name(b"\\x16\\x03\\x01\\x00\\x50\\x01") is None
    True
    """
    if len(data) < 9:
        return None
    whole = 5 + int.from_bytes(data[3:5], "big")
    at = 43
    if data[5] != 1:
        return ""
    if len(data) < min(whole, 4096):
        return None
    try:
        at += 1 + data[at]
        at += 2 + int.from_bytes(data[at : at + 2], "big")
        at += 1 + data[at]
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        at += 2
        while at + 4 <= min(end, len(data)):
            kind, size = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
            if kind == 0 and size > 5:
                return data[at + 9 : at + 4 + size].decode("ascii", "replace").lower()
            at += 4 + size
    except IndexError:
        return ""
    return ""


class _Screen:
    """RDP, RFB and TeamViewer's own protocol: the first bytes say which."""

    def __init__(self, digest: Digest) -> None:
        del digest
        self.done = False
        self._rfb = 0

    def feed(self, payload: Payload) -> Iterator[Told]:
        data = payload.data
        if data[:2] == b"\x03\x00" and len(data) > 6 and data[5] == 0xE0:
            self.done = True
            yield Told("remote.session", {"by": "rdp", "relay": 0}, payload.offset)
        elif _TEAMVIEWER.match(data):
            self.done = True
            yield Told("remote.session", {"by": "teamviewer", "relay": 0}, payload.offset)
        elif _RFB.match(data):
            self._rfb += 1
            if self._rfb == 1:
                yield Told("remote.session", {"by": "vnc", "relay": 0}, payload.offset)
        elif self._rfb and payload.direction:
            # RFC 6143 §7.1.2: a list of types, or in version 3.3 one type as a word.
            none = data[:4] == b"\0\0\0\x01" or (0 < data[0] < 32 and 1 in data[1 : 1 + data[0]])
            if none:
                yield Told("remote.open", {"by": "vnc"}, payload.offset)
            self.done = True


class _Ssh:
    def __init__(self, digest: Digest) -> None:
        del digest
        self.done = False

    def feed(self, payload: Payload) -> Iterator[Told]:
        self.done = True
        client = payload.direction == 0
        yield Told("ssh.session", {"first": "client" if client else "server"}, payload.offset)


def _tls_likely(data: bytes, hint: Hint) -> float:
    del hint
    return 0.9 if len(data) > 6 and data[0] == 0x16 and data[1] == 3 and data[2] <= 4 and data[5] == 1 else 0.0


def _screen_likely(data: bytes, hint: Hint) -> float:
    if data[:2] == b"\x03\x00" and len(data) >= 7 and data[5] == 0xE0 and 102 not in hint.ports:
        return 0.8
    if _TEAMVIEWER.match(data) and 5938 in hint.ports:
        return 0.8
    return 0.9 if _RFB.match(data) else 0.0


def _ssh_likely(data: bytes, hint: Hint) -> float:
    del hint
    return 0.9 if data.startswith(b"SSH-") else 0.0


TLS: Final = Listener(
    name="tls",
    layer=STREAM,
    reference="RFC 8446, RFC 6066 §3",
    tells=frozenset({"remote.session", "tls.hello"}),
    looks_like=_tls_likely,
    ear=_Tls,
)
SCREEN: Final = Listener(
    name="screen",
    layer=STREAM,
    reference="MS-RDPBCGR, RFC 6143",
    tells=frozenset({"remote.open", "remote.session"}),
    looks_like=_screen_likely,
    ear=_Screen,
)
SSH: Final = Listener(
    name="ssh",
    layer=STREAM,
    reference="RFC 4253 §4.2",
    tells=frozenset({"ssh.session"}),
    looks_like=_ssh_likely,
    ear=_Ssh,
)
