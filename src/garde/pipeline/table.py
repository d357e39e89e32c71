"""The table of stages: one row per stage, in the order in which the runner visits them.

Question: which stages does a message meet, and where is the file?
Reference: DESIGN §2 rule 4 and §5.

Example:
    >>> stages().names  # doctest: +NORMALIZE_WHITESPACE
    ('inventory', 'conversation', 'contradiction', 'findings', 'notify', 'sensors', 'hours', 'rhythms', 'risk',
     'responding')
"""

from __future__ import annotations

from collections.abc import Sequence

from garde.config import PRIVATE, ChannelSection
from garde.findings.policy import Policy
from garde.pipeline import contradiction, conversation, findings, hours, inventory, notify, rhythms, sensors
from garde.pipeline.actions import responding
from garde.pipeline.risk import said
from garde.pipeline.stage import Stage
from garde.registry import Registry
from garde.respond.decide import Policy as Actions
from garde.respond.plan import Playbook


def stages(
    networks: Sequence[str] = PRIVATE,
    policy: Policy | None = None,
    channels: Sequence[ChannelSection] = (),
    actions: Actions | None = None,
    playbooks: Sequence[Playbook] = (),
) -> Registry[Stage]:
    """Every stage.

    Args:
        networks: the site's own.
        policy: what its findings trigger.
        channels: who is told of them.
        actions: who may let which action run.
        playbooks: the site's own.
    """
    return Registry(
        inventory.stage(networks), conversation.STAGE, contradiction.stage(networks), findings.stage(policy),
        notify.stage(channels), sensors.STAGE, hours.STAGE, rhythms.STAGE, said.STAGE,
        responding.stage(networks, actions, playbooks),
    )  # fmt: skip
