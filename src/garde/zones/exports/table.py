"""The table of forms: in which words a policy can be given away.

Question: which enforcement points does Garde write for, and read back?
Reference: domain note 04 §8. Left out: makers that take a policy through an interface of their own.

Example:
    >>> FORMS["nftables"].says
    'the ruleset of a Linux gateway, for nft -f'
"""

from __future__ import annotations

from typing import Final

from garde.registry import Registry
from garde.zones.exports.aruba import AOS_S, CONTROLLER, CX
from garde.zones.exports.cisco import IOS
from garde.zones.exports.neutral import Form
from garde.zones.exports.nftables import NFTABLES
from garde.zones.exports.radius import RADIUS

FORMS: Final[Registry[Form]] = Registry(NFTABLES, IOS, AOS_S, CX, CONTROLLER, RADIUS)
