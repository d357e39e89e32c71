"""The command line: one function per verb, no logic.

Question: what can a person type?
Reference: issue 2 part 8; groups of verbs stand in files of their own beside this one, and `garde.cli.options` says
what the exit codes mean.

Example::

    garde replay ward.pcap --format json > devices.json
"""

from __future__ import annotations

import enum
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from garde.cli import actions, keys, monitor, notify, people, radius, risk, zones
from garde.cli.options import (
    ConfigOption,
    Format,
    FormatOption,
    KeyOption,
    OpenOption,
    StoreOption,
    done,
    recorded,
    say,
)

app = typer.Typer(
    name="garde",
    help="Watches over a hospital's connected medical devices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(name="import", help="Read what other systems know.", no_args_is_help=True)
app.add_typer(imports)
for group in (
    people.people,
    risk.risk,
    zones.zones,
    radius.radius,
    actions.actions,
    keys.keys,
    keys.secrets,
    notify.notify,
):
    app.add_typer(group)
app.command()(monitor.forecast)
app.command()(monitor.probe)


class FindingsFormat(enum.StrEnum):
    """How findings are printed."""

    table = "table"
    json = "json"
    csv = "csv"
    stix = "stix"


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="pcap or pcapng, also gzip or zstd.")],
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
    findings: Annotated[bool, typer.Option("--findings", help="Look for threats too, and list them.")] = False,
    rules: Annotated[
        list[Path] | None,
        typer.Option("--rules", metavar="FILE", help="With --findings: STIX, MISP or CSV indicators, Sigma, YARA."),
    ] = None,
) -> None:
    """Read captures and list the devices in them; without --store nothing is kept."""
    import garde.app as verbs
    from garde.report.progress import progress

    shown = progress(sys.stderr)
    report = done(
        lambda: verbs.replay(files, store=store, config=config, progress=shown, findings=findings, rules=rules or ())
    )
    print(report.text(form.value))
    for line in report.trouble:
        say(f"garde: {line}")
    say(report.summary)
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

    report = done(lambda: verbs.watch(interface, seconds=seconds, store=store, config=config))
    print(report.text(form.value))
    say(report.summary)


@app.command()
def devices(form: FormatOption = Format.table, store: StoreOption = None, config: ConfigOption = None) -> None:
    """List the devices of a store."""
    import garde.app as verbs

    print(done(lambda: verbs.devices(form.value, store=store, config=config)))


@app.command()
def findings(
    form: Annotated[
        FindingsFormat, typer.Option("--format", help="table, json, csv or stix (a STIX 2.1 bundle).")
    ] = FindingsFormat.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """List what needs someone, and what no longer does."""
    import garde.app as verbs

    print(done(lambda: verbs.findings(form.value, store=store, config=config)))


@app.command()
def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="board, monthly, register or kit.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the PDF.")],
    language: Annotated[str, typer.Option("--language", help="fr or en.")] = "fr",
    ward: Annotated[str, typer.Option("--ward", help="Only this ward; empty takes the whole site.")] = "",
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="Else the thirty days before now.")] = "",
    facts: Annotated[Path | None, typer.Option("--facts", metavar="FILE", help="Where to write the facts.")] = None,
    directory: Annotated[
        Path | None, typer.Option("--directory", metavar="FILE", help="Contacts and fallbacks, else [site] directory.")
    ] = None,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a report as an accessible PDF, and keep its digests in the evidence."""
    from garde.papers import write
    from garde.pipeline.reports import Wanted

    wanted = Wanted(name, language, ward, month)
    say(done(lambda: write(wanted, out, facts=facts, directory=directory, store=store, config=config)))


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

    print(done(lambda: verbs.why(device, attribute, form.value, store=store, config=config)))


@app.command()
def verify(store: StoreOption = None, config: ConfigOption = None) -> None:
    """Check the chain and its seals, that every message is what its id says, and that every claim rests on one."""
    breaks = recorded(lambda record: record.verify(say), store, config)
    for line in breaks:
        print(line)
    say("Nothing is altered or missing." if not breaks else f"{len(breaks)} breaks found.")
    if breaks:
        raise typer.Exit(3)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT.garde", help="Archive to write: a ZIP that verifies itself.")],
    since: Annotated[str, typer.Option(metavar="TIME", help="Messages from this day or moment on (ISO 8601).")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="Messages before this day or moment.")] = "",
    kinds: Annotated[str, typer.Option(metavar="KIND,…", help="Kinds of messages, such as Decision.")] = "",
    device: Annotated[str, typer.Option(help="Messages about one device: id, MAC, IP, host name, serial.")] = "",
    messages: Annotated[str, typer.Option(metavar="ID,…", help="Single messages by their id.")] = "",
    key: KeyOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Write evidence to a signed archive that verifies without Garde; what is not asked for stays as a digest."""
    asked = {"since": since, "until": until, "kinds": kinds, "device": device, "messages": messages}
    say(recorded(lambda record: record.export(out, **asked, key=key), store, config))


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File to write.")],
    key: KeyOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Write everything the store holds to one file, while Garde runs; encrypted, it also carries the key file."""
    say(recorded(lambda record: record.backup(out, key=key), store, config))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the store holds.")] = False,
    key: OpenOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Make an empty store what a backup holds, and check it; a damaged backup is refused and nothing is written."""
    import garde.app as verbs

    breaks = done(lambda: verbs.restore(file, key=key, replace=replace, store=store, config=config, say=say))
    for line in breaks:
        print(line)
    if breaks:
        raise typer.Exit(3)


