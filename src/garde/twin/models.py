"""Models: the devices and stacks a hospital buys, read from ``makes/``.

Question: what does one make and model look like on the wire?
Reference: domain notes 01 §9 (address blocks) and 02 §3 (kinds). The twin's knowledge is its own: nothing here comes
from the catalogue by which Garde recognises devices, so that the two can disagree.

Example:
    >>> models()["SOMATOM go.Top"].kind
    'CT'
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from random import Random

import msgspec

from garde.twin.station import Stack, stacks


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row ``[[model]]``.

    Attributes:
        name, kind, maker: as the truth file says them.
        ouis: first three octets of its MAC addresses; empty: randomised ones.
        stack: name of a row ``[[stack]]``.
        share: per mille of the fleet; 0: only placed by name.
        wards: codes of `garde.twin.hospital.WARDS`; empty: anywhere.
        speaks: names of rows of `garde.twin.day.VOICES`.
        serial, host, ae: patterns; ``#`` a digit, ``?`` a letter, ``{w}`` the ward, ``{n}`` a number.
        software: version.
        modality: DICOM modality. implementation: DICOM implementation class UID and version name.
        mdc: IEEE 11073 code of its device system.
        banner, title, login: what its HTTP or Telnet server says. snmp: sysDescr and sysObjectID.
        services: DNS-SD service types.
        behind: stands behind a gateway of this kind and has no address of its own.
        poor: nothing it says tells its kind, so that whoever names one guesses.
    """

    name: str
    kind: str
    stack: str
    share: float
    maker: str = ""
    ouis: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    speaks: tuple[str, ...] = ()
    serial: str = ""
    host: str = ""
    ae: str = ""
    software: str = ""
    modality: str = ""
    implementation: tuple[str, ...] = ()
    mdc: str = ""
    banner: str = ""
    title: str = ""
    login: str = ""
    snmp: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    behind: str = ""
    poor: bool = False


@cache
def _rows() -> dict[str, list[dict[str, object]]]:
    out: dict[str, list[dict[str, object]]] = {"model": [], "stack": []}
    folder = resources.files("garde.twin").joinpath("makes")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        for table, rows in tomllib.loads(file.read_text("utf-8")).items():
            out[table] += rows
    return out


@cache
def models() -> dict[str, Model]:
    """Models by name, in the order of the files."""
    return {row.name: row for row in msgspec.convert(_rows()["model"], list[Model])}


@cache
def systems() -> dict[str, Stack]:
    """Stacks by name."""
    return dict(stacks(_rows()["stack"]))


def spell(pattern: str, rng: Random, **words: object) -> str:
    """A pattern with its digits and letters drawn.

    Example:
        >>> spell("CT{n}-##", Random(1), n=2)
        'CT2-29'
    """
    text = "".join(
        str(rng.randrange(10)) if c == "#" else rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") if c == "?" else c
        for c in pattern
    )
    return text.format(**words) if "{" in text else text
