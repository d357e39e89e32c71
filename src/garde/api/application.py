"""The application of the interface: routes made from the table, and every answer in one form.

Question: how does a request become a call, and what it gives back an answer?
Reference: RFC 9110 (methods, negotiation §12.5.1, conditions §13), RFC 9457 (problems), RFC 8288 (next page). It stands
behind the same gate as the pages. Left out: other sites' pages (CORS), which may not call it.

Example::

    build(site, mounted(site, chosen))
"""

from __future__ import annotations

import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from garde.api import documentation
from garde.api.ask import Ask, Reply, Site, version
from garde.api.openapi import JSON, document
from garde.api.operations import BASE, OPERATIONS, Operation
from garde.config import Config
from garde.errors import GardeError, Malformed, Missing, Refused
from garde.gate import Guarded, problem, status_of, visitor_of

#: Largest body, in octets, and longest value in an address, in characters.
LARGEST: Final = 1 << 20
LONGEST: Final = 512
#: Answers that only this interface gives.
STATUS: Final = {
    "api.accept": 406,
    "api.method": 405,
    "api.too-large": 413,
    "api.type": 415,
    "api.version": 412,
}


def mounted(site: Site, config: Config | None = None) -> Mount:
    """The interface under its address, to be served beside the pages."""
    return Mount(BASE, application(site, config or Config()))


def application(site: Site, config: Config) -> Starlette:
    """The interface of a site."""
    # Words are taken one after the other, so that two callers cannot both change the same version.
    turn = threading.Lock()
    routes: list[BaseRoute] = [
        Guarded(row.path, _endpoint(row, site, config, turn), row.right, methods=(row.method,), name=row.name)
        for row in OPERATIONS
    ]
    routes += [Guarded("/openapi.json", _description, ""), *documentation.routes()]
    handlers: Mapping[Any, Any] = {
        GardeError: _failed,
        HTTPException: _unrouted,
        ClientDisconnect: _gone,
        Exception: _broken,
    }
    built = Starlette(routes=routes, exception_handlers=handlers)
    built.router.redirect_slashes = False
    return built


