"""What holds for every test: no test fails because a machine was slow."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("garde", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("garde")
