"""Verbs of placement: where a station would be let in, and the configuration of the server that asks.

Question: what can a person type about FreeRADIUS?
Reference: issue 4 part 9 (contract); `garde.placing`.

Example::

    garde radius decide --mac 00:09:fb:12:34:56 --nas core-1 --port Gi1/0/3
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, StoreOption, done, say

radius = typer.Typer(
    name="radius", help="Where stations are let in: FreeRADIUS asks, Garde decides.", no_args_is_help=True
)
cache = typer.Typer(name="cache", help="The signed file that FreeRADIUS falls back on.", no_args_is_help=True)
radius.add_typer(cache)


class Told(enum.StrEnum):
    """How a decision is printed."""

    text = "text"
    json = "json"


@radius.command("decide")
def decide_place(
    mac: Annotated[str, typer.Option("--mac", help="Address of the station, in any spelling.")],
    nas: Annotated[str, typer.Option("--nas", help="The switch or access point, as it names itself.")],
    port: Annotated[str, typer.Option("--port", help="Its port (NAS-Port-Id).")] = "",
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="PEM; taken as proved.")
    ] = None,
    form: Annotated[Told, typer.Option("--format", help="text or json.")] = Told.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """What would be decided of a station now, and by which rule."""
    from garde import placing

    answer = done(
        lambda: placing.told(
            form.value, mac=mac, nas=nas, port=port, certificate=certificate, store=store, config=config
        )
    )
    print(answer)


@radius.command("configure")
def configure_radius(store: StoreOption = None, config: ConfigOption = None) -> None:
    """Write the configuration of FreeRADIUS into [radius] folder."""
    from garde import placing

    done(lambda: placing.configure(store=store, config=config, say=say))


@cache.command("verify")
def verify_cache(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the server's configuration.")],
    reload: Annotated[int, typer.Option("--reload", metavar="PID", help="Process that reads it again.")] = 0,
) -> None:
    """Check the signed file that Garde offers, and let the server read it; a false one changes nothing."""
    from garde import placing
    from garde.errors import Untrusted

    def checked() -> bool:
        try:
            placing.verified(folder, reload=reload, say=say)
        except Untrusted as error:
            say(f"garde: {error}")
            return False
        return True

    if not done(checked):
        raise typer.Exit(3)
