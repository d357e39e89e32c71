"""HTTP: who is asked, with which account, and which files go by.

Question: which host and address are asked for, is a password readable, and what is in the bodies?
Reference: RFC 9112 §2 to §7, RFC 7617 (Basic), RFC 2046 §5.1 (multipart; DICOM PS3.18 §8.7 sends studies so). An
address may name a patient: it is told as SHA-256, which lists of indicators can be compared with, and no further.
Bodies are kept up to a megabyte, gzip undone. Left out: HTTP/2, Brotli.

Example: ``Authorization: Basic YWRtaW46YWRtaW4=`` gives ``login.clear`` with ``default`` 1.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import Final

from garde.dissect.listen.accounts import basic, login
from garde.dissect.listen.carve import LONGEST
from garde.dissect.listen.smb_files import extension
from garde.dissect.listen.spec import ALL, Digest, Listener, Told
from garde.dissect.spec import STREAM, Hint, Keep
from garde.wire.flow import Payload

_REQUEST: Final = re.compile(
    rb"(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|PROPFIND|CONNECT) (\S{1,8192}) HTTP/1\.[01]\r?\n"
)
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r?\n")
_END: Final = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEAD: Final = 1 << 15
_PARTS: Final = 8
_BOUNDARY: Final = re.compile(r'boundary="?([^";,\s]{1,70})', re.IGNORECASE)


class _Side:
    __slots__ = ("body", "chunked", "data", "head", "left", "start", "until")

    def __init__(self) -> None:
        self.data = bytearray()
        self.start = 0
        #: headers of the message whose body is under way
        self.head: dict[str, str] | None = None
        self.body = bytearray()
        self.left = 0
        self.chunked = False
        self.until = False

    def reset(self) -> None:
        self.head = None
        self.body.clear()
        self.left = 0
        self.chunked = self.until = False


class _Ear:
    def __init__(self, digest: Digest) -> None:
        self.done = False
        self._digest = digest
        self._sides = (_Side(), _Side())
        #: method, whether an account came with it, host and extension of requests without an answer
        self._asked: list[tuple[bytes, bool, str, str]] = []

    def feed(self, payload: Payload) -> Iterator[Told]:
        side = self._sides[payload.direction]
        if payload.gap > 0 and side.head is not None and not side.chunked and side.left > payload.gap:
            side.left -= payload.gap
        elif payload.gap:
            side.data.clear()
            side.reset()
        if not side.data:
            side.start = payload.offset
        side.data += payload.data
        for _ in range(256):
            before = len(side.data), side.head is None
            yield from self._step(side)
            if not side.data or (len(side.data), side.head is None) == before:
                return

    def _step(self, side: _Side) -> Iterator[Told]:
        if side.head is None:
            yield from self._head(side)
            return
        if side.chunked:
            yield from self._chunk(side)
            return
        size = len(side.data) if side.until else min(side.left, len(side.data))
        side.body += side.data[: max(0, min(size, LONGEST - len(side.body)))]
        del side.data[:size]
        side.left -= size
        if side.until:
            # Its end is the connection's: told as it grows, first as soon as a head can be read.
            if size and (len(side.body) == size or len(side.body) >= LONGEST):
                yield from self._file(side)
        elif side.left <= 0:
            yield from self._file(side)
            side.reset()

    def _head(self, side: _Side) -> Iterator[Told]:
        end = _END.search(side.data)
        if end is None:
            if len(side.data) > _LONGEST_HEAD:
                side.data.clear()
            return
        raw, start = bytes(side.data[: end.end()]), side.start
        asked, said = _REQUEST.match(raw), _STATUS.match(raw)
        if asked is None and said is None:
            side.data.clear()
            return
        del side.data[: end.end()]
        side.start += end.end()
        head: dict[str, str] = {}
        for line in raw.split(b"\n")[1:100]:
            name, colon, value = line.partition(b":")
            if colon:
                head.setdefault(name.strip().lower().decode("latin-1"), value.strip().decode("latin-1"))
        if asked:
            yield from self._request(asked, head, start)
        elif said:
            code = int(said[1])
            method, signed, host, ext = self._asked.pop(0) if self._asked and code >= 200 else (b"", False, "", "")
            head["asked-host"], head["asked-extension"] = host, ext
            yield Told("http.answer", {"status": code, "type": head.get("content-type", "").split(";")[0][:64]}, start)
            if signed:
                yield Told("login.refused" if code == 401 else "login.accepted", {"by": "http"}, start)
            if method == b"HEAD" or code in (204, 304) or code < 200:
                return
        self._body(side, head, request=asked is not None)

    def _body(self, side: _Side, head: dict[str, str], *, request: bool) -> None:
        length = head.get("content-length", "")
        side.chunked = "chunked" in head.get("transfer-encoding", "").lower()
        side.left = int(length) if length.isdigit() and len(length) < 16 else 0
        side.until = not request and not side.chunked and not length
        side.body.clear()
        if side.chunked or side.left or side.until:
            side.head = head

    def _chunk(self, side: _Side) -> Iterator[Told]:
        at = side.data.find(b"\n")
        if at < 0:
            return
        try:
            size = int(bytes(side.data[:at]).split(b";")[0].strip() or b"0", 16)
        except ValueError:
            side.data.clear()
            side.reset()
            return
        if size == 0:
            del side.data[: at + 1]
            if side.data[:2] == b"\r\n":
                del side.data[:2]
            yield from self._file(side)
            side.reset()
        elif len(side.data) >= at + 1 + size + 2:
            side.body += side.data[at + 1 : at + 1 + min(size, max(0, LONGEST - len(side.body)))]
            del side.data[: at + 1 + size + 2]
        elif len(side.data) > 4 * LONGEST:
            side.data.clear()
            side.reset()

    def _request(self, asked: re.Match[bytes], head: dict[str, str], start: int) -> Iterator[Told]:
        method, target = asked[1], asked[2].decode("latin-1")
        host = head.get("host", "").lower().rsplit(":", 1)[0].strip("[]")[:253]
        path = target.split("://", 1)[-1].partition("/")[2] if "://" in target else target.lstrip("/")
        values: dict[str, str | int | float] = {
            "method": method.decode(),
            "host": host,
            "url": hashlib.sha256(f"{host}/{path}".encode("utf-8", "replace")).hexdigest(),
            "ext": extension(path.split("?")[0].rpartition("/")[2]),
            "agent": head.get("user-agent", "")[:160],
        }
        yield Told("http.request", values, start)
        account = basic(head.get("authorization", ""))
        if account:
            yield login("http", *account, self._digest, start)
        if len(self._asked) < 64:
            self._asked.append((method, account is not None, host, str(values["ext"])))

    def _file(self, side: _Side) -> Iterator[Told]:
        head, data = side.head or {}, bytes(side.body)
        if not data:
            return
        coding = head.get("content-encoding", "").lower()
        if coding in ("gzip", "x-gzip", "deflate"):
            try:
                data = zlib.decompressobj(47 if "gzip" in coding else 15).decompress(data, LONGEST)
            except zlib.error:
                return
        kind = head.get("content-type", "")
        boundary = _BOUNDARY.search(kind)
        if boundary and kind.lower().startswith("multipart/"):
            for part in data.split(b"--" + boundary[1].encode("latin-1"))[1 : 1 + _PARTS]:
                end = _END.search(part)
                if end and len(part) > end.end() + 2:
                    yield Told(
                        "file.seen", {"by": "http", "type": "part"}, side.start, part[end.end() :].removesuffix(b"\r\n")
                    )
            return
        asked = {"host": head.get("asked-host", ""), "ext": head.get("asked-extension", "")}
        yield Told("file.seen", {"by": "http", "type": kind.split(";")[0][:64], **asked}, side.start, data)


def _likely(data: bytes, hint: Hint) -> float:
    del hint
    return 0.9 if _REQUEST.match(data) or _STATUS.match(data) else 0.0


HTTP: Final = Listener(
    name="http",
    layer=STREAM,
    reference="RFC 9112, RFC 7617",
    tells=frozenset({"file.seen", "http.answer", "http.request", "login.accepted", "login.clear", "login.refused"}),
    looks_like=_likely,
    ear=_Ear,
    keep=tuple(Keep(0, word, payloads=ALL) for word in (b"HTTP/1.", b"GET /", b"POST /", b"PUT /", b"HEAD /")),
)
