"""Spec: what a row of the table of probes says, and how one probe is run.

Question: what does a probe need to be one, and what becomes of everything that may go wrong in it?
Reference: DESIGN §2 rule 4; domain note 08 §2. A probe is a coroutine over a `garde.probing.line.Line`; it returns an
Answer or raises a named failure. Options are words that a person or a site gives: an AE title, a community, a path.

Example::

    result = await run(PROBES["dicom-echo"], access, "10.0.0.5", options={"called": "PACS"})
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from garde.errors import Malformed, Unreachable
from garde.probing.line import Access, Line
from garde.probing.result import Answer, Result, failed

#: Words that a probe was given.
Options = Mapping[str, str]
#: Seconds that a probe may take, and milliseconds from which its answer is slow, where a row says nothing else.
TIMEOUT: Final = 5.0
SLOW: Final = 1000.0


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table.

    Attributes:
        name: what a person types.
        run: asks; raises `Malformed` or `Unreachable`.
        port: the protocol's own; 0 where it has none.
        does: one line for a person.
        options: name → what it is by default; an empty default means that it is left out.
        light: a handful of packets, and no work for the target.
        writes: leaves something on the target; only where the site approved it by name.
        slow: milliseconds from which an answer is slow.
    """

    name: str
    run: Callable[[Line, Options], Awaitable[Answer]]
    port: int
    does: str
    options: dict[str, str] = {}
    light: bool = False
    writes: bool = False
    slow: float = SLOW


async def run(
    probe: Probe,
    access: Access,
    address: str,
    *,
    port: int | None = None,
    options: Options | None = None,
    timeout: float = TIMEOUT,
    slow: float | None = None,
) -> Result:
    """Probe one address once.

    Args:
        probe: a row.
        access: permit, budget and pace.
        address: literal.
        port: in place of the protocol's own.
        options: in place of the row's defaults.
        timeout: seconds, without those in which the budget makes it wait.
        slow: milliseconds, in place of the row's.

    Raises:
        Refused: the policy forbids it; nothing was sent.
        Malformed: an option that the row does not know, or that cannot be sent; nothing was sent.
    """
    chosen = dict(probe.options)
    for name, value in (options or {}).items():
        if name not in chosen:
            known = ", ".join(chosen) or "none"
            raise Malformed("probe.option", f"{name!r} is not an option of {probe.name}", hint=f"Options: {known}")
        chosen[name] = value
    where = probe.port if port is None else port
    async with access.line(address, probe.name, where, timeout) as line:
        try:
            answer = await probe.run(line, chosen)
        except (Malformed, Unreachable) as error:
            if error.code == "probe.option":
                raise
            result = failed(error, probe.name, line.address, where, line.began_at)
            return msgspec.structs.replace(result, metrics=dict(line.laps))
        line.lap("total_ms")
    return _result(answer, probe, line, where, probe.slow if slow is None else slow)


def _result(answer: Answer, probe: Probe, line: Line, port: int, slow: float) -> Result:
    metrics = line.laps | answer.metrics
    took = line.laps["total_ms"]
    late = not answer.down and took >= slow
    return Result(
        probe=probe.name,
        target=line.address,
        port=port,
        at=line.began_at,
        state="down" if answer.down else "slow" if late else "up",
        code="slow" if late and answer.code == "ok" else answer.code,
        text=f"Answered in {took:.0f} ms" if answer.code == "ok" else f"Answered, and says {answer.code}",
        metrics=metrics,
        evidence=answer.evidence,
    )


def number(options: Options, name: str, low: int, high: int) -> int:
    """An option that is a whole number.

    Raises:
        Malformed: it is not, or is out of range.
    """
    try:
        value = int(options[name])
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise Malformed("probe.option", f"{name} is {options[name][:40]!r}, not {low} to {high}")
    return value
