"""FHIR: whether a server says what it can do.

Question: does this server answer with its capabilities, and in which version of FHIR?
Reference: HL7 FHIR R4 §3.1.0.9 (capabilities interaction, ``GET /metadata``), §2.24 (CapabilityStatement). It needs no
sign-in and names no patient. Left out: reading or writing resources.

Example:
    >>> read(b'{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","status":"active"}').evidence["version"]
    '4.0.1'
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from garde.errors import Malformed
from garde.probing.line import Line
from garde.probing.probes.http import body, host, parse, request, secure
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

#: CapabilityStatement.kind and DSTU2's name of it.
STATEMENTS: Final = ("CapabilityStatement", "Conformance")


def read(raw: bytes) -> Answer:
    """What a capability statement says.

    Raises:
        Malformed: it is none.
    """
    try:
        said: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("probe.garbage", f"No JSON: {shown(raw[:40])!r}", where="FHIR R4 §2.6.2") from None
    kind = said.get("resourceType") if isinstance(said, dict) else None
    if kind == "OperationOutcome":
        return Answer(code="fhir.outcome", down=True, evidence={"outcome": shown(raw)})
    if kind not in STATEMENTS:
        raise Malformed("fhir.no-statement", "No capability statement", where="FHIR R4 §2.24")
    evidence = {"version": said.get("fhirVersion"), "status": said.get("status")}
    software = said.get("software")
    if isinstance(software, dict):
        evidence["software"] = " ".join(str(software.get(name, "")) for name in ("name", "version")).strip()
    return Answer(
        code="ok" if isinstance(said.get("fhirVersion"), str) else "fhir.no-version",
        evidence={name: shown(str(value).encode()) for name, value in evidence.items() if value},
    )


async def run(line: Line, options: Options) -> Answer:
    """GET of the capability statement."""
    path = options["path"].rstrip("/") + "/metadata"
    async with line.stream(tls=secure(options), name=options["host"]) as stream:
        await stream.send(request("GET", path, host(line, options), "application/fhir+json"))
        head = parse(await stream.until(b"\r\n\r\n"))
        raw = await body(stream, head)
    if head.status != 200:
        return Answer(code=f"http.{head.status}", down=True, metrics={"status": float(head.status)})
    return read(raw)


FHIR = Probe(name="fhir", run=run, port=443, does="asks a FHIR server for its capabilities", slow=3000,
             options={"path": "/fhir", "host": "", "tls": "yes"})  # fmt: skip
