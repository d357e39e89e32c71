"""A small site in memory: devices read from a capture, one hostile device, and a browser without a window."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from garde import app
from garde.bus.log import LogBus
from garde.config import Config
from garde.model.decision import Decision
from garde.model.device import Device
from garde.ports import Store
from garde.serve import Serving
from garde.web.application import build
from garde.web.site import Site
from tests.makers import START, observation

CAPTURE = Path(__file__).parents[3] / "captures" / "dicom" / "dicom.pcap"
HOSTILE = '"><script>alert(1)</script>\u202egpj.exe'
FORMULA = "=1+1"


class Desk(NamedTuple):
    """What a test of a page needs."""

    site: Site
    client: TestClient
    asked: list[str]

    def get(self, address: str, lang: str = "en", status: int = 200) -> BeautifulSoup:
        """A page, parsed."""
        answer = self.client.get(address, headers={"accept-language": lang})
        assert answer.status_code == status, answer.text[:500]
        return BeautifulSoup(answer.text, "html.parser")

    def devices(self) -> list[Device]:
        """Every device of the store."""
        return list(self.site.store.all(Device))

    def called(self, attribute: str, value: str) -> Device:
        """The device with that value."""
        return next(one for one in self.devices() if one.value(attribute) == value)

    def words(self) -> list[Decision]:
        """What people said."""
        return list(self.site.store.all(Decision))


class Asked:
    """A store that writes down what it is asked."""

    def __init__(self, store: Store, asked: list[str]) -> None:
        self._store = store
        self._asked = asked

    def __getattr__(self, name: str) -> object:
        if name in ("get", "linked", "all", "messages", "ask"):
            self._asked.append(name)
        return getattr(self._store, name)


class Fixed:
    """A clock that stands."""

    def now(self) -> int:
        return START


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A site over a store in a folder of its own."""
    url = f"sqlite:///{tmp_path / 'garde.db'}"
    app.replay([CAPTURE], store=url)
    with app.opened(Config(), url) as (kept, _):
        bus = LogBus(kept)
        bus.publish([observation(1, value=HOSTILE), observation(2, value=FORMULA), observation(3)])
        asked: list[str] = []
        serving = Serving(Config(), kept, bus, Fixed(), staged=True)
        serving.settle()
        site = Site(
            Asked(kept, asked), bus, serving.fleet, name="CHU", settle=serving.settle, now=count(START).__next__
        )  # type: ignore[arg-type]
        with TestClient(build(site), follow_redirects=False) as client:
            yield Desk(site, client, asked)


@pytest.fixture
def bare() -> Iterator[TestClient]:
    """A site that has seen nothing."""
    kept = app.open_store("sqlite:///")
    serving = Serving(msgspec.structs.replace(Config()), kept, LogBus(kept), Fixed(), staged=True)
    with TestClient(build(Site(kept, LogBus(kept), serving.fleet)), follow_redirects=False) as client:
        yield client
    kept.close()