def _endpoint(
    row: Operation, site: Site, config: Config, turn: threading.Lock
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        acceptable(request)
        body = await _body(request, row)
        return await run_in_threadpool(_answered, row, request, _asked(row, request, site, config, body), turn)

    endpoint.__name__ = row.name
    return endpoint


def _answered(row: Operation, request: Request, ask: Ask, turn: threading.Lock) -> Response:
    if row.method == "GET":
        return answer(request, row.call(ask))
    with turn:
        return answer(request, row.call(ask), status=row.status)


def _asked(row: Operation, request: Request, site: Site, config: Config, body: Any) -> Ask:
    """What is asked, checked against the records of the row.

    Raises:
        Malformed: a value that the record does not know or allow.
        Missing: a value of the path that names nothing.
    """
    path = {name: str(value) for name, value in request.path_params.items()}
    for value in path.values():
        # PostgreSQL keeps no NUL in a text, so nothing is named so.
        if "\0" in value or len(value) > LONGEST:
            raise Missing("api.missing", "Nothing is called so")
    pairs = tuple(request.query_params.multi_items())
    return Ask(
        site=site,
        visitor=visitor_of(request),
        address=request.scope["path"],
        base=str(request.scope.get("root_path", "")) or BASE,
        config=config,
        path=path,
        query=queried(row.query, pairs),
        pairs=pairs,
        body=body,
        match=tags(request.headers.get("if-match", "")) if row.versioned else (),
    )


def queried(kind: Any, pairs: Iterable[tuple[str, str]]) -> Any:
    """The values behind a path as their record; a value that is a list may stand there several times.

    Raises:
        Malformed: a name that the record does not have, a value that it does not allow, or one that stands there twice.
    """
    lists = {
        field.encode_name
        for field in msgspec.structs.fields(kind)
        if isinstance(field.default, tuple)  # the records' lists are tuples that are empty when nothing is said
    }
    values: dict[str, Any] = {}
    for name, value in pairs:
        if "\0" in value:
            raise Malformed("api.query", "A value holds a NUL", where=name[:80])
        if name in lists:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise Malformed("api.query", "This value stands there twice", where=name[:80])
        else:
            values[name] = value
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed("api.query", str(error)[:300]) from None


async def _body(request: Request, row: Operation) -> Any:
    """The body as the record of the row.

    Raises:
        Refused: it is not JSON by its own word, or too large.
        Malformed: it is not the record.
    """
    if row.request is None:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (JSON, "application/merge-patch+json" if row.method == "PATCH" else JSON):
        raise Refused("api.type", "The body is not JSON", hint=f"content-type: {JSON}")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            raise Refused("api.too-large", "More than 1 MiB was sent")
    try:
        body = msgspec.json.decode(bytes(data), type=row.request)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed("api.body", str(error)[:300], hint="The description says what is sent") from None
    # PostgreSQL keeps no NUL in a text; JSON writes it in six characters.
    if b"\\u0000" in data and "\0" in "".join(_texts(msgspec.to_builtins(body))):
        raise Malformed("api.body", "A value holds a NUL")
    return body


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from (name, *_texts(one))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def answer(request: Request, given: Any, status: int = 200) -> Response:
    """A call's reply as an answer: its version, where the next page is, or that nothing has changed."""
    reply = given if isinstance(given, Reply) else Reply(record=given, status=status)
    headers = dict(reply.headers)
    if reply.record is None:
        return Response(status_code=reply.status, headers=headers)
    tag = version(reply.record)
    headers |= {"etag": tag, "cache-control": "private, no-cache", "vary": "authorization, cookie"}
    if reply.next:
        pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
        headers["link"] = f'<{_address(request.scope["path"], [*pairs, ("cursor", reply.next)])}>; rel="next"'
    if request.method in ("GET", "HEAD"):
        known = tags(request.headers.get("if-none-match", ""))
        if tag in known or "*" in known:
            return Response(status_code=304, headers=headers)
    content = msgspec.json.encode(reply.record)
    if request.method == "HEAD":
        headers["content-length"] = str(len(content))
        return Response(status_code=reply.status, headers=headers, media_type=JSON)
    return Response(content, reply.status, headers=headers, media_type=JSON)


def tags(header: str) -> tuple[str, ...]:
    """The versions in ``If-Match`` or ``If-None-Match``; a weak one is read as its strong one.

    >>> tags('"a", W/"b"'), tags("*")
    (('"a"', '"b"'), ('*',))
    """
    return ("*",) if header.strip() == "*" else tuple(re.findall(r'"[^"]*"', header))


def acceptable(request: Request) -> None:
    """Whether the caller reads what this interface speaks.

    Raises:
        Refused: they accept no JSON.
    """
    accepted = request.headers.get("accept", "*/*") or "*/*"
    for part in accepted.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        refused = any(re.fullmatch(r"q=0(\.0{0,3})?", word) for word in parameters)
        if kind in ("*/*", "application/*", JSON, "application/problem+json") and not refused:
            return
    raise Refused("api.accept", "Only JSON is spoken here", hint=f"accept: {JSON}")


def _description(request: Request) -> Response:
    return answer(request, document())


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, GardeError)
    status = STATUS.get(error.code) or int(status_of(error))
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    if error.code == "api.type":
        headers["accept"] = JSON
    return problem(error, status, headers)


async def _unrouted(request: Request, error: Exception) -> Response:
    """No such address, or none with this method; OPTIONS is told which there are."""
    assert isinstance(error, HTTPException)
    methods = methods_of(request.scope.get("path", "").removeprefix(request.scope.get("root_path", "")))
    if not methods:
        return problem(Missing("api.missing", "There is no such address", hint=f"{BASE}/openapi.json"), 404)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"allow": methods})
    missing = Refused("api.method", f"{request.method[:20]} means nothing here", hint=f"Methods: {methods}")
    return problem(missing, 405, {"allow": methods})


def methods_of(path: str) -> str:
    """The methods of an address, as ``Allow`` has them; empty when there is no such address.

    >>> methods_of("/people/p-1"), methods_of("/nowhere")
    ('DELETE, GET, HEAD, OPTIONS, PATCH', '')
    """
    found = {row.method for row in OPERATIONS if _PATTERNS[row.name].fullmatch(path)}
    if path in ("/openapi.json", "/docs", "/docs/try"):
        found.add("GET")
    if not found:
        return ""
    return ", ".join(sorted({*found, "OPTIONS", *(("HEAD",) if "GET" in found else ())}))


async def _gone(request: Request, error: Exception) -> Response:
    """The caller went away while sending: nobody reads this."""
    return problem(Malformed("api.body", "The body ended too early"), 422)


async def _broken(request: Request, error: Exception) -> Response:
    return problem(GardeError("api.failed", "This failed inside Garde", hint="The log of the process says why"), 500)


def _address(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{quote(path, safe='/:@')}?{urlencode(pairs)}"


_PATTERNS: Final = {row.name: re.compile(re.sub(r"{\w+}", "[^/]+", row.path)) for row in OPERATIONS}
