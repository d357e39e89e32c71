"""One hospital for all tests that only read, one each for tests that decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from garde.web.site import Site
from tests.pages import Reader, hospital


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with hospital(tmp_path_factory.mktemp("pages")) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader(site: Site) -> Reader:
    return Reader(site)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    with hospital(tmp_path) as opened:
        yield opened


@pytest.fixture
def writer(own: Site) -> Reader:
    """Asks a hospital that no other test sees."""
    return Reader(own)
