"""Versions: software that goes backwards.

Question: does this device run an older version than it did, which no update leaves behind?
Reference: domain note 09 §4, FW-01; MITRE ATT&CK for ICS T0857. Versions are compared number by number; what is not
made of numbers is not compared. A device that states several parts at once is followed part by part, by the words
before the number. Memory: 16,384 devices and parts.

Example:
    >>> older("3.1.9", "3.2.0"), older("3.2.0", "3.1.9"), older("B.00.01", "B.00.02")
    (True, False, True)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garde.detect.spec import Alarm, Deaf, Detector, Setting
from garde.wire.signal import Signal

_PART: Final = re.compile(r"^(.*?)(\d+(?:[._-]\d+)+)")
_MOST: Final = 1 << 14


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._known: dict[tuple[str, str, str], tuple[str, int]] = {}

    def signal(self, one: Signal) -> Iterator[Alarm]:
        value = one.text("value")
        match = _PART.match(value)
        who = one.text("who")
        if match is None or not who:
            return
        name = who, one.text("attribute"), match[1].strip().lower()
        before = self._known.pop(name, None)
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[name] = match[2], one.packet
        if before is not None and older(match[2], before[0]):
            yield Alarm(
                "firmware.downgrade",
                one.sender,
                70,
                (),
                (f"version: {match[2]}", f"before: {before[0]}"),
                (one.packet, before[1]),
                one.text("attribute"),
            )


def older(one: str, other: str) -> bool:
    """Whether version ``one`` is lower than ``other``; false when they cannot be compared."""
    left, right = _numbers(one), _numbers(other)
    return bool(left and right) and len(left) == len(right) and left < right


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text))


VERSIONS: Final = Detector(
    name="versions",
    rules=frozenset({"firmware.downgrade"}),
    sense=_Sense,
    signals=frozenset({"device.version"}),
)