@app.command()
def decrypt(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An encrypted archive or backup.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File to write.")],
    key: OpenOption = "",
    config: ConfigOption = None,
) -> None:
    """Write what an encrypted archive or backup holds to another file."""
    import garde.app as verbs

    done(lambda: verbs.decrypt(file, out, key=key, config=config))


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

    print(done(lambda: verbs.import_gmao(file, mapping, commit, form.value, store=store, config=config)))


@app.command()
def run(
    only: Annotated[
        str,
        typer.Option("--only", help="Parts, by commas: sensor, stages, notify, act, radius, web. Empty runs all."),
    ] = "",
    port: Annotated[int, typer.Option(help="TCP port of the pages; 0 takes it from the settings.")] = 0,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the whole product; with nothing configured it opens on the demonstration hospital."""
    from garde import running

    done(lambda: running.run(only=only, port=port, store=store, config=config, say=say))


@app.command()
def serve(
    only: Annotated[
        str,
        typer.Option("--only", help="Parts, by commas: sensor, stages, notify, act, radius, web. Empty runs all."),
    ] = "",
    port: Annotated[int, typer.Option(help="TCP port of the pages; 0 takes it from the settings.")] = 0,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the whole product without the demonstration: people sign in."""
    from garde import running

    done(lambda: running.serve(only=only, port=port, store=store, config=config, say=say))


@app.command()
def twin(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Capture to write (pcap).")] = None,
    count: Annotated[int, typer.Option("--devices", min=1, max=50_000, help="How many devices.")] = 150,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    truth: Annotated[Path | None, typer.Option(help="Where to write what is true (JSON).")] = None,
    gmao: Annotated[Path | None, typer.Option(help="Where to write the GMAO's CSV.")] = None,
    midstream: Annotated[bool, typer.Option(help="Begin the capture after the connections were set up.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Build a test network on this machine (root), and put a policy in force.")
    ] = False,
) -> None:
    """Write the traffic of a simulated hospital, or let a small one live behind a gateway."""
    import garde.twin as hospital

    if live:
        from garde.twin.live import demonstrated

        texts = {
            "line": "{mode}: {passed} of {needed} needed connections passed, {stopped} of {planted} violations stopped",
            "undone": "undone: the gateway holds what it held before",
        }
        if not done(lambda: demonstrated(print, texts)):
            raise typer.Exit(3)
        return
    if out is None:
        raise typer.BadParameter("Say where the capture is written: --out FILE, or --live")
    say(
        str(done(lambda: hospital.make(devices=count, seed=seed, out=out, truth=truth, gmao=gmao, midstream=midstream)))
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
