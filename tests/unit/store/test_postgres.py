"""PostgreSQL: addresses. What it stores is tested in tests/contract, against a real server."""

from __future__ import annotations

import pytest

from garde.errors import Malformed, Unreachable
from garde.store.postgres import open_postgres


@pytest.mark.parametrize("url", ["mysql://h/db", "nothing", "postgresql://h:port/db"])
def test_what_is_no_address_is_malformed(url: str) -> None:
    with pytest.raises(Malformed) as error:
        open_postgres(url, [])
    assert error.value.code == "store.url"


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        open_postgres("postgresql://garde@127.0.0.1:1/garde?connect_timeout=2", [])
