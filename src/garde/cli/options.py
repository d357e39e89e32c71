"""Options that several verbs share, and how a verb runs: what was said goes to stdout, the rest to stderr.

Question: which exit code tells a script how it went?
Reference: issue 2 part 8. Exit codes: 0 done; 1 something named on stderr was not readable or not found, the rest was
done; 2 the command itself was mistyped; 3 a verification failed.

Example::

    print(done(lambda: accounts.listed(store=store, config=config)))
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from garde.errors import GardeError

if TYPE_CHECKING:
    from garde.record import Record


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
KeyOption = Annotated[
    str, typer.Option("--key", metavar="URL", help="Encrypt with this key: file:…, passphrase: or pkcs11:…")
]
OpenOption = Annotated[
    str, typer.Option("--key", metavar="URL", help="The key that encrypted it; without it, the installation's.")
]
Result = TypeVar("Result")


def say(text: str) -> None:
    """A sentence for the person at the terminal, on stderr."""
    print(text, file=sys.stderr, flush=True)


def done(work: Callable[[], Result]) -> Result:
    """Do the work; a named failure becomes one line on stderr and exit code 1."""
    try:
        return work()
    except GardeError as error:
        say(f"garde: {error}")
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None


def recorded(work: Callable[[Record], Result], store: str | None, config: Path | None) -> Result:
    """Do the work on the record: the store, its key and the clock."""
    import garde.app as verbs

    def begin() -> Result:
        with verbs.record(store, config) as record:
            return work(record)

    return done(begin)
