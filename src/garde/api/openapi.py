"""The description of the interface: OpenAPI 3.1, made from the records and the table of operations.

Question: what does a program that never saw Garde need to know in order to call it?
Reference: OpenAPI 3.1.1; JSON Schema 2020-12 as msgspec writes it. The file in docs/reference is this document; a test
keeps them equal. Left out: servers, since the same site has many names.

Example:
    >>> document()["openapi"], document()["paths"]["/api/v1/me"]["get"]["operationId"]
    ('3.1.0', 'me.show')
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import msgspec

from garde.api.operations import BASE, OPERATIONS, Operation
from garde.api.records import Nothing, Problem
from garde.people.roles import holders

VERSION: Final = "1.0"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
#: What may go wrong with every call, with those that name a noun, and with those that send a body.
ALWAYS: Final = {
    "403": "The caller may not",
    "406": "Only JSON is spoken",
    "422": "What was sent makes no sense",
    "429": "Too many requests",
    "503": "The store does not answer",
}
NAMED: Final = {"404": "There is none, or none that the caller may see"}
SENT: Final = {"409": "It contradicts what is there", "413": "More than 1 MiB", "415": "The body is not JSON"}
_REF: Final = "#/components/schemas/{name}"


@cache
def document() -> dict[str, Any]:
    """The description, as it is served."""
    records = [Problem]
    for row in OPERATIONS:
        records += [one for one in (row.answer, row.request, row.query) if one is not None and one is not Nothing]
    _, components = msgspec.json.schema_components(records, ref_template=_REF)
    queries = {row.query.__name__ for row in OPERATIONS}
    paths: dict[str, dict[str, Any]] = {}
    for row in OPERATIONS:
        paths.setdefault(BASE + row.path, {})[row.method.lower()] = _operation(row, components)
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": "Garde",
            "version": VERSION,
            "summary": "The record of a hospital's connected devices, for programs",
            "description": "Every write becomes a message with the caller's login. What a caller may not see is not "
            "there for them. `x-right` names the right that a call needs.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {name: one for name, one in sorted(components.items()) if name not in queries},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of a person, RFC 6750"},
                "session": {"type": "apiKey", "in": "cookie", "name": "garde", "description": "Signed in on a page"},
            },
        },
    }
    # A page of a list is called after its items.
    text = re.sub(r"\bPage_(\w+?)_(?=[\"/])", r"\1Page", msgspec.json.encode(found).decode("utf-8"))
    described: dict[str, Any] = msgspec.json.decode(text)
    return described


def pretty() -> str:
    """The description, for people to read and for a repository to compare."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2).decode("utf-8") + "\n"


def _operation(row: Operation, components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.name.partition(".")[0]],
        "summary": row.en,
        "x-summary-fr": row.fr,
        "x-right": row.right,
        "description": _who(row.right),
        "security": [{"token": []}, {"session": []}] if row.right else [{}, {"token": []}, {"session": []}],
        "parameters": [*_path(row), *_query(row, components), *_conditions(row)],
        "responses": _responses(row),
    }
    if row.request is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(row.request)}}}
    return found


def _who(right: str) -> str:
    return f"Roles that may: {', '.join(holders(right))}." if right else "Everybody may."


def _path(row: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", row.path)
    ]


def _query(row: Operation, components: dict[str, Any]) -> list[dict[str, Any]]:
    known = components.get(row.query.__name__, {})
    required = known.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in known.get("properties", {}).items()
    ]


def _conditions(row: Operation) -> list[dict[str, Any]]:
    name = "If-None-Match" if row.method == "GET" else "If-Match" if row.versioned else ""
    return [{"name": name, "in": "header", "required": False, "schema": {"type": "string"}}] if name else []


def _responses(row: Operation) -> dict[str, Any]:
    tag = {"ETag": {"description": "Version of the record", "schema": {"type": "string"}}}
    good: dict[str, Any] = {"description": row.en}
    if row.answer is not None:
        good |= {"content": {JSON: {"schema": _ref(row.answer)}}, "headers": tag}
    answers = {str(row.status): good}
    problems = dict(ALWAYS)
    if row.right or (row.name.startswith("me.") and row.path != "/me"):
        problems["401"] = "Nobody is signed in, or the token opens nothing"
    if "{" in row.path:
        problems |= NAMED
    if row.method == "GET":
        answers["304"] = {"description": "The caller has this version", "headers": tag}
    else:
        problems |= SENT
    if row.versioned:
        problems["412"] = "Somebody changed it meanwhile"
    if row.status == 200 and row.request is not None:
        answers["202"] = {**good, "description": "Taken; other processes work it through"}
    schema = {"schema": {"$ref": _REF.format(name="Problem")}}
    answers |= {code: {"description": said, "content": {PROBLEM: schema}} for code, said in problems.items()}
    return dict(sorted(answers.items()))


def _ref(record: Any) -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.schema_components([record], ref_template=_REF)[0][0]
    return schema
