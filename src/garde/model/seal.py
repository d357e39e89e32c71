"""Seal: a signed statement about a part of the chain.

Question: what does Garde sign, so that the past cannot be written again?
Reference: RFC 8032 (Ed25519, signed over the octets of the statement); RFC 8785 for their form: JSON with sorted names
and no spaces, of whole numbers and ASCII strings only. Left out: time stamps of a third party (RFC 3161).

Example:
    >>> seal = Seal(number=1, first=1, last=9, count=9, head="00" * 32, at=5, key="11" * 32, previous="")
    >>> Seal.read(seal.statement()) == seal
    True
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

from garde.errors import Malformed


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was in the log when it was sealed.

    Attributes:
        number: 1 for the first seal, without holes.
        first: lowest sequence number of the messages this seal adds; ``last`` + 1 of the seal before when it adds none.
        last: highest sequence number.
        count: how many messages it adds.
        head: link of the message ``last``, in hexadecimal.
        at: nanoseconds since 1970 UTC.
        key: id of the key that signs: its public key, 32 octets in hexadecimal.
        previous: SHA-256 of the statement of the seal before, in hexadecimal; empty for the first.
        pruned: messages up to this number are no longer kept; 0 when all are.
        until: no message that is no longer kept is later than this, in nanoseconds; 0 when all are kept.
        successor: id of the key that may sign from now on; empty when this one goes on.
    """

    number: int
    first: int
    last: int
    count: int
    head: str
    at: int
    key: str
    previous: str
    pruned: int = 0
    until: int = 0
    successor: str = ""

    def statement(self) -> bytes:
        """The octets that are signed."""
        return msgspec.json.encode(self, order="sorted")

    def digest(self) -> str:
        """SHA-256 of the statement, in hexadecimal: what the next seal names."""
        return sha256(self.statement()).hexdigest()

    @classmethod
    def read(cls, statement: bytes) -> Seal:
        """The seal of a statement.

        Raises:
            Malformed: it is not one, or not in the one form that is signed.
        """
        try:
            seal = msgspec.json.decode(statement, type=cls)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise Malformed("seal.statement", f"This is no statement of a seal: {error}") from None
        if seal.statement() != statement:
            raise Malformed("seal.form", "The statement of a seal is not in canonical form (RFC 8785)")
        return seal
