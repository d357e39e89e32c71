"""Treatment: what a person decides to do about the risk of one device in a signed matrix.

Question: is this risk lowered, handed to someone else, lived with until a day, or ended with the device?
Reference: ISO/IEC 27005:2022 §8.2 (modify, retain, avoid, share), in the words of domain note 03 §6.

Example:
    >>> Treatment(id="t", at=0, device="d-1", matrix="m-1", option="avoid", person="k.morel").until
    0
"""

from __future__ import annotations

from typing import Final

from garde.model.message import Message

#: Lower it, hand it to someone else, live with it until a day, end what brings it.
OPTIONS: Final = ("treat", "transfer", "accept", "avoid")


class Treatment(Message, frozen=True, kw_only=True):
    """A person's word about the risk of one device.

    Attributes:
        device: its id.
        matrix: id of the matrix in whose cell the device stood.
        option: one of ``OPTIONS``.
        person: login of who decided.
        reason: in the person's own words.
        until: end of an acceptance, nanoseconds since 1970; 0 for the other options.
        packages: names of the work packages, for ``treat``.
    """

    device: str
    matrix: str
    option: str
    person: str
    reason: str = ""
    until: int = 0
    packages: tuple[str, ...] = ()
