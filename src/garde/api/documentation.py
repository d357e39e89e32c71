"""The documentation of the interface, as a page: every operation, its records, and a form to try those that read.

Question: what can I ask, what must I send, and what does it answer here and now?
Reference: OpenAPI 3.1 (`garde.api.openapi`); WCAG 2.2. Served from this process, without scripts: a form leads through
``/docs/try`` to the address that it makes, so that the address can be read and copied. Calls that write are shown as a
command for a terminal.

Example: ``/api/v1/docs?lang=fr#devices.list``
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from garde.api.openapi import document
from garde.api.operations import BASE, OPERATIONS, Operation
from garde.errors import Missing
from garde.gate import Guarded, visitor_of

LANGUAGES: Final = ("en", "fr")
#: The page's own words; those of the operations stand in their rows.
WORDS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "Interface for programs": "Interface pour les programmes",
        "Skip to the content": "Aller au contenu",
        "Every call needs the right beside it. What you may not see is not in a list.": (
            "Chaque appel demande le droit indiqué à côté. Ce que vous ne pouvez pas voir n'est dans aucune liste."
        ),
        "Description for programs": "Description pour les programmes",
        "Operations": "Opérations",
        "Records": "Enregistrements",
        "Everybody": "Tout le monde",
        "Right:": "Droit\u00a0:",
        "Needed": "Obligatoire",
        "Value": "Valeur",
        "Type": "Type",
        "Sent:": "Envoyé\u00a0:",
        "Answer:": "Réponse\u00a0:",
        "Nothing": "Rien",
        "Try it": "Essayer",
        "In a terminal:": "Dans un terminal\u00a0:",
        "You may": "Vous le pouvez",
        "You may not": "Vous ne le pouvez pas",
        "Back to Garde": "Revenir à Garde",
        "one of": "parmi",
        "list of": "liste de",
        "any": "quelconque",
        "array": "liste",
        "boolean": "vrai ou faux",
        "date-time": "date et heure",
        "integer": "nombre entier",
        "null": "rien",
        "number": "nombre",
        "object": "enregistrement",
        "string": "texte",
    },
}
_TEMPLATES: Final = Environment(
    loader=PackageLoader("garde.api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


class Value(msgspec.Struct, frozen=True):
    """A value that an operation takes, or a field of a record.

    Attributes:
        type: in words.
        link: the record that it leads to, or empty.
        choices: what it may be, when that is a short list.
    """

    name: str
    type: str
    needed: bool = False
    link: str = ""
    choices: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One operation as the page shows it."""

    row: Operation
    said: str
    values: tuple[Value, ...]
    request: str
    answer: str
    may: bool
    command: str


def routes() -> list[BaseRoute]:
    """The addresses of the documentation."""
    return [Guarded("/docs", page, ""), Guarded("/docs/try", tried, "")]


def page(request: Request) -> Response:
    """The page, in the reader's language and theme."""
    language = language_of(request)
    theme = request.cookies.get("theme", "system")
    visitor = visitor_of(request)
    described = document()
    words = WORDS.get(language, {})

    def t(text: str) -> str:
        return words.get(text, text)

    text = _TEMPLATES.get_template("docs.html").render(
        t=t,
        lang=language,
        other="en" if language == "fr" else "fr",
        theme=theme if theme in ("light", "dark") else "system",
        base=BASE,
        groups=_groups([_entry(row, described, language, visitor.may(row.right), t) for row in OPERATIONS]),
        records={
            name: tuple(_fields(schema, t)) for name, schema in described["components"]["schemas"].items()
        },
    )  # fmt: skip
    return HTMLResponse(text, headers={"content-language": language, "vary": "cookie, accept-language"})


def tried(request: Request) -> Response:
    """Lead to the address that a form of the page makes; only to operations that read.

    Raises:
        Missing: no such operation.
    """
    values = dict(request.query_params)
    name = values.pop("operation", "")
    if name not in OPERATIONS or OPERATIONS[name].method != "GET":
        raise Missing("api.missing", "There is no such operation to try")
    row = OPERATIONS[name]
    path = re.sub(r"{(\w+)}", lambda found: quote(values.pop(found[1], "") or "-", safe=""), row.path)
    rest = urlencode({key: value for key, value in values.items() if value})
    return RedirectResponse(f"{BASE}{path}{'?' if rest else ''}{rest}", 303)


def language_of(request: Request) -> str:
    """The language asked for, chosen before, or the first of the browser's that there is."""
    wanted = (
        request.query_params.get("lang", ""),
        request.cookies.get("lang", ""),
        *(part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")[:20]),
    )
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])


def _groups(entries: list[Entry]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.row.name.partition(".")[0], []).append(entry)
    return groups


def _entry(row: Operation, described: dict[str, Any], language: str, may: bool, t: Any) -> Entry:
    found = described["paths"][BASE + row.path][row.method.lower()]
    good = found["responses"][str(row.status)]
    sent = found.get("requestBody")
    return Entry(
        row=row,
        # French puts a narrow no-break space before a semicolon.
        said=row.fr.replace(";", "\u202f;") if language == "fr" else row.en,
        values=tuple(
            Value(one["name"], _type(one["schema"], t), one["required"], choices=_choices(one["schema"]))
            for one in found["parameters"]
            if one["in"] != "header"
        ),
        request=_record(sent["content"]) if sent else "",
        answer=_record(good["content"]) if "content" in good else "",
        may=may,
        command=_command(row),
    )


def _command(row: Operation) -> str:
    """The call for a terminal; words in capitals are the caller's."""
    path = re.sub(r"{(\w+)}", lambda found: found[1].upper(), row.path)
    body = ' -H "content-type: application/json" -d @body.json' if row.request is not None else ""
    return f'curl -X {row.method} -H "authorization: Bearer $TOKEN"{body} "$GARDE{BASE}{path}"'


def _record(content: dict[str, Any]) -> str:
    reference: str = next(iter(content.values()))["schema"].get("$ref", "")
    return reference.rpartition("/")[2]


def _fields(schema: dict[str, Any], t: Any) -> list[Value]:
    needed = schema.get("required", [])
    return [
        Value(name, _type(one, t), name in needed, _target(one)) for name, one in schema.get("properties", {}).items()
    ]


def _choices(schema: dict[str, Any]) -> tuple[str, ...]:
    """The values among which one is chosen; empty where anything may be typed."""
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    return tuple(one for one in map(str, inner.get("enum", ())) if one)


def _target(schema: dict[str, Any]) -> str:
    """The record that a value leads to, or empty."""
    found = re.search(r'"#/components/schemas/([\w.-]+)"', msgspec.json.encode(schema).decode("utf-8"))
    return found[1] if found else ""


def _type(schema: dict[str, Any], t: Any) -> str:
    """A type in few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(one, t) for one in schema["anyOf"])
    if "enum" in schema:
        return f"{t('one of')} {', '.join(str(one) or '∅' for one in schema['enum'])}"
    if schema.get("type") == "array":
        inner: Any = schema.get("items") or next(iter(schema.get("prefixItems", [])), {})
        return f"{t('list of')} {_type(inner if isinstance(inner, dict) else {}, t)}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{{…: {_type(schema['additionalProperties'], t)}}}"
    return str(t(schema.get("format") or schema.get("type") or "any"))
