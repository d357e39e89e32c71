"""What the GMAO's list says beside the network, in words.

Question: what did an import find?
Reference: issue 2 part 8 (`garde import gmao`); `garde.inventory.reconcile`.

Example: ``as_text(outcome, kept=False)`` begins with "12 matched, 3 ghosts, …".
"""

from __future__ import annotations

import msgspec

from garde.inventory.reconcile import Outcome, Row
from garde.report.table import printable


def as_json(outcome: Outcome) -> str:
    """The outcome as one JSON object; the statements themselves are counted."""
    body = {
        "matched": [{"line": match.row.line, "device": match.device, "by": match.by} for match in outcome.matched],
        "ghosts": [{"line": row.line, "values": row.values} for row in outcome.ghosts],
        "strangers": outcome.strangers,
        "moved": [{"line": match.row.line, "device": match.device, "differs": match.moved} for match in outcome.moved],
        "conflicts": [
            {"line": match.row.line, "device": match.device, "differs": match.conflicts} for match in outcome.conflicts
        ],
        "refused": outcome.refused,
        "statements": len(outcome.decisions),
        "mapping": outcome.mapping,
    }
    return msgspec.json.encode(body).decode("utf-8")


def as_text(outcome: Outcome, *, kept: bool) -> str:
    """The outcome for a terminal."""
    counts = (
        f"{len(outcome.matched)} matched, {len(outcome.ghosts)} ghosts, {len(outcome.strangers)} strangers, "
        f"{len(outcome.moved)} moved, {len(outcome.conflicts)} contradicted, {len(outcome.refused)} refused"
    )
    lines = [counts]
    lines += (f"  refused, line {one.line}: {printable(one.what)} [{one.code}]" for one in outcome.refused)
    lines += (f"  ghost, line {row.line}: {_row(row)}" for row in outcome.ghosts)
    for word, matches in (("moved", outcome.moved), ("contradicted", outcome.conflicts)):
        for match in matches:
            pairs = match.moved if word == "moved" else match.conflicts
            said = "; ".join(f"{name} {printable(old or '?')} → {printable(new)}" for name, (old, new) in pairs.items())
            lines.append(f"  {word}, line {match.row.line}, {match.device}: {said}")
    lines.append(f"{len(outcome.decisions)} statements {'kept' if kept else 'would be kept (dry run)'}")
    return "\n".join(lines)


def _row(row: Row) -> str:
    return " · ".join(printable(value) for value in row.values.values())
