"""Naming: a person's word that a maker or product is called by another name too.

Question: who said that "GE Medical Systems" is GE HealthCare, and when?
Reference: issue 6 part 2 (a reviewable table of names). Nothing is matched by likeness alone: until somebody says this,
a name that looks like another is a proposal.

Example:
    >>> Naming(id="n", at=0, said="GE Medical Systems", maker="GE HealthCare", person="k.morel").product
    ''
"""

from __future__ import annotations

from garde.model.message import Message


class Naming(Message, frozen=True, kw_only=True):
    """A person's word about one name.

    Attributes:
        said: the name as it appears on the network or in a document.
        maker: the maker that is meant, as documents name it.
        product: the product that is meant; empty when ``said`` names the maker.
        person: login of who says it.
        agrees: False says that they are not the same, which ends the proposal.
        reason: in the person's own words.
    """

    said: str
    maker: str
    product: str = ""
    person: str
    agrees: bool = True
    reason: str = ""
