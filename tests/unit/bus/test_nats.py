"""JetStream: a server that is not there. What every bus does is tested in tests/contract, against a real server."""

from __future__ import annotations

import pytest

from garde.bus.nats import NatsBus
from garde.errors import Unreachable
from tests.servers import free_port


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable) as error:
        NatsBus(f"nats://127.0.0.1:{free_port()}")
    assert error.value.code == "bus.unreachable"
    assert "nats-server" in error.value.hint
