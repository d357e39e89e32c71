"""SNMP: what an agent says of itself: uptime, interfaces, storage, power, printing, parts, sensors.

Question: does this agent answer, and is one of its interfaces, disks, batteries or supplies in trouble?
Reference: RFC 3418 (sysUpTime), RFC 2863 (IF-MIB), RFC 2790 (HOST-RESOURCES-MIB), RFC 1628 (UPS-MIB), RFC 3805
(Printer-MIB), RFC 6933 (ENTITY-MIB), RFC 3433 (ENTITY-SENSOR-MIB). Which parts are read is an option, for each costs
packets. Left out: writing, makers' own trees, traps.

Example::

    garde probe 10.0.0.2 --with snmp --set parts=interfaces,storage --set community=file:/etc/garde/community
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from garde.errors import Malformed, Unreachable
from garde.probing.agent import Agent, Credentials
from garde.probing.line import Line
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe

_MIB: Final = "1.3.6.1.2.1"
UPTIME, DESCRIPTION, NAME = f"{_MIB}.1.3.0", f"{_MIB}.1.1.0", f"{_MIB}.1.5.0"
INTERFACES: Final = f"{_MIB}.2.2.1"
STORAGE: Final = f"{_MIB}.25.2.3.1"
UPS: Final = f"{_MIB}.33.1"
PRINTER: Final = f"{_MIB}.25.3.5.1"
SUPPLIES: Final = f"{_MIB}.43.11.1.1"
ENTITY: Final = f"{_MIB}.47.1.1.1.1"
SENSOR: Final = f"{_MIB}.99.1.1.1"
#: hrStorageFixedDisk: what fills up (RFC 2790).
DISK: Final = f"{_MIB}.25.2.1.4"
#: EntitySensorDataType → unit of the metric; EntitySensorDataScale of units, and its step.
UNITS: Final = {3: "volt", 4: "volt", 5: "ampere", 6: "watt", 8: "celsius", 9: "humidity_percent", 10: "rpm"}
_PLAIN: Final = 9
#: A question for the engine of an agent, which needs no secret (RFC 3414 §4).
DISCOVERY: Final = bytes.fromhex(
    "303e020103" "3011020447415244020300ffe3040104020103" "0410300e0400020100020100040004000400"
    "301404000400a00e020447415244020100020100" "3000"
)  # fmt: skip
#: upsBatteryStatus, upsOutputSource (RFC 1628).
LOW: Final = (3, 4)
ON_BATTERY: Final = 5


def whole(value: Any) -> int | None:
    """A value that is a whole number; None for everything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def words(value: Any) -> str:
    """A value that is text, short and printable."""
    return shown(value if isinstance(value, bytes) else str(value).encode("utf-8", "replace"))


async def interfaces(agent: Agent) -> Answer:
    """Interfaces that should be up and are not; errors."""
    wanted = await agent.walk(f"{INTERFACES}.7")
    states = await agent.walk(f"{INTERFACES}.8")
    bad = [name for name, state in states.items() if whole(wanted.get(name)) == 1 and whole(state) == 2]
    errors = [await agent.walk(f"{INTERFACES}.{column}") for column in (14, 20)]
    return Answer(
        metrics={
            "interfaces": float(len(states)),
            "interfaces_down": float(len(bad)),
            "errors_in": float(sum(whole(value) or 0 for value in errors[0].values())),
            "errors_out": float(sum(whole(value) or 0 for value in errors[1].values())),
        },
        evidence={"down": " ".join(bad[:20])} if bad else {},
    )


async def storage(agent: Agent) -> Answer:
    """How full each fixed disk is."""
    kinds, names = await agent.walk(f"{STORAGE}.2"), await agent.walk(f"{STORAGE}.3")
    sizes, used = await agent.walk(f"{STORAGE}.5"), await agent.walk(f"{STORAGE}.6")
    metrics, evidence = {}, {}
    for name, kind in kinds.items():
        size, full = whole(sizes.get(name)), whole(used.get(name))
        if str(kind) == DISK and size and full is not None:
            metrics[f"storage_{name}_percent"] = round(100 * full / size, 2)
            evidence[f"storage_{name}"] = words(names.get(name, ""))
    if metrics:
        metrics["storage_percent"] = max(metrics.values())
    return Answer(metrics=metrics, evidence=evidence)


async def ups(agent: Agent) -> Answer:
    """Battery and source of a power supply."""
    names = {
        f"{UPS}.2.1.0": "battery", f"{UPS}.2.2.0": "on_battery_s", f"{UPS}.2.3.0": "runtime_min",
        f"{UPS}.2.4.0": "charge_percent", f"{UPS}.2.7.0": "temperature_c", f"{UPS}.4.1.0": "source",
    }  # fmt: skip
    values = await agent.get(list(names))
    metrics = {short: float(found) for name, short in names.items() if (found := whole(values.get(name))) is not None}
    if not metrics:
        return Answer(code="snmp.no-ups", down=True)
    low = metrics.get("battery") in LOW
    code = "ups.battery-low" if low else "ups.on-battery" if metrics.get("source") == ON_BATTERY else "ok"
    return Answer(code=code, down=low, metrics=metrics)


