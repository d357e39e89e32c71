"""Records that every list and every error of the interface shares.

Question: how do a page of a list, a moment and a problem look?
Reference: RFC 9457 (problem details), RFC 3339 (moments). Records of one noun stand beside its calls.

Example:
    >>> Page(items=("a",), next=None).total is None
    True
"""

from __future__ import annotations

from typing import Annotated, Final, Generic, TypeAlias, TypeVar

from msgspec import Meta, Struct

Item = TypeVar("Item")

#: Most items on one page, and how many when nothing is said.
MOST: Final = 500
USUAL: Final = 50

#: A moment in UTC with microseconds.
Moment: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
#: A date, or a date and time with an offset; a date alone means the end of that day in UTC.
Until: TypeAlias = Annotated[str, Meta(max_length=40, examples=["2026-11-30"])]
#: Why somebody decided, in their own words.
Reason: TypeAlias = Annotated[str, Meta(max_length=500)]


class Page(Struct, Generic[Item], frozen=True, kw_only=True):
    """A part of a list.

    Attributes:
        items: of this page, in order.
        next: cursor of the next page, null at the end.
        total: how many there are in all, null where nobody counted.
    """

    items: tuple[Item, ...]
    next: str | None = None
    total: int | None = None


class Paging(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list is asked for.

    Attributes:
        limit: most items.
        cursor: ``next`` of the page before.
    """

    limit: Annotated[int, Meta(ge=1, le=MOST)] = USUAL
    cursor: Annotated[str, Meta(max_length=2048)] = ""


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No values behind the path."""


class Because(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is taken away."""

    reason: Reason = ""


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong.

    Attributes:
        type: address of the kind of problem; it ends in the code.
        title: one sentence.
        status: of the answer.
        code: stable slug.
        detail: where; absent when nowhere in particular.
        hint: what may be done next; absent when nothing helps.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    hint: str = ""
