"""DICOM worklist: how many examinations a worklist holds for a day.

Question: does the worklist answer, and is there anything on it?
Reference: DICOM PS3.4 annex K (Modality Worklist), PS3.7 §9.1.2 and §9.3.2.3 (C-CANCEL). Entries are counted and
forgotten, for they name patients; after ``most`` the question is taken back. Left out: entries by modality.

Example::

    garde probe 10.0.0.9 --with dicom-worklist --set called=WORKLIST --set date=20261124
"""

from __future__ import annotations

import re
from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line
from garde.probing.probes.association import OPTIONS, association, command, element, text, us
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe, number

WORKLIST: Final = "1.2.840.10008.5.1.4.31"
REQUEST, RESPONSE, CANCEL = 0x0020, 0x8020, 0x0FFF
PENDING: Final = (0xFF00, 0xFF01)
CANCELLED: Final = 0xFE00
_DATE: Final = re.compile(r"|\d{8}(-\d{8})?")


def question(station: str, date: str, modality: str) -> bytes:
    """The identifier: steps of a station, a day and a modality; empty matches all (PS3.4 §C.2.2.2.3).

    Raises:
        Malformed: a value that would be none.
    """
    if not _DATE.fullmatch(date) or not re.fullmatch(r"[ -\[\]-~]{0,16}", station + modality):
        raise Malformed("probe.option", "The date is not YYYYMMDD, or a word is not one", where="PS3.5 §6.2")
    step = (
        element(0x0008, 0x0060, text(modality))
        + element(0x0040, 0x0001, text(station))
        + element(0x0040, 0x0002, text(date))
        + element(0x0040, 0x0003, b"")
    )
    item = element(0xFFFE, 0xE000, step)
    return element(0x0008, 0x0050, b"") + element(0x0040, 0x0100, item)


async def run(line: Line, options: Options) -> Answer:
    """Ask, count, and stop at the most."""
    most, least = number(options, "most", 1, 1000), number(options, "least", 0, 1000)
    asked = question(options["station"], options["date"], options["modality"])
    count, cancelled = 0, False
    async with association(line, options, WORKLIST) as open_:
        await open_.send(1, command(WORKLIST, REQUEST, 1, data=True, more={0x0700: us(0)}), asked)
        while (reply := await open_.reply(RESPONSE, 1)).number(0x0900) in PENDING:
            count += 1
            if count == 1:
                line.lap("first_ms")
            if count == most and not cancelled:
                cancelled = True
                # A C-CANCEL names the message it takes back in 0120 and has no number of its own.
                body = element(0, 0x0100, us(CANCEL)) + element(0, 0x0120, us(1)) + element(0, 0x0800, us(0x0101))
                await open_.send(1, element(0, 0, len(body).to_bytes(4, "little")) + body)
        status = reply.number(0x0900)
    fine = status == 0 or (cancelled and status == CANCELLED)
    few = fine and count < least
    return Answer(
        code=f"dicom.status.{status:04x}" if not fine else "dicom.few" if few else "ok",
        down=not fine or few,
        metrics={"count": float(min(count, most)), "status": float(status)},
        evidence=open_.words,
    )


DICOM_WORKLIST = Probe(
    name="dicom-worklist", run=run, port=104, does="asks a worklist and counts its entries", slow=3000,
    options={**OPTIONS, "station": "", "date": "", "modality": "", "most": "100", "least": "0"},
)  # fmt: skip
