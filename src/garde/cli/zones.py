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

from garde.cli.options import ConfigOption, StoreOption, done, say

zones = typer.Typer(name="zones", help="Who may talk to whom, and what would break.", no_args_is_help=True)


class Form(enum.StrEnum):
    """How a policy and its trial are printed."""

    text = "text"
    json = "json"


class Mode(enum.StrEnum):
    """How far a policy reaches at an enforcement point."""

    observe = "observe"
    shadow = "shadow"
    soft = "soft"
    enforce = "enforce"


class Kind(enum.StrEnum):
    """What a policy can be written as."""

    nftables = "nftables"
    acl = "acl"
    aruba_aos_s = "aruba-aos-s"
    aruba_cx = "aruba-cx"
    aruba_controller = "aruba-controller"
    radius = "radius"
    mud = "mud"


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


@zones.command()
def export(
    kind: Annotated[Kind, typer.Argument(metavar="FORM", help="nftables, acl, aruba-…, radius or mud.")],
    policy: Annotated[
        Path | None,
        typer.Argument(metavar="POLICY.json", help="As propose prints it; without it, what it would print."),
    ] = None,
    mode: Annotated[Mode, typer.Option("--mode", help="How far it reaches.")] = Mode.shadow,
    generation: Annotated[int, typer.Option(min=1, help="Counts what was sent to this point.")] = 1,
    spare: Annotated[
        list[str] | None, typer.Option("--spare", metavar="ZONE", help="Zone that soft leaves alone.")
    ] = None,
    routed: Annotated[bool, typer.Option("--routed", help="The gateway does not see hardware addresses.")] = False,
    base: Annotated[str, typer.Option(metavar="URL", help="Address below which MUD files will lie.")] = "",
    days: DaysOption = 14,
    form: FormOption = Form.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a policy for an enforcement point; what the text leaves open is said on stderr."""
    import msgspec

    from garde import exporting

    made = done(
        lambda: exporting.exported(
            policy, kind.value, generation=generation, mode=mode.value, spared=spare or (), on_link=not routed,
            base=base or exporting.BASE, days=days, store=store, config=config,
        )
    )  # fmt: skip
    print(msgspec.json.encode(made).decode("utf-8") if form is Form.json else made.text)
    for line in exporting.warnings(made):
        say(f"garde: {line}")


GatewayOption = Annotated[str, typer.Option("--gateway", metavar="NAME", help="As [[zones.gateway]] names it.")]


@zones.command()
def apply(
    policy: Annotated[Path, typer.Argument(metavar="POLICY.json", help="As propose prints it.")],
    gateway: GatewayOption,
    mode: Annotated[Mode, typer.Option("--mode", help="How far it reaches.")] = Mode.shadow,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; nothing is loaded.")] = False,
    seconds: Annotated[
        int, typer.Option(min=1, max=3600, help="Until the gateway takes it back when nobody confirms it.")
    ] = 600,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a policy in force at a gateway; what nobody confirms in time takes itself back."""
    from garde import enforcing

    made = done(
        lambda: (
            enforcing.planned(gateway, policy, mode.value, store=store, config=config)
            if dry_run
            else enforcing.applied(gateway, policy, mode.value, seconds=seconds, store=store, config=config)
        )
    )
    print("\n".join(made.lines) or f"{gateway} holds it already")
    for one in made.unknown:
        say(f"garde: nobody has an address: {one}")
    if made.token:
        say(f"Loaded as generation {made.generation}; garde zones confirm --gateway {gateway} within {seconds} s")


@zones.command()
def confirm(gateway: GatewayOption, store: StoreOption = None, config: ConfigOption = None) -> None:
    """Keep what was loaded at a gateway."""
    from garde import enforcing

    say(done(lambda: enforcing.confirmed(gateway, store=store, config=config)))


@zones.command()
def undo(gateway: GatewayOption, store: StoreOption = None, config: ConfigOption = None) -> None:
    """Put back what a gateway held before."""
    from garde import enforcing

    say(done(lambda: enforcing.undone(gateway, store=store, config=config)))


@zones.command()
def drift(store: StoreOption = None, config: ConfigOption = None) -> None:
    """How each gateway differs from what was confirmed for it; exit code 3 when one does."""
    from garde import enforcing

    found = done(lambda: enforcing.drifted(store=store, config=config))
    for name, reasons in found.items():
        print(f"{name}: {'; '.join(reasons) or 'holds what was confirmed'}")
    if any(found.values()):
        raise typer.Exit(3)
