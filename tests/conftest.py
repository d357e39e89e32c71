"""What holds for every test: none fails because a machine was slow, none makes keys or stores in a home."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("garde", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("garde")


@pytest.fixture(scope="session", autouse=True)
def own_home() -> Iterator[None]:
    """A data home for the whole run, also of the programs that tests start."""
    before = os.environ.get("XDG_DATA_HOME")
    with tempfile.TemporaryDirectory(prefix="garde-home-", ignore_cleanup_errors=True) as home:
        os.environ["XDG_DATA_HOME"] = home
        yield
    if before is None:
        del os.environ["XDG_DATA_HOME"]
    else:
        os.environ["XDG_DATA_HOME"] = before
