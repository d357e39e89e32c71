"""Drafting: a policy is proposed, tried, signed and let further, and nothing holds but what people agreed to."""

from __future__ import annotations

from typing import Any

from garde.model.finding import Finding
from garde.pipeline.drafting import alerts


def test_only_an_open_threat_silences_a_device() -> None:
    def finding(number: int, **parts: Any) -> Finding:
        return Finding(id=f"f-{number}", rule="r", **({"device": "d", "kind": "threat", "severity": "high"} | parts))

    assert alerts([finding(1), finding(2, severity="low")]) == {"d": "high"}
    assert not alerts([finding(1, status="closed"), finding(2, kind="vulnerability"), finding(3, device="")])
