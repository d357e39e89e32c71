"""HL7: whether an interface takes a test message and acknowledges it.

Question: does this listener answer a message, with which code, and is the answer about our message?
Reference: HL7 v2.5.1 §2.9.2 (acknowledgements), table 0008 (MSA-1), table 0103 (MSH-11: T for training), MLLP (Appendix
C of the implementation guide). The patient is called ZZTEST and the message says T, so that receivers put it aside and
statistics leave it out. Left out: messages of a site's own.

Example:
    >>> acknowledged(b"MSH|^~\\\\&|A|B|C|D|2026||ACK|1|T|2.5.1\\rMSA|AA|G1\\r", "G1").code
    'ok'
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

START, END = b"\x0b", b"\x1c\r"
#: MSA-1 (table 0008): taken; refused for its content; refused for another reason.
TAKEN: Final = ("AA", "CA")
REFUSED: Final = {"AE": "error", "CE": "error", "AR": "reject", "CR": "reject"}
_WORD: Final = re.compile(r"[^|^~\\&\x00-\x1f]{0,100}")


def message(control: str, at: float, options: Options) -> bytes:
    """An ADT^A08 about nobody.

    Raises:
        Malformed: an option that would break its field.
    """
    for name, value in options.items():
        if not _WORD.fullmatch(value):
            raise Malformed("probe.option", f"{name} holds a mark of HL7")
    time = datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H%M%S+0000")
    sender, receiver = (f"{options[side]}|{options[side + '-facility']}" for side in ("sender", "receiver"))
    kind = "ADT^A08^ADT_A01"
    return "\r".join(
        (
            f"MSH|^~\\&|{sender}|{receiver}|{time}||{kind}|{control}|T|{options['version']}",
            f"EVN|A08|{time}",
            "PID|1||ZZTEST-0001^^^GARDE||ZZTEST^GARDE||19000101|U",
            "PV1|1|N",
            "",
        )
    ).encode("utf-8")


def acknowledged(raw: bytes, control: str) -> Answer:
    """What an acknowledgement says of the message with that MSH-10.

    Raises:
        Malformed: §2.9.2: it is none.
    """
    segments = re.split(rb"[\r\n]+", raw.strip(b"\r\n"))
    if len(segments[0]) < 8 or not segments[0].startswith(b"MSH"):
        raise Malformed("probe.garbage", f"No HL7: {shown(raw[:40])!r}", where="HL7 v2.5.1 §2.9.2")
    mark = segments[0][3:4]
    answers = [one.split(mark) for one in segments if one.startswith(b"MSA" + mark)]
    if not answers or len(answers[0]) < 3:
        raise Malformed("hl7.no-msa", "The answer has no MSA", where="HL7 v2.5.1 §2.9.2")
    fields = [shown(field) for field in answers[0]]
    evidence = {"msa": shown(mark.join(answers[0])), "sender": shown(mark.join(segments[0].split(mark)[2:4]))}
    if fields[1] not in TAKEN and fields[1] not in REFUSED:
        raise Malformed("hl7.code", f"MSA-1 is {fields[1]!r}", where="HL7 table 0008")
    if fields[2] != control:
        return Answer(code="hl7.other-message", down=True, evidence=evidence)
    if fields[1] in TAKEN:
        return Answer(evidence=evidence)
    return Answer(code=f"hl7.{REFUSED[fields[1]]}", down=True, evidence=evidence)


async def run(line: Line, options: Options) -> Answer:
    """Send the message, read the acknowledgement."""
    control = "GARDE" + line.random(7).hex().upper()
    told = {name: value for name, value in options.items() if name != "tls"}
    async with line.stream(tls=options["tls"] == "yes") as stream:
        await stream.send(START + message(control, line.now(), told) + END)
        lead = await stream.exactly(1)
        if lead != START:
            raise Malformed("probe.garbage", f"A frame begins with {lead[0]:#04x}", where="MLLP, offset 0")
        raw = await stream.until(END)
        line.lap("ack_ms")
    return acknowledged(raw[: -len(END)], control)


HL7 = Probe(name="hl7", run=run, port=2575, does="sends a test message (MSH-11 T) and checks the acknowledgement",
            options={"sender": "GARDE", "sender-facility": "GARDE", "receiver": "", "receiver-facility": "",
                     "version": "2.5.1", "tls": "no"})  # fmt: skip
