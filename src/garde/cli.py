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
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from garde.errors import GardeError

if TYPE_CHECKING:
    from garde.record import Record

app = typer.Typer(
    name="garde",
    help="Watches over a hospital's connected medical devices.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


imports = typer.Typer(name="import", help="Read what other systems know.", no_args_is_help=True)
people = typer.Typer(name="people", help="Let people in, and see who may do what.", no_args_is_help=True)
app.add_typer(imports)
app.add_typer(people)
risk = typer.Typer(
    name="risk", help="What is published about the devices, and what depends on them.", no_args_is_help=True
)
app.add_typer(risk)
keys = typer.Typer(name="keys", help="The key that seals the log and wraps the secrets.", no_args_is_help=True)
app.add_typer(keys)
secrets = typer.Typer(
    name="secrets", help="Passwords and keys of other systems, encrypted in the store.", no_args_is_help=True
)
app.add_typer(secrets)
notify = typer.Typer(name="notify", help="Who is told of findings, and what could not be sent.", no_args_is_help=True)
app.add_typer(notify)


class Format(enum.StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


class FindingsFormat(enum.StrEnum):
    """How findings are printed."""

    table = "table"
    json = "json"
    csv = "csv"
    stix = "stix"


StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="sqlite:///FILE or postgresql://…; default in the XDG data home."),
]
ConfigOption = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings in TOML.")]
FormatOption = Annotated[Format, typer.Option("--format", help="table, json or csv.")]
KeyOption = Annotated[
    str, typer.Option("--key", metavar="URL", help="Encrypt with this key: file:…, passphrase: or pkcs11:…")
]
OpenOption = Annotated[
    str, typer.Option("--key", metavar="URL", help="The key that encrypted it; without it, the installation's.")
]
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


