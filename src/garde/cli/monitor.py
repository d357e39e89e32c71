"""Verbs of watching: what a table of values says of the coming week.

Question: what can a person type about what will fail?
Reference: issue 5 part 9 (contract).

Example::

    garde forecast disks.csv --limit 90 --format json
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from garde.cli.options import Format, FormatOption, done, say


def forecast(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A column of time, and one per quantity.")],
    limit: Annotated[float | None, typer.Option(help="What no quantity must reach.")] = None,
    below: Annotated[
        bool | None, typer.Option("--below/--above", help="It falls to the limit, or rises to it.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """When each quantity reaches its limit, how probable that is within a week, and how past forecasts did."""
    import msgspec

    from garde import foreseeing

    found = done(lambda: foreseeing.foreseen(file, limit, below=below))
    if form is Format.json:
        print(msgspec.json.encode(found).decode("utf-8"))
    else:
        print(foreseeing.as_table(found))
    ours, linear = found["backtest"]["ours"], found["backtest"]["linear"]
    say(
        f"Back-test: {ours['right']} of {ours['told']} warnings right, median {ours['lead_hours']:g} h ahead; "
        f"a straight line: {linear['right']} of {linear['told']}"
    )
    for one in found["series"]:
        for place in one["refused"]:
            say(f"garde: left out: {place}")
