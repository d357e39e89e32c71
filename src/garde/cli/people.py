"""Verbs of people: who may come in, as what, and with which programs.

Question: how does the first administrator let others in?
Reference: issue 3 part 1.

Example::

    garde people add k.morel --role biomedical
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, StoreOption, done, say

people = typer.Typer(name="people", help="Let people in, and see who may do what.", no_args_is_help=True)

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
    say(done(lambda: accounts.add(login, name or login, role or [], mail, secret, store=store, config=config)))


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
    say(done(lambda: accounts.change(login, role or [], secret, store=store, config=config)))


@people.command("list")
def list_people(store: StoreOption = None, config: ConfigOption = None) -> None:
    """List who may come in, and as what."""
    from garde import accounts

    print(done(lambda: accounts.listed(store=store, config=config)))


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

    print(done(lambda: accounts.token(login, name, right, days, store=store, config=config)))


@people.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(metavar="ID", help="Beginning of the token's id.")],
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """End a token."""
    from garde import accounts

    say(done(lambda: accounts.revoke(token, store=store, config=config)))
