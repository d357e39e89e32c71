"""Decide: who may let an action run.

Question: may this run by itself, whom must be asked, and what must be confirmed first?
Reference: domain note 09 §6 (levels 0 to 5), 02 §3 (RP0 to RP3), 04 §7. The rows of ``policy.toml`` stand behind the
site's own; the first that fits decides. Nothing fits: never. What no row may loosen is in `garde.respond.interlocks`.

Example:
    >>> default().row(Asked(verb="cut", response="outside", severity="critical", confidence=90)).mode
    'automatic'
    >>> default().row(Asked(verb="quarantine", response="RP0", severity="critical", confidence=100)).approve
    ('rssi', 'biomedical')
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from garde.errors import Missing
from garde.model.rows import read

#: Of what is touched: by its kind, outside the hospital, or nobody knows what it is.
RESPONSES: Final = ("RP0", "RP1", "RP2", "RP3", "outside", "unknown")
#: Loosest first.
MODES: Final = ("automatic", "approval", "option", "never")
Severity = Literal["low", "medium", "high", "critical"]
Verb = Literal["capture", "call", "cut", "block", "sinkhole", "disable-account", "restrict", "quarantine", "order"]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an action when it is decided.

    Attributes:
        verb: a row of verbs.toml.
        response: of what is touched, one of ``RESPONSES``.
        use: ``in-use``, ``idle`` or ``unknown``: of what is touched.
        severity: of the finding.
        confidence: 0 to 100: how sure the rule is.
    """

    verb: str
    response: str = "unknown"
    use: str = "unknown"
    severity: str = "low"
    confidence: int = 0


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of the policy; an empty condition fits everything.

    Attributes:
        verb, response, use, severity: to which it is limited.
        confidence: at least so sure.
        ward: wards to which it is limited.
        mode: one of ``MODES``.
        approve: roles each of which must agree, each by another person.
        confirm: ``bedside``, ``clinician``, ``spare``.
        ttl: minutes for which it is offered, and then in force.
        because: clause or decision that it rests on.
    """

    verb: tuple[Verb, ...] = ()
    response: tuple[Literal["RP0", "RP1", "RP2", "RP3", "outside", "unknown"], ...] = ()
    use: tuple[Literal["in-use", "idle", "unknown"], ...] = ()
    severity: tuple[Severity, ...] = ()
    confidence: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    ward: tuple[str, ...] = ()
    mode: Literal["automatic", "approval", "option", "never"]
    approve: tuple[str, ...] = ()
    confirm: tuple[Literal["bedside", "clinician", "spare"], ...] = ()
    ttl: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 60
    because: str = ""

    def fits(self, asked: Asked, ward: str) -> bool:
        """Whether it speaks of this."""
        return (
            (not self.verb or asked.verb in self.verb)
            and (not self.response or asked.response in self.response)
            and (not self.use or asked.use in self.use)
            and (not self.severity or asked.severity in self.severity)
            and (not self.ward or ward in self.ward)
            and asked.confidence >= self.confidence
        )


class Policy:
    """Rows, the site's own first."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)

    def row(self, asked: Asked, ward: str = "") -> Row:
        """The row that decides."""
        return next((row for row in self.rows if row.fits(asked, ward)), Row(mode="never"))


def parse(text: str, file: str) -> Policy:
    """A site's rows in front of the default ones.

    Raises:
        Malformed: with file and line.
    """
    return Policy((*_rows(text, file), *default().rows))


def load(path: str) -> Policy:
    """The policy of a site's file; without one, the default.

    Raises:
        Missing: the file cannot be read.
        Malformed: it is no policy; with file and line.
    """
    if not path:
        return default()
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Missing("respond.unreadable", f"{path} cannot be read: {error}", hint="Check [respond] policy") from None
    return parse(text, Path(path).name)


@cache
def default() -> Policy:
    """The rows that hold where the site says nothing."""
    return Policy(_rows((resources.files("garde.respond") / "policy.toml").read_text("utf-8"), "policy.toml"))


def _rows(text: str, file: str) -> tuple[Row, ...]:
    return read(text, file, {"row": Row}, "respond")["row"]
