"""Reconcile: the biomedical service's list beside what is on the network.

Question: which rows of the GMAO are which devices, which are ghosts (listed, not seen), strangers (seen, not listed) or
moved, and which rows cannot be read?
Reference: domain note 11 §4 (keys in order, field ownership, CSV wizard) and §9; RFC 4180; OWASP on formula injection.
A dry run and a commit compute the same `Outcome`; committing means storing its ``decisions``. A value of the file is a
claim of source ``gmao``: it never deletes what was seen, and a contradiction is listed. Left out: XLSX, work orders.

Example:
    >>> outcome = reconcile("N° série;Service\\nSN-1;Réa A\\n".encode("cp1252"), "serial=N° série,ward=Service", [])
    >>> outcome.ghosts[0].values["ward"], outcome.encoding, outcome.delimiter
    ('Réa A', 'cp1252', ';')
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from garde.errors import Malformed, Refused
from garde.inventory import udi
from garde.inventory.joins import normal
from garde.inventory.kinds import kinds, of_label
from garde.model.catalogue import attributes
from garde.model.decision import Decision
from garde.model.device import Device
from garde.model.key import Key
from garde.model.message import digest

#: Largest file, in bytes, and longest row and cell, in characters.
LARGEST: Final = 64 << 20
MOST_COLUMNS: Final = 256
LONGEST: Final = 256
#: What a spreadsheet would run when the value is exported again (OWASP).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
#: Column heads of French and English exports, normalised, for when no mapping is given.
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "asset_tag": ("numero inventaire", "n inventaire", "inventaire", "asset tag", "asset number", "code equipement"),
    "serial": ("numero serie", "n serie", "numero de serie", "n de serie", "serial", "serial number", "sn"),
    "manufacturer": ("marque", "fabricant", "constructeur", "manufacturer", "maker", "vendor"),
    "model": ("modele", "model", "type modele"),
    "kind": ("type", "designation", "libelle", "famille", "kind", "device type"),
    "udi": ("udi", "iud"),
    "mac": ("mac", "adresse mac", "mac address"),
    "ip": ("ip", "adresse ip", "ip address"),
    "hostname": ("nom reseau", "nom hote", "hostname", "host name", "nom machine"),
    "facility": ("site", "etablissement", "facility"),
    "ward": ("service", "uf", "unite fonctionnelle", "ward", "department"),
    "room": ("local", "salle", "piece", "room"),
    "owner": ("responsable", "owner"),
    "software": ("version logicielle", "version", "software version"),
    "manufacture_date": ("date fabrication", "date de fabrication"),
}
#: Attributes by which a row is recognised, the surest first (domain note 11 §4: inventory number, serial, UDI, MAC).
RECOGNISES: Final = ("asset_tag", "serial", "udi", "mac", "hostname", "ip")
#: Attributes that say where something is: a difference means that it moved, not that somebody is wrong.
PLACES: Final = ("facility", "ward", "room", "bed", "location")


class Row(msgspec.Struct, frozen=True):
    """A row that could be read.

    Attributes:
        line: line of the file, from 1, where it begins.
        values: attribute → value, canonical where the attribute has a form.
    """

    line: int
    values: dict[str, str]


class Match(msgspec.Struct, frozen=True):
    """A row and the device it is, by which attribute it was recognised, and where the two differ.

    Attributes:
        moved: place attribute → (seen or claimed so far, in the file).
        conflicts: attribute → (seen, in the file).
    """

    row: Row
    device: str
    by: str
    moved: dict[str, tuple[str, str]] = {}
    conflicts: dict[str, tuple[str, str]] = {}


class Refusal(msgspec.Struct, frozen=True):
    """A row, or a cell of it, that was not taken, and why; ``code`` is a stable slug."""

    line: int
    code: str
    what: str


class Outcome(msgspec.Struct, frozen=True):
    """What a file says beside the inventory."""

    matched: tuple[Match, ...]
    ghosts: tuple[Row, ...]
    strangers: tuple[str, ...]
    refused: tuple[Refusal, ...]
    decisions: tuple[Decision, ...]
    mapping: dict[str, str]
    encoding: str
    delimiter: str

    @property
    def moved(self) -> tuple[Match, ...]:
        """Matches whose place differs."""
        return tuple(match for match in self.matched if match.moved)

    @property
    def conflicts(self) -> tuple[Match, ...]:
        """Matches that contradict what is seen."""
        return tuple(match for match in self.matched if match.conflicts)


def reconcile(data: bytes, mapping: str, devices: Iterable[Device], *, at: int = 0, person: str = "") -> Outcome:
    """Compare a CSV file with the devices.

    Args:
        data: the file as it came.
        mapping: ``attribute=column,…``; empty: columns are recognised by their heads.
        devices: the inventory.
        at: nanoseconds since 1970 of the import; written on the decisions.
        person: who imports.

    Raises:
        Malformed: not a table, an unknown attribute or column, or two columns for one attribute.
        Refused: the file is too large.
    """
    text, encoding = decode(data)
    delimiter = sniff(text)
    heads, lines = _table(text, delimiter)
    chosen = columns(mapping, heads)
    index = _Index(devices)
    refused: list[Refusal] = []
    rows = [row for number, cells in lines if (row := _row(number, cells, heads, chosen, refused)) is not None]
    matched: list[Match] = []
    ghosts: list[Row] = []
    taken: dict[str, int] = {}
    for row in rows:
        device, by = index.find(row, refused)
        if device is None:
            if by:
                continue
            ghosts.append(row)
        elif device.id in taken:
            what = f"the same device as line {taken[device.id]}, by its {by}"
            refused.append(Refusal(row.line, "import.duplicate", what))
        else:
            taken[device.id] = row.line
            matched.append(_compare(row, device, by))
    strangers = tuple(sorted(device.id for device in index.devices if device.id not in taken))
    decisions = tuple(
        decision for match in matched for decision in _decisions(match, index.by_id[match.device], at, person)
    )
    refused.sort(key=lambda one: (one.line, one.code, one.what))
    return Outcome(tuple(matched), tuple(ghosts), strangers, tuple(refused), decisions, chosen, encoding, delimiter)


# ---------------------------------------------------------------------------------------------------------- the file
def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding: a byte order mark decides, else UTF-8 where it is valid, else Windows-1252."""
    if len(data) > LARGEST:
        raise Refused("import.too-large", f"{len(data)} bytes, at most {LARGEST}", hint="Split the file")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def heads_of(data: bytes) -> list[str]:
    """The column heads of a file, for who maps them by hand.

    Raises:
        Malformed: not a table.
        Refused: the file is too large.

    >>> heads_of(b"Serial;Ward\\nSN-1;ICU\\n")
    ['Serial', 'Ward']
    """
    text, _ = decode(data)
    return _table(text, sniff(text))[0]


