"""Hospitals in which something crosses zones, threatens devices and asks for a place, and who asks them in English."""

from __future__ import annotations

import pytest

from garde.web.site import Site
from tests.flowing import cross, knock, live, threaten
from tests.pages import Reader


@pytest.fixture
def crossed(own: Site) -> Site:
    """Something crosses zones."""
    cross(own)
    return own


@pytest.fixture
def asker(crossed: Site) -> Reader:
    return Reader(crossed)


@pytest.fixture
def lived(crossed: Site) -> Site:
    """The same for eight days."""
    live(crossed)
    return crossed


@pytest.fixture
def drafter(lived: Site) -> Reader:
    return Reader(lived)


@pytest.fixture
def threatened(own: Site) -> Site:
    """Two devices are under attack."""
    threaten(own)
    return own


@pytest.fixture
def guard(threatened: Site) -> Reader:
    return Reader(threatened)


@pytest.fixture
def placed(own: Site) -> Site:
    """Three stations asked for a place."""
    knock(own)
    return own


def drafted_by(reader: Reader, person: str = "anna", **words: str) -> str:
    """Have a policy proposed; its id."""
    answer = reader.post("/zones/policy", data={"name": "first", "days": "14", "person": person} | words)
    assert answer.status_code == 303, answer.text[:300]
    return str(answer.headers["location"]).rpartition("/")[2]