async def printer(agent: Agent) -> Answer:
    """State of a printer, and what is left of each supply."""
    states = await agent.walk(f"{PRINTER}.1")
    most, left = await agent.walk(f"{SUPPLIES}.8"), await agent.walk(f"{SUPPLIES}.9")
    names = await agent.walk(f"{SUPPLIES}.6")
    metrics, evidence = {}, {}
    for name, value in left.items():
        size, rest = whole(most.get(name)), whole(value)
        # Negative values say "some" or "unknown" (RFC 3805, prtMarkerSuppliesLevel).
        if size and size > 0 and rest is not None and rest >= 0:
            metrics[f"supply_{name}_percent"] = round(100 * rest / size, 2)
            evidence[f"supply_{name}"] = words(names.get(name, ""))
    if metrics:
        metrics["supply_percent"] = min(metrics.values())
    for state in list(states.values())[:1]:
        metrics["printer_status"] = float(whole(state) or 0)
    return Answer(code="ok" if metrics else "snmp.no-printer", down=not metrics, metrics=metrics, evidence=evidence)


async def entity(agent: Agent) -> Answer:
    """Model, serial number and software of the chassis; values of its sensors."""
    evidence = {}
    for column, name in ((13, "model"), (11, "serial"), (10, "software")):
        for value in (await agent.walk(f"{ENTITY}.{column}")).values():
            if words(value).strip():
                evidence[name] = words(value).strip()
                break
    kinds = await agent.walk(f"{SENSOR}.1")
    metrics = {}
    if kinds:
        scales, digits = await agent.walk(f"{SENSOR}.2"), await agent.walk(f"{SENSOR}.3")
        for name, value in (await agent.walk(f"{SENSOR}.4")).items():
            unit, raw = UNITS.get(whole(kinds.get(name)) or 0), whole(value)
            if unit and raw is not None:
                step = 3 * ((whole(scales.get(name)) or _PLAIN) - _PLAIN) - (whole(digits.get(name)) or 0)
                metrics[f"sensor_{name}_{unit}"] = round(raw * 10.0 ** max(-30, min(step, 30)), 9)
    return Answer(metrics=metrics, evidence=evidence)


async def silent(line: Line) -> Unreachable:
    """What a silence means: nobody, a closed port, or an agent that does not take this community.

    An agent of version 3 tells its engine to everybody (RFC 3414 §4); a closed port says so by ICMP.
    """
    try:
        await line.ask(DISCOVERY, least=0.2)
    except Unreachable as error:
        return error
    return Unreachable("snmp.community", "The agent is there, and does not take this community")


PARTS: Final[dict[str, Callable[[Agent], Awaitable[Answer]]]] = {
    "interfaces": interfaces, "storage": storage, "ups": ups, "printer": printer, "entity": entity
}  # fmt: skip


async def run(line: Line, options: Options) -> Answer:
    """Uptime, then the parts that were asked for."""
    wanted = [part for part in options["parts"].replace(" ", "").split(",") if part]
    for part in wanted:
        if part not in PARTS:
            raise Malformed("probe.option", f"{part[:20]!r} is not one of {', '.join(PARTS)}")
    credentials = Credentials(
        community=options["community"], user=options["user"], auth=options["auth"], auth_key=options["auth-key"],
        priv=options["priv"], priv_key=options["priv-key"],
    )  # fmt: skip
    metrics, evidence, answers = {}, {}, []
    async with line.agent(credentials) as agent:
        try:
            values = await agent.get([UPTIME, DESCRIPTION, NAME])
        except Unreachable as error:
            if error.code != "probe.silent":
                raise
            raise await silent(line) from None
        line.lap("answer_ms")
        ticks = whole(values.get(UPTIME))
        if ticks is not None:
            metrics["uptime_s"] = ticks / 100
        evidence = {
            short: words(values[name]) for name, short in ((DESCRIPTION, "description"), (NAME, "name"))
            if name in values
        }  # fmt: skip
        answers = [await PARTS[part](agent) for part in wanted]
    for answer in answers:
        metrics |= answer.metrics
        evidence |= answer.evidence
    worst = min(answers, key=lambda one: (not one.down, one.code == "ok"), default=Answer())
    return Answer(code=worst.code, down=worst.down, metrics=metrics, evidence=evidence)


SNMP = Probe(
    name="snmp", run=run, port=161, does="asks an agent for its uptime, and for the parts that are named",
    options={"parts": "", "community": "public", "user": "", "auth": "", "auth-key": "", "priv": "", "priv-key": ""},
)  # fmt: skip