def sniff(text: str) -> str:
    """The delimiter that cuts the head into most columns."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max((";", ",", "\t", "|"), key=lambda sign: len(next(csv.reader([head[:65536]], delimiter=sign), [])))


def _table(text: str, delimiter: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Heads, and the rows with the line where each begins."""
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    heads: list[str] = []
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if not heads:
                    heads = [cell.strip() for cell in cells[:MOST_COLUMNS]]
                else:
                    lines.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Malformed("import.csv", str(error), where=f"line {begins}") from None
    if not heads:
        raise Malformed("import.empty", "the file holds no row of column heads")
    return heads, lines


def plain(text: str) -> str:
    """A column head without case, accents and punctuation.

    >>> plain("N° série"), plain("Modèle")
    ('n serie', 'modele')
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("°", " ").casefold())
    return " ".join(re.split(r"[^0-9a-z]+", "".join(c for c in decomposed if not unicodedata.combining(c)))).strip()


def columns(mapping: str, heads: Sequence[str]) -> dict[str, str]:
    """Attribute → column.

    Raises:
        Malformed: an unknown attribute or column, with the nearest known one, or nothing that recognises a device.
    """
    chosen: dict[str, str] = {}
    known = {plain(head): head for head in heads}
    for pair in filter(None, (part.strip() for part in mapping.split(","))):
        attribute, sign, column = (part.strip() for part in pair.partition("="))
        if not sign or attribute not in attributes():
            raise Malformed("import.mapping", f"{attribute!r} is not an attribute", hint=_near(attribute, attributes()))
        if plain(column) not in known:
            raise Malformed("import.mapping", f"the file has no column {column!r}", hint=_near(column, heads))
        if attribute in chosen:
            raise Malformed("import.mapping", f"{attribute!r} has two columns")
        chosen[attribute] = known[plain(column)]
    if not mapping.strip():
        for attribute, names in HEADS.items():
            found = next((known[name] for name in names if name in known), None)
            if found is not None:
                chosen[attribute] = found
    if not any(attribute in chosen for attribute in RECOGNISES):
        known_by = ", ".join(RECOGNISES)
        raise Malformed(
            "import.mapping", "no column recognises a device", hint=f"Map one of {known_by}: --map serial=COLUMN"
        )
    return chosen


def _near(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"Did you mean {found[0]}?" if found else f"Known: {', '.join(list(known)[:20])}"


def _row(
    line: int, cells: Sequence[str], heads: Sequence[str], chosen: Mapping[str, str], refused: list[Refusal]
) -> Row | None:
    """A row as attributes; what cannot be read is refused by line, and the rest of the row still counts."""
    if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
        refused.append(Refusal(line, "import.columns", f"{len(cells)} cells for {len(heads)} columns"))
        return None
    values: dict[str, str] = {}
    for attribute, column in chosen.items():
        at = heads.index(column)
        value = cells[at].strip() if at < len(cells) else ""
        if not value:
            continue
        if value.startswith(FORMULA):
            refused.append(Refusal(line, "import.formula", f"{column}: begins with {value[0]!r} like a formula"))
            continue
        try:
            values[attribute] = canonical(attribute, value)
        except Malformed as error:
            refused.append(Refusal(line, error.code, f"{column}: {error.what}"))
    if not any(attribute in values for attribute in RECOGNISES):
        refused.append(Refusal(line, "import.no-key", "nothing in this row recognises a device"))
        return None
    return Row(line, values)


def canonical(attribute: str, value: str) -> str:
    """A cell in the form of its attribute.

    Raises:
        Malformed: too long, or not of that form.

    >>> canonical("manufacture_date", "03/09/2021"), canonical("mac", "00-09-FB-01-02-03"), canonical("kind", "Scanner")
    ('2021-09-03', '00:09:fb:01:02:03', 'CT')
    """
    value = " ".join(value.split())
    if len(value) > LONGEST:
        raise Malformed("import.length", f"{len(value)} characters, at most {LONGEST}")
    row = attributes()[attribute]
    if row.type in ("mac", "ip"):
        return Key.of(row.type, value).value
    if row.type == "date":
        return _date(value)
    if row.type == "number":
        return _number(value)
    if attribute == "kind":
        found = value if value in kinds() else of_label(value)
        if not found:
            raise Malformed("import.kind", f"{value!r} is not a kind of device", hint=_near(value, kinds()))
        return found
    return value


def _date(value: str) -> str:
    """ISO 8601, French day/month/year, or the day number of a spreadsheet (days since 1899-12-30)."""
    for form in (r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", r"(?P<d>\d\d?)[/.-](?P<m>\d\d?)[/.-](?P<y>\d{4})"):
        match = re.fullmatch(form, value.partition(" ")[0], re.ASCII)
        if match:
            try:
                return dt.date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
            except ValueError:
                break
    if value.isascii() and value.isdigit() and 20_000 <= int(value[:8]) <= 80_000:
        return (dt.date(1899, 12, 30) + dt.timedelta(int(value))).isoformat()
    raise Malformed("import.date", f"{value!r} is not a date")


def _number(value: str) -> str:
    """A number with a decimal comma or point and thin or plain spaces between thousands."""
    plain_value = re.sub(r"[\s\u00a0\u202f]", "", value).replace(",", ".")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,9})?", plain_value):
        raise Malformed("import.number", f"{value!r} is not a number")
    return plain_value


# ------------------------------------------------------------------------------------------------------ the comparison
class _Index:
    """Devices by what recognises them."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self.devices = list(devices)
        self.by_id = {device.id: device for device in self.devices}
        self._found: dict[tuple[str, str], list[Device]] = {}
        for device in self.devices:
            for where in set(_marks(device)):
                self._found.setdefault(where, []).append(device)

    def find(self, row: Row, refused: list[Refusal]) -> tuple[Device | None, str]:
        """The device that a row is, and by which attribute; several equal candidates are refused, not guessed."""
        for attribute in RECOGNISES:
            value = row.values.get(attribute)
            if not value:
                continue
            found = self._found.get((attribute, _mark(attribute, value)), [])
            if attribute == "serial" and len(found) > 1:
                found = [device for device in found if _same_maker(device, row)]
            elif attribute == "serial":
                found = [device for device in found if not _other_maker(device, row)]
            if len(found) == 1:
                return found[0], attribute
            if len(found) > 1:
                what = f"{len(found)} devices have this {attribute}: {value}"
                refused.append(Refusal(row.line, "import.ambiguous", what))
                return None, attribute
        return None, ""


