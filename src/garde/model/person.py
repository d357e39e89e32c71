"""Person: somebody who may sign in, and what for.

Question: who is this, which roles do they hold, and over which part of the hospital?
Reference: reference of the pages 6.1; domain note 12 §1 for the French words. Secrets of a person (password, second
factor) are records of their own, so that showing a person never shows them.

Example:
    >>> anna = Person(id="p-1", login="a.roy", name="Anna Roy", grants=(Grant(role="ward", ward="Réa A"),))
    >>> anna.roles
    ('ward',)
"""

from __future__ import annotations

import msgspec


class Grant(msgspec.Struct, frozen=True):
    """A role, and the part of the hospital where it holds; an empty word is everywhere.

    Attributes:
        role: a row of ``people/roles.toml``.
        site: facility.
        ward: clinical unit.
        kind: kind of device.
    """

    role: str
    site: str = ""
    ward: str = ""
    kind: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in.

    Attributes:
        id: ``p-`` and a random word; it stays when the login changes.
        login: what is typed, in lower case.
        name: what colleagues call them.
        mail: address for notifications, or empty.
        language: ``fr``, ``en``, or empty for the browser's.
        grants: roles with their scopes.
        active: may sign in.
        made_at: nanoseconds since 1970.
        subject: issuer and subject of OpenID Connect as ``issuer subject``, or empty for a local account.
    """

    id: str
    login: str
    name: str
    mail: str = ""
    language: str = ""
    grants: tuple[Grant, ...] = ()
    active: bool = True
    made_at: int = 0
    subject: str = ""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles held, each once, in the order in which they were given."""
        return tuple(dict.fromkeys(grant.role for grant in self.grants))


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A list that somebody keeps under a name: its address is its whole state.

    Attributes:
        id: the person's id and the name.
        person: id of the person.
        name: what they call it.
        address: path and query within this site.
    """

    id: str
    person: str
    name: str
    address: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for all to see until somebody changes it: the note of the shift.

    Attributes:
        id: what it is, ``shift``.
        text: in the person's own words.
        person: login of who said it.
        at: nanoseconds since 1970.
    """

    id: str
    text: str
    person: str
    at: int
