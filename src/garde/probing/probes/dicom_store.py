"""DICOM C-STORE: whether an archive takes an image. Only where the site approved it by name.

Question: does the archive store an object, and how fast?
Reference: DICOM PS3.4 annex B, PS3.3 §A.8.1 (Secondary Capture), PS3.7 §9.1.1. The object is synthetic: a grey square
of a patient ZZTEST who does not exist, always in the same study and series, so that an archive can delete it by rule.
Left out: asking whether it can be found again, storage commitment.

Example::

    garde probe 10.0.0.9 --with dicom-store --set called=TEST
"""

from __future__ import annotations

from typing import Final

from garde.probing.line import Line
from garde.probing.probes.association import OPTIONS, association, command, element, text, uid, us
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe, number

SECONDARY: Final = "1.2.840.10008.5.1.4.1.1.7"
REQUEST, RESPONSE = 0x0001, 0x8001
#: The study and series of all that Garde ever stores.
STUDY: Final = "2.25.183741200917653318830571106512293742362"
SERIES: Final = "2.25.183741200917653318830571106512293742363"


def thing(instance: str, side: int) -> bytes:
    """A grey square of ``side`` by ``side`` in 8 bit, as a data set."""
    words: dict[tuple[int, int], bytes] = {
        (0x0008, 0x0016): uid(SECONDARY), (0x0008, 0x0018): uid(instance), (0x0008, 0x0020): b"", (0x0008, 0x0030): b"",
        (0x0008, 0x0050): b"", (0x0008, 0x0060): text("OT"), (0x0008, 0x0064): text("SYN"), (0x0008, 0x0090): b"",
        (0x0010, 0x0010): text("ZZTEST^GARDE"), (0x0010, 0x0020): text("ZZTEST-0001"), (0x0010, 0x0030): b"",
        (0x0010, 0x0040): text("O"), (0x0020, 0x000D): uid(STUDY), (0x0020, 0x000E): uid(SERIES),
        (0x0020, 0x0010): text("ZZTEST"), (0x0020, 0x0011): text("1"), (0x0020, 0x0013): text("1"),
        (0x0028, 0x0002): us(1), (0x0028, 0x0004): text("MONOCHROME2"), (0x0028, 0x0010): us(side),
        (0x0028, 0x0011): us(side), (0x0028, 0x0100): us(8), (0x0028, 0x0101): us(8), (0x0028, 0x0102): us(7),
        (0x0028, 0x0103): us(0), (0x7FE0, 0x0010): bytes([128]) * (side * side),
    }  # fmt: skip
    return b"".join(element(*name, words[name]) for name in sorted(words))


async def run(line: Line, options: Options) -> Answer:
    """Associate, C-STORE one object, release."""
    side = 2 * (number(options, "side", 4, 100) // 2)
    instance = f"2.25.{int.from_bytes(line.random(16), 'big')}"
    content = thing(instance, side)
    async with association(line, options, SECONDARY) as open_:
        asked = command(SECONDARY, REQUEST, 1, data=True, more={0x0700: us(0), 0x1000: uid(instance)})
        await open_.send(1, asked, content)
        status = (await open_.reply(RESPONSE, 1)).number(0x0900)
        line.lap("store_ms")
    # B000, B006 and B007 are warnings: it is stored (PS3.4 table B.2-1).
    stored = status == 0 or status >> 12 == 0xB
    return Answer(
        code="ok" if stored else f"dicom.status.{status:04x}",
        down=not stored,
        metrics={"status": float(status), "octets": float(len(content))},
        evidence=open_.words | {"instance": instance},
    )


DICOM_STORE = Probe(
    name="dicom-store", run=run, port=104, does="stores a synthetic image of a test patient", writes=True, slow=3000,
    options={**OPTIONS, "side": "16"},
)  # fmt: skip
