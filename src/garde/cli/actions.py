"""Verbs of actions against threats.

Question: what is to be done, what would it touch, and how do I say yes, no or stop?
Reference: issue 4 part 9 (contract). Who agrees is known by a token of their own, read from standard input.

Example::

    garde actions list
    garde actions approve a-… --shown CODE --token-stdin < token
"""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from garde.cli.options import ConfigOption, StoreOption, done, say

actions = typer.Typer(name="actions", help="What is done against threats, and who must agree.", no_args_is_help=True)


class Form(enum.StrEnum):
    """How actions are printed."""

    text = "text"
    json = "json"


class What(enum.StrEnum):
    """What may be confirmed."""

    bedside = "bedside"
    clinician = "clinician"
    spare = "spare"
    by_hand = "by-hand"


FormOption = Annotated[Form, typer.Option("--format", help="text or json.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the action, or the beginning of it.")]
TokenOption = Annotated[bool, typer.Option("--token-stdin", help="Read your token from standard input.")]
ShownOption = Annotated[
    str, typer.Option("--shown", metavar="CODE", help="Of what would be touched: garde actions show.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="In your own words.")]


def _token(wanted: bool) -> str:
    return sys.stdin.readline().strip() if wanted else ""


def _said(verb: str, name: str, token: bool, store: str | None, config: Path | None, **parts: object) -> None:
    from garde import acting

    secret = _token(token)
    say(done(lambda: acting.say(verb, name, token=secret, store=store, config=config, **parts)))  # type: ignore[arg-type]


@actions.command("list")
def list_actions(
    every: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    form: FormOption = Form.text,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """List actions, what waits for somebody first."""
    from garde import acting

    print(done(lambda: acting.listed(form.value, every=every, store=store, config=config)))


@actions.command("show")
def show_action(
    name: IdArgument, form: FormOption = Form.text, store: StoreOption = None, config: ConfigOption = None
) -> None:
    """Show one action whole: what it touches, what would be lost, and what takes it back."""
    from garde import acting

    print(done(lambda: acting.shown(name, form.value, store=store, config=config)))


@actions.command("approve")
def approve_action(
    name: IdArgument,
    shown: ShownOption = "",
    token: TokenOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Agree to exactly what was shown, in your roles."""
    _said("approve", name, token, store, config, seen=shown, reason=reason)


@actions.command("refuse")
def refuse_action(
    name: IdArgument,
    token: TokenOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Refuse it; it is over then."""
    _said("refuse", name, token, store, config, reason=reason)


@actions.command("confirm")
def confirm_action(
    name: IdArgument,
    what: Annotated[What, typer.Option("--what", help="bedside, clinician, spare or by-hand.")],
    value: Annotated[str, typer.Option("--value", help="idle or in-use; a name; the spare; applied or undone.")],
    token: TokenOption = False,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Say that what it needs is so, or that an order was carried out."""
    _said("confirm", name, token, store, config, what=what.value, value=value)


@actions.command("override")
def override_action(
    name: IdArgument,
    shown: ShownOption = "",
    token: TokenOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Break the glass: let it run before all have agreed; somebody else looks at it within 72 hours."""
    _said("override", name, token, store, config, seen=shown, reason=reason)


@actions.command("review")
def review_action(
    name: IdArgument,
    token: TokenOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Say that you looked at a glass that somebody else broke."""
    _said("review", name, token, store, config, reason=reason)


@actions.command("undo")
def undo_action(
    name: IdArgument,
    token: TokenOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Take it back now; on this machine that needs no token."""
    _said("undo", name, token, store, config, reason=reason)


@actions.command("extend")
def extend_action(
    name: IdArgument,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="From now on.")],
    token: TokenOption = False,
    reason: ReasonOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> None:
    """Put its end off, by a day at most."""
    _said("extend", name, token, store, config, minutes=minutes, reason=reason)


@actions.command("freeze")
def freeze_actions(
    token: TokenOption = False, reason: ReasonOption = "", store: StoreOption = None, config: ConfigOption = None
) -> None:
    """Suspend all actions; on this machine that needs no token."""
    from garde import acting

    secret = _token(token)
    say(done(lambda: acting.switch(True, token=secret, reason=reason, store=store, config=config)))


@actions.command("thaw")
def thaw_actions(
    token: TokenOption = False, reason: ReasonOption = "", store: StoreOption = None, config: ConfigOption = None
) -> None:
    """Let actions go on."""
    from garde import acting

    secret = _token(token)
    say(done(lambda: acting.switch(False, token=secret, reason=reason, store=store, config=config)))