def _record(work: Callable[[Record], Result], store: str | None, config: Path | None) -> Result:
    """Do the work on the record: the store, its key and the clock."""
    import garde.app as verbs

    def begin() -> Result:
        with verbs.record(store, config) as record:
            return work(record)

    return _run(begin)


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
def findings(
    form: Annotated[
        FindingsFormat, typer.Option("--format", help="table, json, csv or stix (a STIX 2.1 bundle).")
    ] = FindingsFormat.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """List what needs someone, and what no longer does."""
    import garde.app as verbs

    print(_run(lambda: verbs.findings(form.value, store=store, config=config)))


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
    _say(_run(lambda: write(wanted, out, facts=facts, directory=directory, store=store, config=config)))


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
    """Check the chain and its seals, that every message is what its id says, and that every claim rests on one."""
    breaks = _record(lambda record: record.verify(_say), store, config)
    for line in breaks:
        print(line)
    _say("Nothing is altered or missing." if not breaks else f"{len(breaks)} breaks found.")
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
    _say(_record(lambda record: record.export(out, **asked, key=key), store, config))


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File to write.")],
    key: KeyOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Write everything the store holds to one file, while Garde runs; encrypted, it also carries the key file."""
    _say(_record(lambda record: record.backup(out, key=key), store, config))


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

    breaks = _run(lambda: verbs.restore(file, key=key, replace=replace, store=store, config=config, say=_say))
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

    _run(lambda: verbs.decrypt(file, out, key=key, config=config))


@keys.command("rotate")
def keys_rotate(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="The key that follows; without it, a new file follows the old.")
    ] = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Let another key follow while Garde runs: announced in a seal, and all secrets encrypted anew."""
    print(_record(lambda record: record.rotate(to, _say), store, config))


@secrets.command("put")
def secrets_put(
    name: Annotated[str, typer.Argument(metavar="NAME", help="For example smtp.password.")],
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep a secret, read from the terminal or from standard input; an older one of that name is replaced."""
    value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    _record(lambda record: record.secrets().put(name, value), store, config)


@secrets.command("list")
def secrets_list(store: StoreOption = None, config: ConfigOption = None) -> None:
    """List the names of the secrets; nothing prints what they are."""
    for name in _record(lambda record: record.secrets().names(), store, config):
        print(name)


@secrets.command("drop")
def secrets_drop(
    name: Annotated[str, typer.Argument(metavar="NAME")], store: StoreOption = None, config: ConfigOption = None
) -> None:
    """Forget a secret."""
    _record(lambda record: record.secrets().drop(name), store, config)


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


@notify.command("test")
def notify_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Name of a [[notify.channel]].")],
    to: Annotated[str, typer.Option("--to", metavar="MAIL", help="Where a channel without recipients writes.")] = "",
    config: ConfigOption = None,
) -> None:
    """Send a test through one channel now, and say whether the peer took it."""
    import garde.notices as verbs

    _say(_run(lambda: verbs.trial(channel, to=to, config=config)))


@notify.command("dead")
def notify_dead(
    notices: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Notices; none means all.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Put them back on their way.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Forget them.")] = False,
    form: FormatOption = Format.table,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """List what could not be sent and was given up, send it again, or forget it."""
    import garde.notices as verbs

    if retry and drop:
        raise typer.BadParameter("--retry or --drop, not both")
    if retry or drop:
        count = _run(lambda: verbs.again(notices or [], drop=drop, store=store, config=config))
        _say(f"{count} notices {'were dropped' if drop else 'are on their way again'}.")
    else:
        print(_run(lambda: verbs.dead(form.value, store=store, config=config)))


@app.command()
def run(
    only: Annotated[
        str, typer.Option("--only", help="Comma-separated parts: sensor, stages, notify, web. Empty runs all.")
    ] = "",
    port: Annotated[int, typer.Option(help="TCP port of the pages; 0 takes it from the settings.")] = 0,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the whole product; with nothing configured it opens on the demonstration hospital."""
    from garde import running

    _run(lambda: running.run(only=only, port=port, store=store, config=config, say=_say))


@app.command()
def serve(
    only: Annotated[
        str, typer.Option("--only", help="Comma-separated parts: sensor, stages, web. Empty runs all.")
    ] = "",
    port: Annotated[int, typer.Option(help="TCP port of the pages; 0 takes it from the settings.")] = 0,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the whole product without the demonstration: people sign in."""
    from garde import running

    _run(lambda: running.serve(only=only, port=port, store=store, config=config, say=_say))


Roles = Annotated[
    list[str] | None, typer.Option("--role", metavar="ROLE[:ward=…,site=…,kind=…]", help="May be given several times.")
]
PasswordInput = Annotated[bool, typer.Option("--password-stdin", help="Read a password from standard input.")]


def _password(wanted: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if wanted else ""


@people.command("add")
def add_person(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    role: Roles = None,
    name: Annotated[str, typer.Option(help="What colleagues call them.")] = "",
    mail: Annotated[str, typer.Option(help="Address for notifications.")] = "",
    password_stdin: PasswordInput = False,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Add a person."""
    from garde import accounts

    secret = _password(password_stdin)
    _say(_run(lambda: accounts.add(login, name or login, role or [], mail, secret, store=store, config=config)))


@people.command("change")
def change_person(
    login: Annotated[str, typer.Argument(metavar="LOGIN")],
    role: Roles = None,
    password_stdin: PasswordInput = False,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Give somebody other roles, or a new password."""
    from garde import accounts

    secret = _password(password_stdin)
    _say(_run(lambda: accounts.change(login, role or [], secret, store=store, config=config)))


@people.command("list")
def list_people(store: StoreOption = None, config: ConfigOption = None) -> None:
    """List who may come in, and as what."""
    from garde import accounts

    print(_run(lambda: accounts.listed(store=store, config=config)))


@people.command("token")
def make_token(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="Whose rights bound it.")],
    right: Annotated[list[str], typer.Option("--right", metavar="RIGHT", help="May be given several times.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it ends.")] = 30,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a token for a program; it is printed this once."""
    from garde import accounts

    print(_run(lambda: accounts.token(login, name, right, days, store=store, config=config)))


@people.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(metavar="ID", help="Beginning of the token's id.")],
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """End a token."""
    from garde import accounts

    _say(_run(lambda: accounts.revoke(token, store=store, config=config)))


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

    done = _run(lambda: judging.imported(paths, store=store, config=config))
    if form is Format.json:
        print(msgspec.json.encode(done).decode("utf-8"))
    else:
        print("\n".join(f"{name}: {many}" for name, many in done.by.items()))
    for one in done.refused:
        _say(f"garde: refused: {one['file']} {one['place']}: {one['why']}")
    _say(f"{done.kept} rows kept, {len(done.refused)} refused")


@risk.command("score")
def score_devices(form: FormatOption = Format.table, store: StoreOption = None, config: ConfigOption = None) -> None:
    """Score every device: how much care depends on it, and how exposed it is by what was imported."""
    import msgspec

    from garde import judging

    found = _run(lambda: judging.scored(store=store, config=config))
    if form is Format.json:
        print(msgspec.json.encode([judging.as_record(one) for one in found]).decode("utf-8"))
    else:
        print(judging.as_table(found))


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
