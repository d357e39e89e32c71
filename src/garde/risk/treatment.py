"""Treatment: whether a decision about a risk may stand, and where each risk is on its way.

Question: what was decided of this risk, is that still in force, and whose turn is it now?
Reference: domain note 03 §6: identified → analysed → validated by the committee → treated, transferred, accepted
(signed, for twelve months at most) or avoided → assessed again. An acceptance without end, reason or signatures is
refused. Time comes in: nothing here reads a clock.

Example:
    >>> word = Treatment(id="t", at=0, device="d-1", matrix="m-1", option="accept", person="k.morel")
    >>> checked(word)
    Traceback (most recent call last):
    garde.errors.Refused: An acceptance has an end (t). Say until when, twelve months at most [treatment.no-end]
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from garde.errors import Malformed, Refused
from garde.model.risk.matrix import Approval, Matrix, Placed
from garde.model.risk.treatment import OPTIONS, Treatment
from garde.risk.matrix import standing

#: Twelve months, the longest that a risk may be lived with before it is looked at again.
LONGEST: Final = 366 * 86_400 * 1_000_000_000
#: Where a risk may be, in the order in which it goes; that of a device in no matrix is identified, and no more.
STAGES: Final = (
    "identified",
    "analysed",
    "validated",
    "treated",
    "transferred",
    "accepted",
    "avoided",
    "to assess again",
)
_REACHED: Final = {"treat": "treated", "transfer": "transferred", "accept": "accepted", "avoid": "avoided"}


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Where the risk of one device is.

    Attributes:
        device: its id.
        stage: one of ``STAGES``; ``treated`` says that work was decided, the next matrix says what it did.
        treatment: id of the decision in force or fallen due, or empty.
        until: end of an acceptance, 0 for none.
        because: why it must be assessed again: ``expired`` or ``moved``; else empty.
        missing: roles that still have to sign an acceptance.
    """

    device: str
    stage: str
    treatment: str = ""
    until: int = 0
    because: str = ""
    missing: tuple[str, ...] = ()


def checked(treatment: Treatment) -> Treatment:
    """The decision, when it may be said.

    Raises:
        Malformed: an option that there is not, or work or an end where the option has none.
        Refused: an acceptance without end, beyond twelve months, or without reason.
    """
    option, where = treatment.option, treatment.id
    if option not in OPTIONS:
        near = difflib.get_close_matches(option, OPTIONS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(OPTIONS)}"
        raise Malformed("treatment.option", f"{option!r} is no option", where=where, hint=hint)
    if treatment.packages and option != "treat":
        raise Malformed("treatment.packages", f"Work belongs to treat, not to {option}", where=where)
    if option != "accept":
        if treatment.until:
            raise Malformed("treatment.until", f"Only an acceptance has an end, not {option}", where=where)
        return treatment
    if treatment.until <= treatment.at:
        hint = "Say until when, twelve months at most"
        raise Refused("treatment.no-end", "An acceptance has an end", where=where, hint=hint)
    if treatment.until - treatment.at > LONGEST:
        raise Refused("treatment.too-long", "Twelve months at most", where=where, hint="Accept it again then")
    if not treatment.reason.strip():
        raise Refused("treatment.no-reason", "An acceptance has a reason", where=where, hint="Say why")
    return treatment


def states(
    matrix: Matrix,
    earlier: Mapping[str, Matrix],
    treatments: Iterable[Treatment],
    approvals: Iterable[Approval],
    quorum: Sequence[str],
    now: int,
) -> tuple[State, ...]:
    """Where the risk of each device of a matrix is, in the order of its rows.

    Args:
        matrix: the latest one, signed or not.
        earlier: id → matrices that decisions were made in.
        treatments: decisions that `checked` let pass; of each device the latest counts.
        quorum: roles that sign a matrix and an acceptance.
        now: nanoseconds since 1970.
    """
    words = tuple(approvals)
    signed = {one.id: standing(one.id, words, quorum).signed and bool(quorum) for one in (matrix, *earlier.values())}
    placed = {one.id: {row.device: row for row in one.rows} for one in (matrix, *earlier.values())}
    last: dict[str, Treatment] = {}
    for one in sorted(treatments, key=lambda one: (one.at, one.id)):
        if signed.get(one.matrix) and one.device in placed[one.matrix]:
            last[one.device] = one
    found = []
    for row in matrix.rows:
        decided = last.get(row.device)
        if decided is None:
            found.append(State(device=row.device, stage="validated" if signed[matrix.id] else "analysed"))
        else:
            found.append(_decided(row, placed[decided.matrix][row.device], decided, words, quorum, now))
    return tuple(found)


def _decided(
    row: Placed, then: Placed, decided: Treatment, words: tuple[Approval, ...], quorum: Sequence[str], now: int
) -> State:
    if decided.option == "accept":
        missing = standing(decided.id, words, quorum)
        if not missing.signed:
            return State(device=row.device, stage="validated", treatment=decided.id, missing=missing.missing)
    because = "expired" if decided.option == "accept" and decided.until <= now else ""
    if row.risk > then.risk:
        because = "moved"
    return State(
        device=row.device,
        stage="to assess again" if because else _REACHED[decided.option],
        treatment=decided.id,
        until=decided.until,
        because=because,
    )
