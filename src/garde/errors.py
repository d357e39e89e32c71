"""What can go wrong, on one screen.

Question: which failures does Garde name, and what does each tell its reader?
Reference: DESIGN §6. A code is a stable slug: it is the translation key, the documentation anchor, the log field
and the HTTP problem type. Left out: programming mistakes, which stay Python's own exceptions.

Example:
    >>> str(Malformed("dicom.pdu-length", "PDU says 9 bytes, 4 are left", where="offset 2"))
    'PDU says 9 bytes, 4 are left (offset 2) [dicom.pdu-length]'
"""

from __future__ import annotations


class GardeError(Exception):
    """A failure with a code, a sentence, the place it happened and what to do next.

    Args:
        code: stable slug, ``<area>.<what>``.
        what: one sentence in plain words.
        where: file and line, offset, record id; empty when there is none.
        hint: what the reader may do next; empty when nothing helps.
    """

    def __init__(self, code: str, what: str = "", *, where: str = "", hint: str = "") -> None:
        super().__init__(code, what, where, hint)
        self.code = code
        self.what = what or code
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        hint = f". {self.hint}" if self.hint else ""
        return f"{self.what}{where}{hint} [{self.code}]"


class Malformed(GardeError):
    """Bytes or a document break their standard; ``where`` gives clause and offset."""


class Refused(GardeError):
    """A permission, a safety interlock or a time window says no."""


class Missing(GardeError):
    """What was asked for is not there."""


class Conflict(GardeError):
    """Two writers or two facts contradict each other."""


class Untrusted(GardeError):
    """A signature, chain, expiry, rollback or replay check failed."""


class Unreachable(GardeError):
    """A peer, a file or a service did not answer."""
