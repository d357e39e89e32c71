"""The table of stages: one row per stage, in the order in which the runner visits them.

Question: which stages does a message meet, and where is the file?
Reference: DESIGN §2 rule 4 and §5.

Example:
    >>> stages().names
    ('inventory', 'conversation', 'marking', 'findings', 'notify', 'sensors', 'hours')
"""

from __future__ import annotations

from collections.abc import Sequence

from garde.config import PRIVATE, ChannelSection
from garde.findings.policy import Policy
from garde.pipeline import conversation, findings, hours, inventory, marking, notify, sensors
from garde.pipeline.stage import Stage
from garde.registry import Registry
from garde.zones.plan import Plan


def stages(
    networks: Sequence[str] = PRIVATE,
    policy: Policy | None = None,
    channels: Sequence[ChannelSection] = (),
    plan: Plan | None = None,
) -> Registry[Stage]:
    """Every stage.

    Args:
        networks: the site's own.
        policy: what its findings trigger.
        channels: who is told of them.
        plan: the site's zones.
    """
    return Registry(
        inventory.stage(networks), conversation.stage(plan), marking.STAGE, findings.stage(policy),
        notify.stage(channels), sensors.STAGE, hours.STAGE,
    )  # fmt: skip
