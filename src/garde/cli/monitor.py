"""Verbs of watching: what a table of values says of the coming week, and what a device answers now.

Question: what can a person type about what fails or will fail?
Reference: issue 5 part 9 (contract).

Example::

    garde forecast disks.csv --limit 90 --format json
    garde probe 10.0.0.9 --with dicom-echo --port 11112 --set called=PACS
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, Format, FormatOption, StoreOption, done, say


class ProbeFormat(enum.StrEnum):
    """How the result of a probe is printed."""

    text = "text"
    json = "json"


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


def probe(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="An address, or a device by any of its names.")],
    name: Annotated[str, typer.Option("--with", metavar="NAME", help="Which probe; an unknown name lists them all.")],
    port: Annotated[int | None, typer.Option(help="In place of the protocol's own.")] = None,
    words: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An option of the probe.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds.")] = 5.0,
    known: Annotated[
        bool, typer.Option("--known", help="You know that what is at this address is no patient's device.")
    ] = False,
    form: Annotated[ProbeFormat, typer.Option("--format", help="text or json.")] = ProbeFormat.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask one target once; 0: it answers, 1: not asked, or this machine could not, 3: it is down."""
    import msgspec

    from garde import probed

    result = done(
        lambda: probed.probed(
            target,
            name,
            port=port,
            options=probed.options_of(words or []),
            timeout=timeout,
            known=known,
            store=store,
            config=config,
        )
    )
    if form is ProbeFormat.json:
        print(msgspec.json.encode(probed.as_record(result)).decode("utf-8"))
    else:
        print(probed.as_text(result))
    raise typer.Exit(probed.EXITS[result.state])
