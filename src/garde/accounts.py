"""Accounts from the command line: people, their roles and tokens, on a machine without a browser.

Question: how is somebody let in when no page is open yet, or when nobody remembers a password?
Reference: issue 3 part 1. Whoever may write the store may let people in; each change stands in the log as made by the
account of this machine, ``shell:NAME``. A password comes over standard input, never as an argument that others can
list.

Example::

    echo 'correct horse battery' | garde people add k.morel --role rssi --password-stdin
"""

from __future__ import annotations

import getpass
from pathlib import Path

from garde import config as settings
from garde.app import SystemClock, opened, people
from garde.errors import Malformed
from garde.model.person import Grant
from garde.people.register import described
from garde.people.secret import Token
from garde.report.table import table_of

_DAY = 86_400 * 1_000_000_000


def add(
    login: str, name: str, roles: list[str], mail: str, secret: str, *, store: str | None, config: Path | None
) -> str:
    """A new person.

    Raises:
        Malformed: a login or a role that cannot be.
        Conflict: the login is taken.
        Refused: the password is too easy.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        person = people(chosen, kept).add(
            _me(),
            SystemClock().now(),
            login=login,
            name=name,
            grants=tuple(map(grant, roles)),
            mail=mail,
            secret=secret,
        )
    return f"{person.login} may come in as {described(person.grants)}"


def change(login: str, roles: list[str], secret: str, *, store: str | None, config: Path | None) -> str:
    """Other roles, or a new password, for somebody who is there.

    Raises:
        Missing: nobody has that login.
        Refused: the password is too easy, or nobody would be left who may let people in.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        register, now = people(chosen, kept), SystemClock().now()
        person = register.person(login)
        if roles:
            person = register.change(_me(), now, person, grants=tuple(map(grant, roles)))
        if secret:
            register.set_password(_me(), now, person, secret)
    return f"{person.login} is {described(person.grants)}"


def listed(*, store: str | None, config: Path | None) -> str:
    """Everybody, with roles, as a table."""
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        rows = [
            {
                "login": one.login,
                "name": one.name,
                "roles": described(one.grants),
                "active": "yes" if one.active else "no",
            }
            for one in people(chosen, kept).people()
        ]
    return table_of(("login", "name", "roles", "active"), rows)


def token(login: str, name: str, rights: list[str], days: int, *, store: str | None, config: Path | None) -> str:
    """A program's key that speaks for somebody; shown this once.

    Raises:
        Missing: nobody has that login.
        Refused: a right that the person does not hold, or an end that is not within a year.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        register, now = people(chosen, kept), SystemClock().now()
        return register.make_token(now, register.person(login), name, rights, now + days * _DAY)


def revoke(mark: str, *, store: str | None, config: Path | None) -> str:
    """End a token, named by the beginning of its id as the audit page shows it.

    Raises:
        Malformed: none or several begin so.
    """
    chosen = settings.load(config)
    with opened(chosen, store) as (kept, _):
        found = [one for one in kept.all(Token) if len(mark) >= 6 and one.id.startswith(mark)]
        if len(found) != 1:
            raise Malformed("token.unknown", f"{len(found)} tokens begin with {mark!r}", hint="Type more of its id")
        people(chosen, kept).revoke_token(_me(), SystemClock().now(), found[0])
    return f"{found[0].name} opens nothing any more"


def grant(text: str) -> Grant:
    """A role and where it holds: ``ROLE`` or ``ROLE:ward=Réa A,kind=CT``.

    >>> grant("ward:ward=Réa A")
    Grant(role='ward', site='', ward='Réa A', kind='')

    Raises:
        Malformed: a limit that is none.
    """
    role, _, limits = text.partition(":")
    found: dict[str, str] = {}
    for limit in filter(None, limits.split(",")):
        name, equals, value = limit.partition("=")
        if not equals or name.strip() not in ("site", "ward", "kind"):
            raise Malformed("person.limit", f"{limit!r} limits nothing", hint="site=…, ward=… or kind=…")
        found[name.strip()] = value.strip()
    return Grant(role.strip(), **found)


def _me() -> str:
    return f"shell:{getpass.getuser()}"
