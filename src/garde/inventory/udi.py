"""UDI: read what a unique device identifier says, whoever issued it.

Question: which model, serial number, lot and dates does this bar code name?
Reference: domain note 02 §4; GS1 General Specifications §3 (application identifiers), §7.9 (check digit); HIBC SLS 2.6
(ANSI/HIBC 2.6), ISBT 128 ST-001 with ICCBBA's device rules, IFA PPN 2.x (ANSI MH10.8.2). Left out: the supplements of
HIBCC that repeat a quantity, and two-digit years more than fifty years away.

Example:
    >>> parse("0103664532000012172712001 0LOT42".replace(" ", "") + "\\x1d21SN0001").serial
    'SN0001'
    >>> parse("+A123BJC5D6E71/$$52001510X3/16D20111212/S77DEFG45G").expiry
    '2020-01-15'
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Final

import msgspec

from garde.errors import Malformed

#: Longest identifier read; GS1-128 holds 48 characters, a DataMatrix of this use a few hundred.
LONGEST: Final = 512
#: The year by which two-digit years are placed; a constant, so that a parse never depends on the day it runs.
CENTURY: Final = 2026
GS: Final = "\x1d"


class Udi(msgspec.Struct, frozen=True):
    """The parts of an identifier; dates are ISO 8601, empty where absent.

    Attributes:
        issuer: ``GS1``, ``HIBCC``, ``ICCBBA`` or ``IFA``.
        di: device identifier (model, version, package).
        basic: Basic UDI-DI (GS1 GMN).
        ambiguous: a separator is missing, so that the cut between two parts was not guessed.
    """

    issuer: str
    di: str
    serial: str = ""
    lot: str = ""
    made: str = ""
    expiry: str = ""
    software: str = ""
    basic: str = ""
    donation: str = ""
    ambiguous: bool = False


def parse(text: str) -> Udi:
    """Read an identifier in any issuer's form.

    Raises:
        Malformed: no issuer's form, a wrong check character, or an impossible date.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise Malformed("udi.length", f"{len(text)} characters, at most {LONGEST}")
    if text.startswith("+"):
        return _hibcc(text)
    if text.startswith(("=", "&")):
        return _iccbba(text)
    if text.startswith("[)>") or re.match(r"(9N|1T|S|D|16D)\w", text):
        return _ifa(text)
    return _gs1(text)


def read(text: str) -> dict[str, str]:
    """The parts as attributes of attributes.toml; nothing when it is not an identifier."""
    try:
        found = parse(text)
    except Malformed:
        return {}
    parts = {"udi_di": found.di, "lot": found.lot, "manufacture_date": found.made, "software": found.software}
    if not found.ambiguous:
        parts["serial"] = found.serial
    return {name: value for name, value in parts.items() if value}


# ---------------------------------------------------------------------------------------------------------------- GS1
#: Application identifier → length of its value, 0 for up to the next separator (GS1 General Specifications §3.2).
_FIXED: Final = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_VARIABLE: Final = {
    "10": 20,
    "21": 20,
    "22": 20,
    "30": 8,
    "37": 8,
    "240": 30,
    "241": 30,
    "250": 30,
    "8012": 20,
    "8013": 30,
}


