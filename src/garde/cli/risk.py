"""Verbs of risk: what is published, what it means for each device, and what to do first.

Question: what can a person type about risk?
Reference: issue 6 part 9 (contract).

Example::

    garde risk import advisories/ && garde risk score --format json
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, Format, FormatOption, StoreOption, done, say

risk = typer.Typer(
    name="risk", help="What is published about the devices, and what depends on them.", no_args_is_help=True
)


@risk.command("import")
def import_feeds(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR…", help="KEV, EPSS, CVE, NVD, CSAF, VEX, SBOM, MDS2.")
    ],
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Import what is published about weaknesses, offline; the same document again changes nothing."""
    import msgspec

    from garde import judging

    found = done(lambda: judging.imported(paths, store=store, config=config))
    if form is Format.json:
        print(msgspec.json.encode(found).decode("utf-8"))
    else:
        print("\n".join(f"{name}: {many}" for name, many in found.by.items()))
    for one in found.refused:
        say(f"garde: refused: {one['file']} {one['place']}: {one['why']}")
    say(f"{found.kept} rows kept, {len(found.refused)} refused")


@risk.command("score")
def score_devices(form: FormatOption = Format.table, store: StoreOption = None, config: ConfigOption = None) -> None:
    """Score every device: how much care depends on it, and how exposed it is by what was imported."""
    import msgspec

    from garde import judging

    found = done(lambda: judging.scored(store=store, config=config))
    if form is Format.json:
        print(msgspec.json.encode([judging.as_record(one) for one in found]).decode("utf-8"))
    else:
        print(judging.as_table(found))


@risk.command("plan")
def plan_work(
    budget: Annotated[int, typer.Option(min=0, metavar="EUROS", help="Euros for the whole plan.")],
    hours: Annotated[
        str,
        typer.Option(metavar="HOURS", help="Hours of your own people; 200,200 gives each quarter's."),
    ],
    want: Annotated[list[str] | None, typer.Option(metavar="PACKAGE", help="In the plan whatever it brings.")] = None,
    avoid: Annotated[list[str] | None, typer.Option(metavar="PACKAGE", help="Out of the plan.")] = None,
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """The work that lowers risk most within a budget and hours, in order, with the risk that stays."""
    import msgspec

    from garde import judging

    found = done(
        lambda: judging.planned(budget, hours, tuple(want or ()), tuple(avoid or ()), store=store, config=config)
    )
    print(msgspec.json.encode(found).decode("utf-8") if form is Format.json else judging.plan_as_table(found))
    for line in judging.plan_in_words(found):
        say(line)


class PathFormat(enum.StrEnum):
    """How attack paths are printed."""

    text = "text"
    json = "json"


@risk.command("paths")
def attack_paths(
    start: Annotated[str, typer.Option("--from", metavar="internet|office|DEVICE", help="Where somebody stands.")],
    close: Annotated[
        list[str] | None, typer.Option(metavar="FROM:TO", help="Close what leads from one zone to another; repeatable.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="What must not be reached; default EHR, PACS, RIS, LIS.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A policy as JSON, whose rules open paths too.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=50, help="How many paths.")] = 5,
    form: Annotated[PathFormat, typer.Option("--format", help="text or json.")] = PathFormat.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """The likeliest attack paths to the patient record, and what closing a conduit takes away."""
    from garde import attacking

    found = done(
        lambda: attacking.ways(start, close or (), to=to or (), policy=policy, most=most, store=store, config=config)
    )
    print(attacking.as_json(found) if form is PathFormat.json else attacking.as_text(found))
