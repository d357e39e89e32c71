"""Remote control: somebody sits at a device from afar.

Question: is a screen shared with somebody outside, or by a tool that goes round the wall, or without a password?
Reference: MITRE ATT&CK T1219, T1133 (ICS T0822), T1021; domain note 09 §4 (BIO-01). Whether a work order allows it is
for whoever reads the finding: the next step says so. Memory: none but what `garde.detect.engine` keeps.

Example: a TLS hello for a relay of TeamViewer gives ``remote.tool`` of who sent it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garde.detect.spec import Alarm, Deaf, Detector
from garde.wire.signal import Signal


class _Sense(Deaf):
    def signal(self, one: Signal) -> Iterator[Alarm]:
        by = one.text("by")
        if one.kind == "remote.open":
            yield Alarm("remote.unprotected", one.sender, 85, (one.receiver,), (f"protocol: {by}",), (one.packet,), by)
            return
        inner = self._setting.inside(one.sender.ip), self._setting.inside(one.receiver.ip)
        if one.number("relay") or by == "teamviewer":
            yield Alarm("remote.tool", one.sender, 70, (one.receiver,), (f"tool: {by}",), (one.packet,), by)
        elif inner == (False, True) and one.receiver.ip not in self._setting.servers:
            yield Alarm("remote.from-outside", one.receiver, 80, (one.sender,), (f"protocol: {by}",), (one.packet,), by)


CONTROL: Final = Detector(
    name="control",
    rules=frozenset({"remote.from-outside", "remote.tool", "remote.unprotected"}),
    sense=_Sense,
    signals=frozenset({"remote.open", "remote.session"}),
)
