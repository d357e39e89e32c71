"""The table of stages: one row per stage, in the order in which the runner visits them.

Question: which stages does a message meet, and where is the file?
Reference: DESIGN §2 rule 4 and §5.

Example:
    >>> stages().names
    ('inventory', 'conversation', 'findings', 'notify', 'sensors', 'hours', 'risk', 'threats')
"""

from __future__ import annotations

from collections.abc import Sequence

from garde.config import PRIVATE, ChannelSection
from garde.findings.policy import Policy
from garde.pipeline import conversation, findings, hours, inventory, notify, sensors, threats
from garde.pipeline.risk import said
from garde.pipeline.stage import Stage
from garde.registry import Registry


def stages(
    networks: Sequence[str] = PRIVATE, policy: Policy | None = None, channels: Sequence[ChannelSection] = ()
) -> Registry[Stage]:
    """Every stage.

    Args:
        networks: the site's own.
        policy: what its findings trigger.
        channels: who is told of them.
    """
    return Registry(
        inventory.stage(networks), conversation.STAGE, findings.stage(policy), notify.stage(channels), sensors.STAGE,
        hours.STAGE, said.STAGE, threats.STAGE,
    )  # fmt: skip
