"""The reports: one row per report, in the order in which they are offered.

Question: which papers can Garde write, and where is the file of each?
Reference: DESIGN §2 rule 4.

Example:
    >>> REPORTS.names
    ('board', 'monthly', 'register', 'kit')
"""

from __future__ import annotations

from typing import Final

from garde.registry import Registry
from garde.report.board import BOARD
from garde.report.kit import KIT
from garde.report.monthly import MONTHLY
from garde.report.register import REGISTER
from garde.report.spec import Report

REPORTS: Final[Registry[Report]] = Registry(BOARD, MONTHLY, REGISTER, KIT)
