"""Devices as the outside reads them: JSON, CSV and a table for a terminal.

Question: what does a program, a spreadsheet or a person at a terminal get for one device?
Reference: issue 2 part 8 (JSON contract); `garde.report.table` for the other two.

Example:
    >>> from garde.model.key import Key
    >>> as_record(Device(id="d-1", keys=(Key("ip", "10.0.0.1"),)))["keys"]
    [{'kind': 'ip', 'value': '10.0.0.1'}]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from garde.model.device import Claim, Device
from garde.model.message import moment
from garde.report.table import csv_of, table_of

#: Columns of the CSV and the terminal table, in order.
COLUMNS: Final = ("id", "kind", "manufacturer", "model", "serial", "os", "hostname", "mac", "ip", "last_seen")


def as_record(device: Device) -> dict[str, Any]:
    """One device of the JSON contract; keys beyond the contract (rivals, values, conflicts) only add to it."""
    record: dict[str, Any] = {
        "id": device.id,
        "keys": [{"kind": key.kind, "value": key.value} for key in device.keys],
        "kind": device.kind,
        "claims": {name: as_claim(claim) for name, claim in sorted(device.claims.items())},
        "first_at": moment(device.first_at),
        "last_at": moment(device.last_at),
    }
    if device.rivals:
        record["rivals"] = {
            name: [as_claim(claim) for claim in claims] for name, claims in sorted(device.rivals.items())
        }
    if device.many:
        record["values"] = {name: list(map(as_claim, claims)) for name, claims in sorted(device.many.items())}
    if device.conflicts:
        record["conflicts"] = list(device.conflicts)
    if device.carrier:
        record["carrier"] = device.carrier
    return record


def as_row(device: Device) -> dict[str, str]:
    """One device as the columns of ``COLUMNS``; several values of one column are joined by a space."""
    row = {name: device.value(name) or " ".join(c.value for c in device.many.get(name, ())) for name in COLUMNS[2:7]}
    addresses = {kind: " ".join(key.value for key in device.keys if key.kind == kind) for kind in ("mac", "ip")}
    return {"id": device.id, "kind": device.kind, **row, **addresses, "last_seen": moment(device.last_at)}


def as_csv(devices: Iterable[Device]) -> str:
    """A CSV file with a head line."""
    return csv_of(COLUMNS, (as_row(device) for device in devices))


def as_table(devices: Iterable[Device]) -> str:
    """Aligned columns for a terminal."""
    return table_of(COLUMNS, (as_row(device) for device in devices))


def as_replay(
    devices: Iterable[Device], stats: Mapping[str, object], findings: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """The one object that ``garde replay --format json`` prints; ``findings`` only when they were asked for."""
    whole: dict[str, Any] = {"stats": dict(stats), "devices": [as_record(device) for device in devices]}
    return whole if findings is None else whole | {"findings": list(findings)}


def as_claim(claim: Claim) -> dict[str, Any]:
    """One value of the JSON contract, and what supports it."""
    return {
        "value": claim.value,
        "confidence": round(claim.confidence, 4),
        "sources": [
            {
                "dissector": line.source,
                "at": moment(line.at),
                "file": line.place.file if line.place else None,
                "packet": line.place.packet if line.place else None,
                "offset": line.place.offset if line.place else None,
                "length": line.place.length if line.place else None,
                "sensor": line.sensor,
                "count": line.count,
                **({"by": line.by, "reason": line.reason} if line.by else {}),
            }
            for line in claim.sources
        ],
    }
