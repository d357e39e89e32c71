"""The table of stages: one row per stage, in the order in which the runner visits them.

Question: which stages does a message meet, and where is the file?
Reference: DESIGN §2 rule 4 and §5.

Example:
    >>> stages().names  # doctest: +NORMALIZE_WHITESPACE
    ('inventory', 'conversation', 'marking', 'contradiction', 'findings', 'notify', 'sensors', 'hours', 'rhythms',
     'risk', 'landing', 'threats', 'responding')
"""

from __future__ import annotations

from collections.abc import Sequence

from garde.config import PRIVATE, ChannelSection, Config
from garde.findings import policy
from garde.findings.policy import Policy
from garde.pipeline import conversation, findings, hours, inventory, notify, rhythms, sensors, threats
from garde.pipeline.actions import responding
from garde.pipeline.risk import contradiction, said
from garde.pipeline.stage import Stage
from garde.pipeline.zones import landing, marking
from garde.registry import Registry
from garde.respond import decide
from garde.respond import plan as playbook
from garde.respond import windows as maintenance
from garde.respond.decide import Policy as Actions
from garde.respond.plan import Playbook
from garde.respond.windows import Window
from garde.zones import plan as zone_plan
from garde.zones.plan import Plan


def stages(
    networks: Sequence[str] = PRIVATE,
    rows: Policy | None = None,
    channels: Sequence[ChannelSection] = (),
    actions: Actions | None = None,
    playbooks: Sequence[Playbook] = (),
    plan: Plan | None = None,
    windows: Sequence[Window] = (),
) -> Registry[Stage]:
    """Every stage.

    Args:
        networks: the site's own.
        rows: what its findings trigger.
        channels: who is told of them.
        actions: who may let which action run.
        playbooks: the site's own.
        plan: the site's zones.
        windows: in which devices are worked on.
    """
    return Registry(
        inventory.stage(networks), conversation.stage(plan), marking.STAGE, contradiction.stage(networks),
        findings.stage(rows), notify.stage(channels), sensors.STAGE, hours.STAGE, rhythms.STAGE, said.STAGE,
        landing.STAGE, threats.STAGE,
        responding.stage(networks, actions, playbooks, windows),
    )  # fmt: skip


def configured(chosen: Config) -> Registry[Stage]:
    """Every stage, as a site has it.

    Raises:
        Missing: a file that the configuration names cannot be read.
        Malformed: it is not what it should be; with file and line.
    """
    return stages(
        chosen.site.networks,
        policy.load(chosen.findings.policy),
        chosen.notify.channel,
        decide.load(chosen.respond.policy),
        playbook.load(chosen.respond.playbooks),
        zone_plan.load(chosen.zones.plan, chosen.site.networks),
        maintenance.load(chosen.respond.windows),
    )
