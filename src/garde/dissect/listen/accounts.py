"""Accounts: whether what somebody signs in with is what the maker delivered.

Question: is this a default account?
Reference: MITRE ATT&CK T1078.001; CWE-1392 (default credentials); ``defaults.toml``. Names and passwords stay here: a
listener tells only whether they are listed, and a keyed digest of the name.

Example:
    >>> listed("admin", "admin"), listed("admin", "Tr0ub4dor&3")
    (True, False)
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from garde.dissect.listen.spec import Digest, Told
from garde.model.rows import read

_FILE: Final = "defaults.toml"
#: Accounts meant for everybody: no secret is given away by them.
_OPEN: Final = frozenset({"anonymous", "ftp"})


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account as delivered."""

    name: str
    password: str


@cache
def _listed() -> frozenset[tuple[str, str]]:
    text = (resources.files("garde.dissect.listen") / _FILE).read_text("utf-8")
    return frozenset((row.name.lower(), row.password) for row in read(text, _FILE, {"account": Account})["account"])


def listed(name: str, password: str) -> bool:
    """Whether makers deliver this account."""
    return (name.lower(), password) in _listed()


def login(by: str, name: str, password: str, digest: Digest, start: int) -> Told:
    """The signal of an attempt to sign in whose password could be read."""
    values: dict[str, str | int | float] = {
        "by": by,
        "name": digest(name.lower().encode("utf-8", "replace")),
        "secret": digest(password.encode("utf-8", "replace")),
        "default": int(listed(name, password) and name.lower() not in _OPEN),
        "open": int(name.lower() in _OPEN),
    }
    return Told("login.clear", values, start)


def basic(text: str) -> tuple[str, str] | None:
    """Name and password of the Basic scheme (RFC 7617); None when it is none."""
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None
