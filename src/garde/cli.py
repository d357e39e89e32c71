"""The command line: one function per verb, no logic.

Question: what can a person type, and which exit code tells a script how it went?
Reference: issue 2 part 8. Exit codes: 0 done; 1 something named on stderr was not readable or not found, the rest was
done; 2 the command itself was mistyped; 3 a verification failed. Results go to stdout, everything else to stderr.

Example::

    garde replay ward.pcap --format json > devices.json
"""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from garde.errors import GardeError

app = typer.Typer(
    name="garde",
    help="Watches over a hospital's connected medical devices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


imports = typer.Typer(name="import", help="Read what other systems know.", no_args_is_help=True)
app.add_typer(imports)


class Format(enum.StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="sqlite:///FILE or postgresql://…; default in the XDG data home."),
]
ConfigOption = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings in TOML.")]
FormatOption = Annotated[Format, typer.Option("--format", help="table, json or csv.")]
Result = TypeVar("Result")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _run(work: Callable[[], Result]) -> Result:
    """Do the work; a named failure becomes one line on stderr and exit code 1."""
    try:
        return work()
    except GardeError as error:
        _say(f"garde: {error}")
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="pcap or pcapng, also gzip or zstd.")],
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Read captures and list the devices in them; without --store nothing is kept."""
    import garde.app as verbs

    report = _run(lambda: verbs.replay(files, store=store, config=config, progress=verbs.progress(sys.stderr)))
    print(report.text(form.value))
    for line in report.trouble:
        _say(f"garde: {line}")
    _say(report.summary)
    if report.unreadable:
        raise typer.Exit(1)


@app.command()
def watch(
    interface: Annotated[str, typer.Argument(metavar="IFACE", help="Network interface of the mirror port.")],
    seconds: Annotated[float, typer.Option(help="Stop after so many seconds; 0 listens until interrupted.")] = 0.0,
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Listen to an interface and keep what is learnt."""
    import garde.app as verbs

    report = _run(lambda: verbs.watch(interface, seconds=seconds, store=store, config=config))
    print(report.text(form.value))
    _say(report.summary)


@app.command()
def devices(form: FormatOption = Format.table, store: StoreOption = None, config: ConfigOption = None) -> None:
    """List the devices of a store."""
    import garde.app as verbs

    print(_run(lambda: verbs.devices(form.value, store=store, config=config)))


@app.command()
def why(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="Id, MAC, IP, host name or serial number.")],
    attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="A name of docs/reference/attributes.md.")],
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Say on which packets a value rests."""
    import garde.app as verbs

    print(_run(lambda: verbs.why(device, attribute, form.value, store=store, config=config)))


@app.command()
def verify(store: StoreOption = None, config: ConfigOption = None) -> None:
    """Check that every stored message is what its id says and every claim rests on one."""
    import garde.app as verbs

    breaks = _run(lambda: verbs.verify(store=store, config=config))
    for line in breaks:
        print(line)
    _say("Nothing is altered or missing." if not breaks else f"{len(breaks)} breaks found.")
    if breaks:
        raise typer.Exit(3)


@imports.command("gmao")
def import_gmao(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of the GMAO or CMDB.")],
    mapping: Annotated[
        str, typer.Option("--map", metavar="ATTRIBUTE=COLUMN,…", help='For example "serial=N° série,ward=Service".')
    ] = "",
    commit: Annotated[
        bool, typer.Option("--commit/--dry-run", help="Keep the result; a dry run only shows it.")
    ] = True,
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Compare the inventory of the biomedical service with what is on the network."""
    import garde.app as verbs

    print(_run(lambda: verbs.import_gmao(file, mapping, commit, form.value, store=store, config=config)))


@app.command()
def run(
    only: Annotated[
        str, typer.Option("--only", help="Comma-separated parts: sensor, stages, web. Empty runs all.")
    ] = "",
    port: Annotated[int, typer.Option(help="TCP port of the pages; 0 takes it from the settings.")] = 0,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the whole product; with nothing configured it opens on the demonstration hospital."""
    import garde.app as verbs

    _run(lambda: verbs.run(only=only, port=port, store=store, config=config, say=_say))


@app.command()
def twin(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Capture to write (pcap).")],
    count: Annotated[int, typer.Option("--devices", min=1, max=50_000, help="How many devices.")] = 150,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    truth: Annotated[Path | None, typer.Option(help="Where to write what is true (JSON).")] = None,
    gmao: Annotated[Path | None, typer.Option(help="Where to write the GMAO's CSV.")] = None,
    midstream: Annotated[bool, typer.Option(help="Begin the capture after the connections were set up.")] = False,
) -> None:
    """Write the traffic of a simulated hospital."""
    import garde.twin as hospital

    _say(
        str(_run(lambda: hospital.make(devices=count, seed=seed, out=out, truth=truth, gmao=gmao, midstream=midstream)))
    )


def main() -> None:
    """Entry point of the `garde` program."""
    # Nothing here multiplies matrices: the threads that NumPy would start for it only take time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except SystemExit as end:
        if sys.argv[1:2] == ["replay"] and isinstance(end.code, int):
            # Everything is closed and said. What a large replay found is a million objects, and taking them apart one
            # by one would take longer than starting did; the system takes them back at once.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise
