"""NUT: what a power supply says through its server.

Question: is the supply on line or on battery, and for how long will it last?
Reference: RFC 9271 (UPS management protocol of Network UPS Tools) §4.2, §5.2 (``ups.status``: OL, OB, LB). A supply on
battery answers, and says so; a low battery, or a server that lost its supply, is down. Left out: signing in, commands.

Example:
    >>> listed([b'BEGIN LIST UPS', b'UPS rack "APC"', b'END LIST UPS'])
    ['rack']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from garde.errors import Malformed
from garde.probing.line import Line, Stream
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

#: Variables that become metrics.
VARIABLES: Final = {
    "battery.charge": "charge_percent", "battery.runtime": "runtime_s", "ups.load": "load_percent",
    "ups.temperature": "temperature_c",
}  # fmt: skip
#: Lines of one list that are read.
_MOST: Final = 500
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_VARIABLE: Final = re.compile(rb'VAR (\S+) (\S+) "((?:[^"\\]|\\.)*)"')


def listed(lines: Sequence[bytes]) -> list[str]:
    """Names of a list of supplies.

    Raises:
        Malformed: RFC 9271 §4.2.7.
    """
    if len(lines) < 2 or lines[0] != b"BEGIN LIST UPS" or lines[-1] != b"END LIST UPS":
        raise Malformed("probe.garbage", f"No list: {shown(lines[0] if lines else b'')!r}", where="RFC 9271 §4.2.7")
    names = [shown(line.split(b" ")[1]) for line in lines[1:-1] if line.startswith(b"UPS ")]
    return [name for name in names if _NAME.fullmatch(name)]


def variables(lines: Sequence[bytes]) -> dict[str, str]:
    """Variables of a supply.

    Raises:
        Malformed: RFC 9271 §4.2.7.
    """
    if len(lines) < 2 or not lines[0].startswith(b"BEGIN LIST VAR") or not lines[-1].startswith(b"END LIST VAR"):
        raise Malformed("probe.garbage", "No list of variables", where="RFC 9271 §4.2.7")
    found = {}
    for line in lines[1:-1]:
        if match := _VARIABLE.fullmatch(line):
            found[shown(match[2])] = shown(re.sub(rb"\\(.)", rb"\1", match[3]))
    return found


def read(values: dict[str, str]) -> Answer:
    """What a supply says of itself."""
    metrics = {}
    for name, short in VARIABLES.items():
        if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", values.get(name, "")):
            metrics[short] = float(values[name])
    words = values.get("ups.status", "").split()
    if not words:
        return Answer(code="nut.no-status", down=True, metrics=metrics)
    code = "nut.battery-low" if "LB" in words else "nut.on-battery" if "OB" in words else "ok"
    code = "nut.off" if "OFF" in words else code
    return Answer(
        code=code, down=code in ("nut.battery-low", "nut.off"), metrics=metrics,
        evidence={"status": " ".join(words), "model": values.get("ups.model", "")},
    )  # fmt: skip


async def run(line: Line, options: Options) -> Answer:
    """List supplies, read one."""
    wanted = options["ups"]
    if wanted and not _NAME.fullmatch(wanted):
        raise Malformed("probe.option", f"{wanted[:40]!r} is not a name")
    async with line.stream() as stream:
        names = listed(await _list(stream, "UPS"))
        if not names or (wanted and wanted not in names):
            return Answer(code="nut.no-ups", down=True, evidence={"ups": " ".join(names)})
        name = wanted or names[0]
        lines = await _list(stream, f"VAR {name}")
        await stream.send(b"LOGOUT\n")
    if lines[0].startswith(b"ERR "):
        return Answer(code=f"nut.{shown(lines[0][4:44]).lower()}", down=True, evidence={"ups": name})
    answer = read(variables(lines))
    return Answer(code=answer.code, down=answer.down, metrics=answer.metrics, evidence={"ups": name, **answer.evidence})


async def _list(stream: Stream, what: str) -> list[bytes]:
    """The lines of a list, or the one line of an error."""
    await stream.send(f"LIST {what}\n".encode("ascii"))
    lines: list[bytes] = []
    while len(lines) < _MOST:
        line = (await stream.until(b"\n", 2048)).rstrip(b"\r\n")
        lines.append(line)
        if line.startswith((b"ERR ", b"END LIST ")):
            return lines
        if len(lines) == 1 and not line.startswith(b"BEGIN LIST "):
            return lines
    raise Malformed("probe.flood", f"A list of more than {_MOST} lines")


NUT = Probe(name="nut", run=run, port=3493, does="asks a power supply's server how it is", options={"ups": ""})
