"""Verbs of notifications.

Question: which channels are there, and what could not be sent?
Reference: issue 3 part 6.

Example::

    garde notify dead
"""

from __future__ import annotations

from typing import Annotated

import typer

from garde.cli.options import ConfigOption, Format, FormatOption, StoreOption, done, say

notify = typer.Typer(name="notify", help="Who is told of findings, and what could not be sent.", no_args_is_help=True)


@notify.command("test")
def notify_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Name of a [[notify.channel]].")],
    to: Annotated[str, typer.Option("--to", metavar="MAIL", help="Where a channel without recipients writes.")] = "",
    config: ConfigOption = None,
) -> None:
    """Send a test through one channel now, and say whether the peer took it."""
    import garde.notices as verbs

    say(done(lambda: verbs.trial(channel, to=to, config=config)))


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
        count = done(lambda: verbs.again(notices or [], drop=drop, store=store, config=config))
        say(f"{count} notices {'were dropped' if drop else 'are on their way again'}.")
    else:
        print(done(lambda: verbs.dead(form.value, store=store, config=config)))
