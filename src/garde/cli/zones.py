"""Verbs of zones: the policy that the traffic calls for, and what a policy would break.

Question: what can a person type about zones and conduits?
Reference: issue 4 part 9 (contract); `garde.zoning` for what is printed.

Example::

    garde zones propose --format json > draft.json && garde zones simulate draft.json --days 7
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, StoreOption, done

zones = typer.Typer(name="zones", help="Who may talk to whom, and what would break.", no_args_is_help=True)


class Form(enum.StrEnum):
    """How a policy and its trial are printed."""

    text = "text"
    json = "json"


FormOption = Annotated[Form, typer.Option("--format", help="text or json.")]
CaptureOption = Annotated[
    list[Path] | None,
    typer.Option("--capture", metavar="FILE", help="Read this capture instead of a store; may be given several times."),
]
DaysOption = Annotated[
    int, typer.Option("--days", min=1, max=366, help="Days that count, back from the last one observed.")
]


@zones.command()
def propose(
    days: DaysOption = 14,
    name: Annotated[str, typer.Option("--name", help="What people call the policy.")] = "",
    capture: CaptureOption = None,
    form: FormOption = Form.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Propose the smallest policy that explains what was observed and what must pass."""
    from garde import zoning

    made = done(lambda: zoning.proposed(capture or [], days=days, name=name, store=store, config=config))
    print(zoning.as_json(made) if form is Form.json else zoning.as_text(made))


@zones.command()
def simulate(
    policy: Annotated[
        Path | None,
        typer.Argument(metavar="POLICY.json", help="As propose prints it; without it, what it would print."),
    ] = None,
    days: DaysOption = 14,
    capture: CaptureOption = None,
    form: FormOption = Form.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Replay the observed days against a policy: what would break, for whom, and whom to call."""
    from garde import zoning

    found = done(lambda: zoning.simulated(policy, capture or [], days=days, store=store, config=config))
    print(zoning.as_json(found) if form is Form.json else zoning.as_lines(found))