def _marks(device: Device) -> Iterable[tuple[str, str]]:
    for attribute in RECOGNISES:
        for value in (device.value(attribute), *(claim.value for claim in device.many.get(attribute, ()))):
            if value:
                yield attribute, _mark(attribute, value)
    for key in device.keys:
        if key.kind in ("mac", "ip", "hostname", "udi"):
            yield key.kind, _mark(key.kind, key.value)
        elif key.kind == "serial":
            yield "serial", _mark("serial", key.value.rpartition("|")[2])


def _mark(attribute: str, value: str) -> str:
    """A value as it is compared: host names without domain, identifiers without punctuation."""
    if attribute == "hostname":
        return value.casefold().partition(".")[0]
    if attribute == "udi":
        parts = udi.read(value)
        return f"{parts['udi_di']}|{parts['serial']}" if "serial" in parts else value
    return value if attribute in ("mac", "ip") else normal(attribute, value)


def _same_maker(device: Device, row: Row) -> bool:
    theirs, ours = row.values.get("manufacturer"), device.value("manufacturer")
    return bool(theirs and ours) and normal("manufacturer", theirs or "") == normal("manufacturer", ours)


def _other_maker(device: Device, row: Row) -> bool:
    """Serial numbers are unique within a maker only; a maker guessed from an address contradicts nobody."""
    theirs, ours = row.values.get("manufacturer"), device.claims.get("manufacturer")
    if not theirs or ours is None or all(line.source == "oui" for line in ours.sources):
        return False
    return normal("manufacturer", theirs) != normal("manufacturer", ours.value)