def check_digit(digits: str) -> str:
    """The GS1 check digit of a number without it: weights 3, 1, 3… from the right (§7.9.1).

    >>> check_digit("0366453200001"), check_digit("0088454600001")
    ('2', '0')
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _gs1(text: str) -> Udi:
    text = re.sub(r"^\](C1|d2|Q3|e0)", "", text)
    text = text.replace("{GS}", GS).replace("<GS>", GS).replace("|", GS).strip(GS)
    parts = _bracketed(text) if text.startswith("(") else _element_string(text)
    if "01" not in parts:
        raise Malformed("udi.gs1", "no device identifier: application identifier 01 is missing")
    di = parts["01"]
    if len(di) != 14 or not di.isascii() or not di.isdigit():
        raise Malformed("udi.gs1", f"{di!r} is not a GTIN of 14 digits")
    if check_digit(di[:-1]) != di[-1]:
        raise Malformed("udi.check", f"GTIN {di} ends with {di[-1]}, its check digit is {check_digit(di[:-1])}")
    return Udi(
        issuer="GS1",
        di=di,
        serial=parts.get("21", ""),
        lot=parts.get("10", ""),
        made=_yymmdd(parts.get("11", "")),
        expiry=_yymmdd(parts.get("17", "")),
        software=parts.get("8012", ""),
        basic=parts.get("8013", ""),
        ambiguous="?" in parts,
    )


def _bracketed(text: str) -> dict[str, str]:
    parts = dict(re.findall(r"\((\d{2,4})\)([^()\x1d]*)", text)[:32])
    for ai, value in parts.items():
        if len(value) != _FIXED.get(ai, len(value)) or len(value) > _VARIABLE.get(ai, 90):
            raise Malformed("udi.gs1", f"({ai}) holds {len(value)} characters")
    return parts


def _element_string(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    at = 0
    while at < len(text):
        ai = next(
            (text[at : at + n] for n in (4, 3, 2) if text[at : at + n] in _FIXED or text[at : at + n] in _VARIABLE), ""
        )
        if not ai:
            raise Malformed("udi.gs1", "not an application identifier", where=f"position {at}")
        at += len(ai)
        if ai in _FIXED:
            value = text[at : at + _FIXED[ai]]
            if len(value) < _FIXED[ai]:
                raise Malformed("udi.gs1", f"({ai}) ends early", where=f"position {at}")
            at += len(value)
        else:
            end = text.find(GS, at)
            value = text[at:] if end < 0 else text[at:end]
            # A scanner that drops FNC1 glues the next element to this one: say so, do not guess where to cut.
            if len(value) > _VARIABLE[ai] or (end < 0 and _glued(ai, value, parts)):
                parts["?"] = ai
            at += len(value)
        parts[ai] = value
        if text[at : at + 1] == GS:
            at += 1
    return parts


def _glued(ai: str, value: str, parts: dict[str, str]) -> bool:
    """Whether a last lot or serial number may hold an element that was not seen so far."""
    if ai not in ("10", "21"):
        return False
    others = {"10": r"10.", "21": r"21.", "17": r"17\d{6}", "11": r"11\d{6}", "8012": r"8012."}
    return any(other != ai and other not in parts and re.search("." + form, value) for other, form in others.items())


def _yymmdd(text: str) -> str:
    """Day 00 is the last of the month (§3.4)."""
    if not text:
        return ""
    if len(text) != 6 or not text.isascii() or not text.isdigit():
        raise Malformed("udi.date", f"{text!r} is not YYMMDD")
    return _date(_century(int(text[:2])), int(text[2:4]), int(text[4:]))


def _century(year: int) -> int:
    """The century of a two-digit year (§7.12): at most 50 years before or 49 after."""
    away = year - CENTURY % 100
    century = CENTURY // 100 * 100
    return century + year + (-100 if away >= 51 else 100 if away <= -50 else 0)


def _date(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day or calendar.monthrange(year, month)[1]).isoformat()
    except (ValueError, calendar.IllegalMonthError):
        raise Malformed("udi.date", f"{year}-{month}-{day} is no day") from None


def _day_of_year(year: int, day: int) -> str:
    if not 1 <= day <= (366 if calendar.isleap(year) else 365):
        raise Malformed("udi.date", f"{year} has no day {day}")
    return (dt.date(year, 1, 1) + dt.timedelta(day - 1)).isoformat()


# -------------------------------------------------------------------------------------------------------------- HIBCC
_HIBC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


def check_character(text: str) -> str:
    """The HIBC check character: sum of the characters' positions modulo 43 (ANSI/HIBC 2.6 appendix B).

    >>> check_character("+A123BJC5D6E71")
    'G'
    """
    try:
        return _HIBC[sum(_HIBC.index(character) for character in text) % 43]
    except ValueError:
        raise Malformed("udi.hibcc", "a character outside the HIBC set") from None


def _hibcc(text: str) -> Udi:
    body, check = text[:-1], text[-1:]
    if check_character(body) != check:
        raise Malformed("udi.check", f"the check character is {check_character(body)}, not {check!r}")
    primary, *rest = body.split("/")
    if not re.fullmatch(r"\+[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}\d", primary):
        raise Malformed("udi.hibcc", "not a primary data structure: + labeler, product, unit of measure")
    parts = {"di": primary[1:]}
    for piece in rest[:8]:
        parts.update(_secondary(piece))
    return msgspec.convert({"issuer": "HIBCC", **parts}, Udi)


#: After ``$$``: form of the date by its first digit, and how long it is.
_HIBC_DATES: Final[dict[str, tuple[int, Callable[[str], str]]]] = {
    "2": (6, lambda d: _date(_century(int(d[4:])), int(d[:2]), int(d[2:4]))),
    "3": (6, lambda d: _date(_century(int(d[:2])), int(d[2:4]), int(d[4:]))),
    "4": (8, lambda d: _date(_century(int(d[:2])), int(d[2:4]), int(d[4:6]))),
    "5": (5, lambda d: _day_of_year(_century(int(d[:2])), int(d[2:]))),
    "6": (7, lambda d: _day_of_year(_century(int(d[:2])), int(d[2:5]))),
    "7": (0, lambda d: ""),
}


def _secondary(piece: str) -> dict[str, str]:
    if piece.startswith("$$"):
        piece = piece[2:]
        name = "serial" if piece.startswith("+") else "lot"
        piece = piece.removeprefix("+")
        if piece[:1] in ("8", "9"):
            piece = piece[3 if piece[0] == "8" else 6 :]
        length, read_date = _HIBC_DATES.get(piece[:1], (4, lambda d: _date(_century(int(d[2:])), int(d[:2]), 0)))
        if piece[:1] in _HIBC_DATES:
            piece = piece[1:]
        day = piece[:length]
        if len(day) < length or (length and not day.isdigit()):
            raise Malformed("udi.hibcc", "the date of a secondary data structure is cut short")
        return {"expiry": read_date(day), name: piece[length:]}
    if piece.startswith("$+"):
        return {"serial": piece[2:]}
    if piece.startswith("$"):
        return {"lot": piece[1:]}
    for prefix, name in (("16D", "made"), ("14D", "expiry")):
        if piece.startswith(prefix) and re.fullmatch(r"\d{8}", piece[3:]):
            return {name: _date(int(piece[3:7]), int(piece[7:9]), int(piece[9:]))}
    return {"serial": piece[1:]} if piece.startswith("S") else {}


# ------------------------------------------------------------------------------------------------------------- ICCBBA
#: Data identifier → name and length of what follows (ISBT 128 ST-001 table 1).
_ISBT: Final = {
    "=/": ("di", 16), "=,": ("serial", 6), "=>": ("expiry", 6), "=}": ("made", 6), "=)": ("di", 10),
    "&,1": ("lot", 18), "&)": ("lot", 10),
}  # fmt: skip


def _iccbba(text: str) -> Udi:
    parts: dict[str, str] = {}
    at = 0
    while at < len(text):
        mark = next((text[at : at + n] for n in (3, 2) if text[at : at + n] in _ISBT), "")
        if mark:
            name, length = _ISBT[mark]
            at += len(mark)
        elif re.match(r"=[A-NP-Z0-9]", text[at : at + 2]):
            name, length, at = "donation", 15, at + 1
        else:
            raise Malformed("udi.iccbba", "not a data identifier", where=f"position {at}")
        value = text[at : at + length]
        if len(value) < length:
            raise Malformed("udi.iccbba", f"{name} ends early", where=f"position {at}")
        at += length
        if name in ("expiry", "made"):
            if not value.isascii() or not value.isdigit():
                raise Malformed("udi.date", f"{value!r} is not YYYJJJ")
            value = _day_of_year(2000 + int(value[:3]), int(value[3:]))
        parts[name] = value
    if "di" not in parts:
        raise Malformed("udi.iccbba", "no device identifier")
    return msgspec.convert({"issuer": "ICCBBA", **parts}, Udi)


# ---------------------------------------------------------------------------------------------------------------- IFA
def _ifa(text: str) -> Udi:
    body = re.sub(r"^\[\)>\x1e?(RS)?0[56]\x1d?(GS)?", "", text)
    body = re.sub(r"(\x1e\x04|\x1e|\x04|RSEOT|EOT)$", "", body)
    parts: dict[str, str] = {}
    for piece in re.split(r"\x1d|(?<=\w)GS(?=9N|1T|D\d|S|16D)", body)[:16]:
        match = re.match(r"(9N|1T|16D|D|S)(.+)", piece)
        if match:
            parts[match.group(1)] = match.group(2)
    ppn = parts.get("9N", "")
    if not re.fullmatch(r"[0-9A-Z]{2}[0-9A-Z]{2,18}\d{2}", ppn):
        raise Malformed("udi.ifa", "no pharmacy product number (9N)")
    if ppn_check(ppn[:-2]) != ppn[-2:]:
        raise Malformed("udi.check", f"PPN {ppn} ends with {ppn[-2:]}, its check is {ppn_check(ppn[:-2])}")
    made = parts.get("16D", "")
    return Udi(
        issuer="IFA",
        di=ppn,
        serial=parts.get("S", ""),
        lot=parts.get("1T", ""),
        expiry=_yymmdd(parts.get("D", "")),
        made=_date(int(made[:4]), int(made[4:6]), int(made[6:])) if re.fullmatch(r"\d{8}", made) else "",
    )


def ppn_check(text: str) -> str:
    """The two check digits of a PPN: weights 2, 3, 4… over the characters' codes, modulo 97 (IFA PPN §5).

    >>> ppn_check("1112345678")
    '42'
    """
    return f"{sum((weight + 2) * ord(character) for weight, character in enumerate(text)) % 97:02d}"
