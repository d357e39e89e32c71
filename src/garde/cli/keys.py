"""Verbs of keys and secrets.

Question: which key seals the log, and where do passwords of other systems lie?
Reference: issue 3 part 8.

Example::

    garde keys show
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, StoreOption, recorded, say

keys = typer.Typer(name="keys", help="The key that seals the log and wraps the secrets.", no_args_is_help=True)
secrets = typer.Typer(
    name="secrets", help="Passwords and keys of other systems, encrypted in the store.", no_args_is_help=True
)


@keys.command("rotate")
def keys_rotate(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="The key that follows; without it, a new file follows the old.")
    ] = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Let another key follow while Garde runs: announced in a seal, and all secrets encrypted anew."""
    print(recorded(lambda record: record.rotate(to, say), store, config))


@secrets.command("put")
def secrets_put(
    name: Annotated[str, typer.Argument(metavar="NAME", help="For example smtp.password.")],
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep a secret, read from the terminal or from standard input; an older one of that name is replaced."""
    value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    recorded(lambda record: record.secrets().put(name, value), store, config)


@secrets.command("list")
def secrets_list(store: StoreOption = None, config: ConfigOption = None) -> None:
    """List the names of the secrets; nothing prints what they are."""
    for name in recorded(lambda record: record.secrets().names(), store, config):
        print(name)


@secrets.command("drop")
def secrets_drop(
    name: Annotated[str, typer.Argument(metavar="NAME")], store: StoreOption = None, config: ConfigOption = None
) -> None:
    """Forget a secret."""
    recorded(lambda record: record.secrets().drop(name), store, config)
