"""Both stores and both buses, for one suite."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from garde.bus.log import LogBus
from garde.bus.nats import NatsBus
from garde.pipeline.shapes import SHAPES
from garde.ports import Bus, Store
from garde.store.postgres import open_postgres
from garde.store.sqlite import open_sqlite
from tests import servers

_number = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    with servers.nats() as url:
        yield url


@pytest.fixture
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the same fresh database each time it is called, as a restarted process would."""
    if request.param == "sqlite":
        return lambda: open_sqlite(str(tmp_path / "garde.db"), SHAPES)
    url = request.getfixturevalue("postgres_url")
    name = f"test_{next(_number)}"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return lambda: open_postgres(f"{url.rpartition('/')[0]}/{name}", SHAPES)


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Iterator[Store]:
    opened = open_store()
    yield opened
    opened.close()


@pytest.fixture
def open_bus(request: pytest.FixtureRequest, store: Store) -> Callable[[], Bus]:
    """Opens the same bus each time it is called."""
    if request.param == "log":
        return lambda: LogBus(store)
    url, stream = request.getfixturevalue("nats_url"), f"TEST{next(_number)}"
    return lambda: NatsBus(url, stream)


@pytest.fixture
def bus(open_bus: Callable[[], Bus]) -> Iterator[Bus]:
    opened = open_bus()
    yield opened
    opened.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for a store runs on both, and every test that asks for a bus on both of those too."""
    if "open_store" in metafunc.fixturenames:
        metafunc.parametrize("open_store", ["sqlite", "postgres"], indirect=True)
    if "open_bus" in metafunc.fixturenames:
        metafunc.parametrize("open_bus", ["log", "nats"], indirect=True)
