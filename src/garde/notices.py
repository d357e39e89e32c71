"""What a person does about notices: try a channel, see what was given up, send it again. Part of the composition root.

Question: does this channel work, and what did nobody get?
Reference: DESIGN §3; issue 3 part 4. A verb of the command line is one function here.

Example::

    print(trial("oncall", config=Path("garde.toml")))
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from garde import config as settings
from garde.app import SystemClock, opened
from garde.errors import Missing
from garde.model.message import moment
from garde.model.notice import Notice
from garde.notify.carriers import CARRIERS
from garde.pipeline import post, wording
from garde.registry import Registry
from garde.report.table import csv_of, table_of

#: Columns of the list, in order.
COLUMNS: Final = ("id", "channel", "what", "about", "at", "tries", "error")


def trial(name: str, *, to: str = "", config: Path | None = None) -> str:
    """Send a test through a channel; a sentence that says that the peer took it.

    Args:
        name: of the channel.
        to: mail address to write to, where the channel writes to people one by one.
        config: settings file.

    Raises:
        Missing: there is no such channel.
        GardeError: the peer did not take it, and why.
    """
    chosen, clock = settings.load(config), SystemClock()
    if not chosen.notify.channel:
        raise Missing(
            "notify.none", "No channel is configured", hint="Write a [[notify.channel]] and name it by --config"
        )
    channel = Registry(*chosen.notify.channel)[name]
    parcel = wording.trial(channel.language, chosen, f"n-test-{secrets.token_hex(8)}", clock.now(), to)
    remarks = [remark for _, remark in CARRIERS[channel.kind].open(channel, clock).carry([parcel])]
    return f"{name}: the peer took {parcel.id}" + "".join(f", {remark}" for remark in remarks if remark)


def dead(form: str, *, store: str | None = None, config: Path | None = None) -> str:
    """What was given up, oldest first, as ``table``, ``json`` or ``csv``."""
    with opened(settings.load(config), store) as (kept, _):
        found = [one for one in kept.all(Notice) if one.state == "dead"]
    rows = [{name: str(getattr(one, name)) for name in COLUMNS} | {"at": moment(one.at)} for one in found]
    if form == "json":
        return msgspec.json.encode(rows).decode("utf-8")
    return csv_of(COLUMNS, rows) if form == "csv" else table_of(COLUMNS, rows)


def again(names: Sequence[str], *, drop: bool = False, store: str | None = None, config: Path | None = None) -> int:
    """Put what was given up back on its way, or forget it; no names means all. Returns how many.

    Raises:
        Missing: a name is no notice that was given up.
    """
    with opened(settings.load(config), store) as (kept, _):
        known = kept.get(Notice, names)
        for name in names:
            if name not in known or known[name].state != "dead":
                raise Missing("notify.unknown", f"{name} was not given up", hint="garde notify dead lists what was")
        return post.again(kept, SystemClock(), names, drop=drop)
