"""One staffed hospital for tests that only read, one each for tests that write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hospital import House, staffed


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with staffed(tmp_path_factory.mktemp("api")) as opened:
        yield opened


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    with staffed(tmp_path) as opened:
        yield opened
