"""The examples of the how-to about threats are read by the code that they are for."""

from __future__ import annotations

import re
from pathlib import Path

from garde import config
from garde.respond import decide, plan, windows

PAGE = (Path(__file__).parents[2] / "docs/how-to/contain-a-threat.md").read_text("utf-8")


def test_every_example_is_well_formed() -> None:
    gateway, settings, policy, playbook, worked = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    assert config.parse(settings).respond.policy == "/etc/garde/respond.toml"
    assert config.parse(gateway).respond.gateway[0] == "ssh"
    assert decide.parse(policy, "respond.toml").rows[0].ttl == 30
    assert plan.parse(playbook, "camera.toml").name == "camera"
    assert windows.windows(worked, "windows.toml")[0].kinds == ("CT", "MR")