def _compare(row: Row, device: Device, by: str) -> Match:
    moved: dict[str, tuple[str, str]] = {}
    conflicts: dict[str, tuple[str, str]] = {}
    for attribute, value in row.values.items():
        if attributes()[attribute].many:
            known = {_mark(attribute, claim.value) for claim in device.many.get(attribute, ())}
            known |= {_mark(attribute, key.value) for key in device.keys if key.kind == attribute}
            if known and _mark(attribute, value) not in known and attribute in ("mac", "ip"):
                conflicts[attribute] = (sorted(known)[0], value)
            continue
        seen = device.value(attribute)
        if seen and normal(attribute, seen) != normal(attribute, value):
            (moved if attribute in PLACES else conflicts)[attribute] = (seen, value)
    return Match(row, device.id, by, moved, conflicts)


def _decisions(match: Match, device: Device, at: int, person: str) -> Iterable[Decision]:
    """The row's values as claims of source ``gmao`` on the device; the same row gives the same ids, so twice is once.

    Addresses are not claimed: the network knows them better than a file.
    """
    anchor = device.keys[:1]
    for attribute, value in sorted(match.row.values.items()):
        if attribute in ("mac", "ip", "hostname"):
            continue
        yield Decision(
            id=digest("decision", "gmao", *anchor, attribute, value),
            at=at,
            verb="claim",
            person=person,
            keys=anchor,
            attribute=attribute,
            value=value,
            reason=f"line {match.row.line}",
            source="gmao",
        )
