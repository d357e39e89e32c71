"""The table of schemes: where a key may be kept.

Question: which adapter serves the address of a key?
Reference: `garde.ports.Keys`. What stands before the colon chooses the row. Left out: the key services of clouds, and
TPM 2.0, which belongs to the devices.

Example::

    keys = KEYS["file"].open("garde-data/evidence.pem")
    keys.sign(statement)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from garde.errors import Malformed
from garde.keys.file import FileKeys
from garde.keys.passphrase import PassphraseKeys
from garde.keys.token import TokenKeys
from garde.ports import Keys
from garde.registry import Registry


class Scheme(msgspec.Struct, frozen=True):
    """One way to keep a key.

    Attributes:
        name: what stands before the colon of its address.
        open: makes the port of what stands behind it; touches nothing yet.
    """

    name: str
    open: Callable[[str], Keys]


KEYS: Final = Registry(
    Scheme("file", FileKeys),
    Scheme("passphrase", PassphraseKeys),
    Scheme("pkcs11", TokenKeys),
)


def open_keys(url: str) -> Keys:
    """The key at an address.

    Raises:
        Malformed: the scheme is not known.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in KEYS:
        known = ", ".join(f"{name}:" for name in KEYS.names)
        raise Malformed("keys.url", f"{url!r} is no address of a key", hint=f"Known: {known}")
    return KEYS[scheme].open(rest)
