"""One process: a click is worked through, and a fleet follows what other processes change."""

from __future__ import annotations

import socket
import threading

import msgspec
import pytest

from garde import app
from garde.bus.log import LogBus
from garde.config import Config, WebSection
from garde.errors import GardeError, Refused
from garde.model.device import Device
from garde.people.register import Register
from garde.people.sealing import Sealing
from garde.serve import Serving, outside, serve
from tests.makers import START, device, observation


class Fixed:
    """A clock that stands."""

    def now(self) -> int:
        return START


def test_what_waits_is_worked_through_and_the_fleet_knows_it() -> None:
    kept = app.open_store("sqlite:///")
    bus = LogBus(kept)
    serving = Serving(Config(), kept, bus, Fixed(), staged=True)
    bus.publish([observation(1)])
    serving.settle()
    assert serving.fleet.ids() == {one.id for one in kept.all(Device)} != set()


def test_a_fleet_without_stages_follows_the_store() -> None:
    kept = app.open_store("sqlite:///")
    with kept.begin() as unit:
        unit.put([device(1), device(2)])
    serving = Serving(Config(), kept, LogBus(kept), Fixed(), staged=False)
    with kept.begin() as unit:
        unit.drop(Device, ["d-1"])
        unit.put([device(2, kind="CT"), device(3)])
    seen = threading.Event()
    follow = serving._follow

    def followed() -> None:
        follow()
        seen.set()

    serving._follow = followed  # type: ignore[method-assign]
    with serving.working(lambda text: None):
        assert seen.wait(20)
    assert serving.fleet.ids() == {"d-2", "d-3"}
    two = serving.fleet.get("d-2")
    assert two is not None and two.kind == "CT"


@pytest.mark.parametrize(
    ("scheme", "host", "port", "address"),
    [
        ("https", "garde.chu.example", 443, "https://garde.chu.example"),
        ("https", "garde.chu.example", 8420, "https://garde.chu.example:8420"),
        ("http", "::1", 8420, "http://[::1]:8420"),
        ("http", "", 80, f"http://{socket.gethostname()}"),
    ],
)
def test_the_address_that_browsers_see(scheme: str, host: str, port: int, address: str) -> None:
    assert outside(scheme, host, port) == address


def test_the_thread_works_what_is_published() -> None:
    kept = app.open_store("sqlite:///")
    bus = LogBus(kept)
    serving = Serving(Config(), kept, bus, Fixed(), staged=True)
    bus.publish([observation(1)])
    known = threading.Event()
    put = serving.fleet.put

    def told(one: Device) -> None:
        put(one)
        known.set()

    serving.fleet.put = told  # type: ignore[method-assign]
    with serving.working(lambda text: None):
        assert known.wait(20)


def test_an_unknown_part_and_a_taken_address_are_named() -> None:
    kept = app.open_store("sqlite:///")
    with pytest.raises(Refused) as unknown:
        serve(
            Config(),
            kept,
            LogBus(kept),
            Fixed(),
            parts=frozenset({"kitchen"}),
            say=lambda text: None,
            register=Register(kept, Sealing(bytes(32))),
        )
    assert unknown.value.code == "run.part"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        chosen = msgspec.structs.replace(Config(), web=WebSection(address="127.0.0.1", port=taken.getsockname()[1]))
        with pytest.raises(GardeError) as error:
            serve(
                chosen,
                kept,
                LogBus(kept),
                Fixed(),
                parts=frozenset({"web"}),
                say=lambda text: None,
                register=Register(kept, Sealing(bytes(32))),
            )
    assert error.value.code == "run.address"
