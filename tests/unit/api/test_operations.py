"""The table of operations is what is served, and nothing else is."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from garde.api.application import application
from garde.api.operations import OPERATIONS, Operation
from garde.config import Config
from garde.gate import Guarded
from garde.people.roles import RIGHTS
from tests.hospital import House

rows = pytest.mark.parametrize("row", list(OPERATIONS), ids=OPERATIONS.names)


@rows
def test_a_row_asks_for_a_right_that_exists_and_says_what_it_does_in_both_languages(row: Operation) -> None:
    assert not row.right or row.right in RIGHTS
    assert row.en and row.fr and row.en != row.fr and not row.en.endswith(".")
    assert re.fullmatch(r"(/([\w-]+|{\w+}))+", row.path)
    assert (row.request is None) == (row.method in ("GET", "DELETE"))
    assert (row.answer is None) == (row.status == 204)


@rows
def test_a_list_is_bounded(row: Operation) -> None:
    pages = {"messages.list", "decisions.list", "conversations.list", "devices.list", "findings.list"}
    if row.name in pages or row.name == "devices.conversations":
        assert row.query.limit is not None and row.query.__struct_config__.forbid_unknown_fields


def test_each_route_is_guarded_with_the_right_of_its_row(house: House) -> None:
    served = application(house.site, Config()).routes
    assert all(isinstance(route, Guarded) for route in served)
    guarded = {route.name: route for route in served if isinstance(route, Route)}
    assert set(guarded) == {*OPERATIONS.names, "_description", "page", "tried"}
    for row in OPERATIONS:
        route = guarded[row.name]
        assert isinstance(route, Guarded) and route.right == row.right and route.path == row.path
        assert route.methods == ({"GET", "HEAD"} if row.method == "GET" else {row.method})


def test_a_literal_address_is_never_taken_for_a_value() -> None:
    paths = [(row.method, row.path) for row in OPERATIONS]
    assert len(paths) == len(set(paths))
    for method, path in paths:
        first = next(
            other for way, other in paths if way == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", other), path)
        )
        assert first == path
