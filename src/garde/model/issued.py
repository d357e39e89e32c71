"""Issued: a document left Garde, and this is by what it is known again.

Question: is this paper the one that Garde wrote, from which facts, for whom, and when?
Reference: FIPS 180-4 (SHA-256, in hexadecimal as ``sha256sum`` prints it). The message stands in the log, so the chain
of evidence holds both digests. Left out: the document itself, which can be written again from its facts.

Example:
    >>> issued("board", "fr", document="9f3c", facts="77aa", at=5, by="k.morel").document
    '9f3c'
"""

from __future__ import annotations

from garde.model.message import Message, digest


class Issued(Message, frozen=True, kw_only=True):
    """A report was written.

    Attributes:
        report: name of the report, a row of ``garde.report.reports.REPORTS``.
        language: ``fr`` or ``en``.
        ward: its scope; empty means the whole site.
        since, until: its period, nanoseconds since 1970, equal for a state at one moment.
        document: SHA-256 of the PDF.
        facts: SHA-256 of the facts as JSON; it is printed on the last page.
        by: login of the person who asked for it.
    """

    report: str
    language: str
    ward: str = ""
    since: int = 0
    until: int = 0
    document: str
    facts: str
    by: str


def issued(
    report: str,
    language: str,
    *,
    document: str,
    facts: str,
    at: int,
    by: str,
    ward: str = "",
    since: int = 0,
    until: int = 0,
) -> Issued:
    """The message, whose id is the digest of what it says."""
    name = digest("issued", report, language, ward, since, until, document, facts, at, by)
    return Issued(
        id=f"i-{name}",
        at=at,
        report=report,
        language=language,
        ward=ward,
        since=since,
        until=until,
        document=document,
        facts=facts,
        by=by,
    )
