"""The description is made from the table and the records, and is the file in the documentation."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from garde.api.openapi import document, pretty
from garde.api.operations import BASE, OPERATIONS
from garde.model.codec import KINDS
from garde.people.roles import RIGHTS
from tests.hospital import House

FILE = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"


def test_the_file_in_the_documentation_is_what_is_served(house: House) -> None:
    assert FILE.read_text("utf-8") == pretty(), "make docs"
    assert house.get("/openapi.json", "stranger") == json.loads(pretty())


def test_every_operation_is_described_once() -> None:
    found = {
        one["operationId"]: (path, method) for path, ways in document()["paths"].items() for method, one in ways.items()
    }
    assert found == {row.name: (BASE + row.path, row.method.lower()) for row in OPERATIONS}


def test_every_reference_leads_somewhere_and_every_record_is_used() -> None:
    text = msgspec.json.encode(document()).decode("utf-8")
    names = set(document()["components"]["schemas"])
    used = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used == names


def test_each_record_says_what_it_is() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert schema.get("description"), name


def test_what_may_be_said_of_messages_and_rights_is_what_there_is() -> None:
    schemas = document()["components"]["schemas"]
    assert set(schemas["MessageRecord"]["properties"]["message"]["discriminator"]["mapping"]) == set(KINDS)
    assert schemas["NewToken"]["properties"]["rights"]["items"]["enum"] == list(RIGHTS)
