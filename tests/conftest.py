"""Tests make no keys and no stores in the home of whoever runs them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest


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
