"""Ports: Protocols only; nothing here does anything."""

from __future__ import annotations

import inspect

from garde import ports


def test_every_port_is_a_protocol_with_a_sentence() -> None:
    for name in ("Clock", "Unit", "Store", "Delivery", "Bus", "Enforcer"):
        port = getattr(ports, name)
        assert getattr(port, "_is_protocol", False), name
        assert inspect.getdoc(port), name
