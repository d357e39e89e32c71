"""DICOM C-ECHO: whether an application entity verifies.

Question: does this AE accept our association and answer a verification, and if not, what exactly does it mind?
Reference: DICOM PS3.4 annex A (Verification), PS3.7 §9.1.5. A rejection says whose configuration is wrong: the called
title, our own title, or load; each has its code. An answer of 40 ms is usual for toolkits that wait before they send.

Example::

    garde probe 10.0.0.9 --with dicom-echo --port 11112 --set called=PACS
"""

from __future__ import annotations

from garde.probing.line import Line
from garde.probing.probes.association import OPTIONS, VERIFICATION, association, command
from garde.probing.result import Answer
from garde.probing.spec import Options, Probe

REQUEST, RESPONSE = 0x0030, 0x8030


async def run(line: Line, options: Options) -> Answer:
    """Associate, C-ECHO, release."""
    async with association(line, options, VERIFICATION) as open_:
        await open_.send(1, command(VERIFICATION, REQUEST, 1, data=False))
        status = (await open_.reply(RESPONSE, 1)).number(0x0900)
        line.lap("echo_ms")
    return Answer(
        code="ok" if status == 0 else f"dicom.status.{status:04x}",
        down=status != 0,
        metrics={"status": float(status)},
        evidence=open_.words,
    )


DICOM_ECHO = Probe(name="dicom-echo", run=run, port=104, does="associates and sends a C-ECHO", options=OPTIONS)
