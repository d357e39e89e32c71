"""Voices: what each word of a model's ``speaks`` makes its devices say.

Question: which conversations does a scanner, a pump, a printer have in a day, and with whom?
A voice is a function of the day, the device and a source of chance; it yields ``(start, talk)``, where ``talk()`` gives
the frames when the time has come. ``VOICES`` is the table.

Example:
    >>> sorted(VOICES)[:3]
    ['astm', 'bacnet', 'cabinet']
"""

from __future__ import annotations

from typing import Final

from garde.twin.day import Voice
from garde.twin.voices.clinical import CLINICAL
from garde.twin.voices.network import NETWORK
from garde.twin.voices.office import OFFICE

VOICES: Final[dict[str, Voice]] = CLINICAL | OFFICE | NETWORK
