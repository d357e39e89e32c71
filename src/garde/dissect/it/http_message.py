"""HTTP messages: heads and bodies cut out of a stream, with transfer and content codings undone.

Question: where does each request and response begin, what stands in its head, and what does its body say in clear?
Reference: RFC 9112 (HTTP/1.1) §2 to §7, RFC 9110 §8.4 (content codings: gzip, deflate), RFC 1945, RFC 2326 (RTSP 1.0,
which has the same form). Left out: Brotli and zstd, HTTP/2, and request bodies, which are passed over unread.

Example:
    >>> head = Head.read(b"HTTP/1.1 200 OK\\r\\nServer: x\\r\\n\\r\\n", 0)
    >>> head.status, head.get(b"server")
    (200, ('x', 25, 26))
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Final

from garde.errors import Malformed
from garde.wire.buffer import Buffer
from garde.wire.flow import Payload

LONGEST_HEAD: Final = 1 << 15
#: Decoded octets of one body that are kept to be searched.
LONGEST_BODY: Final = 1 << 17
_MOST_HEADERS: Final = 128
_MOST_PIPELINED: Final = 64
METHODS: Final = (
    b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT "
    b"SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH DESCRIBE SETUP PLAY PAUSE TEARDOWN ANNOUNCE GET_PARAMETER"
).split()
_METHOD: Final = b"|".join(METHODS)
_REQUEST: Final = re.compile(rb"(" + _METHOD + rb") (\S{1,8192}) (HTTP|RTSP)/1\.([0-9])[ \t]*$")
_STATUS: Final = re.compile(rb"(HTTP|RTSP)/1\.([0-9]) (\d{3})(?: |$)")
#: What a message begins with, to be found again after a gap.
BEGINNING: Final = re.compile(
    rb"(?:HTTP|RTSP)/1\.[0-9] \d{3}[ \r\n]|(?:" + _METHOD + rb") \S{1,2048} (?:HTTP|RTSP)/1\.[0-9]\r?\n"
)
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})[ \t]*:[ \t]*(.*?)[ \t]*$")
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")

#: value, first and last+1 position.
Text = tuple[str, int, int]


class Head:
    """The head of a request (``method`` is set) or a response (``status`` is set); header names in lower case."""

    __slots__ = ("headers", "method", "protocol", "start", "status", "target")

    def __init__(self, start: int) -> None:
        self.start = start
        self.protocol = "http"
        self.method = b""
        self.target = b""
        self.status = 0
        self.headers: list[tuple[bytes, bytes, int]] = []

    @classmethod
    def read(cls, data: bytes, base: int) -> Head:
        """Read a head.

        Args:
            data: the head, with the empty line that ends it.
            base: position of ``data[0]``.

        Raises:
            Malformed: the first line is neither a request's nor a status (RFC 9112 §3, §4).
        """
        head = cls(base)
        first, _, _ = data.partition(b"\n")
        line = first.rstrip(b"\r")
        request, status = _REQUEST.match(line), _STATUS.match(line)
        if request:
            head.method, head.target, head.protocol = request[1], request[2], request[3].decode().lower()
        elif status:
            head.status, head.protocol = int(status[3]), status[1].decode().lower()
        else:
            raise Malformed("http.start-line", "neither request nor status", where=f"RFC 9112 §3, offset {base}")
        at = len(first) + 1
        for line in data[at:].split(b"\n")[:_MOST_HEADERS]:
            match = _HEADER.match(line.rstrip(b"\r"))
            if match:
                head.headers.append((match[1].lower(), match[2], base + at + match.start(2)))
            at += len(line) + 1
        return head

    def all(self, name: bytes) -> Iterator[Text]:
        """Every header of that name: text and place."""
        for key, value, at in self.headers:
            if key == name:
                yield value.decode("utf-8", "replace"), at, at + len(value)

    def get(self, name: bytes) -> Text:
        """The first header of that name, or an empty text."""
        return next(self.all(name), ("", 0, 0))


class Body:
    """A response's body, decoded as it comes, as far as `LONGEST_BODY`.

    Attributes:
        start: position of its first octet.
        text: what is decoded so far.
        plain: whether ``text`` stands in the stream as it is, so that places can be given.
        searched: for the reader to set, once it has found what it looks for.
    """

    __slots__ = ("_coded", "_first", "_inflate", "plain", "searched", "start", "text")

    def __init__(self, start: int, coding: str, plain: bool) -> None:
        self.start = start
        self.text = bytearray()
        self.plain = plain and not coding
        self.searched = False
        self._coded = bool(coding)
        self._first = b""
        self._inflate: zlib._Decompress | None = None

    def add(self, piece: bytes) -> None:
        """Take the next octets; beyond the bound, and behind a broken coding, nothing more is kept."""
        room = LONGEST_BODY - len(self.text)
        if room <= 0:
            return
        if not self._coded:
            self.text += piece[:room]
            return
        if self._inflate is None:
            self._first += piece
            if len(self._first) < 2:
                return
            piece = self._first
            self._inflate = zlib.decompressobj(_window(piece))
        try:
            self.text += self._inflate.decompress(piece, room)
        except zlib.error:
            self.text += bytes(room)  # full, so that nothing more is tried


def _window(first: bytes) -> int:
    """How zlib must be told the coding: some servers say "deflate" and send it raw (RFC 1951, RFC 1950 §2.2)."""
    zlib_header = first[0] & 15 == 8 and (first[0] << 8 | first[1]) % 31 == 0
    return zlib.MAX_WBITS | 32 if zlib_header or first[:2] == b"\x1f\x8b" else -zlib.MAX_WBITS


class Event:
    """What `Messages` tells: a head (``body`` None), or that a body has grown or ended."""

    __slots__ = ("body", "ended", "head", "request")

    def __init__(self, head: Head, request: Head | None, body: Body | None, ended: bool) -> None:
        self.head = head
        self.request = request
        self.body = body
        self.ended = ended


class Messages:
    """The messages of one direction.

    Args:
        asked: the requests that wait for their response; shared by both directions, oldest first.
    """

    def __init__(self, asked: deque[Head]) -> None:
        self._buffer = Buffer(limit=LONGEST_HEAD + (1 << 16))
        self._asked = asked
        self._lost = False
        self._started = False
        self._seen = False
        self._head: Head | None = None
        self._request: Head | None = None
        self._body: Body | None = None
        #: octets of body or chunk still to come; None for a body that ends with the connection
        self._left: int | None = 0
        self._chunked = False
        self._trailers = False

    def feed(self, payload: Payload) -> Iterator[Event]:
        """What happens with this payload.

        Raises:
            Malformed: the connection's first bytes are no message.
        """
        if not self._started:
            # Chosen late, by a later payload than the first: it may begin anywhere in a message.
            self._started = True
            self._lost = payload.offset != 0
        if payload.gap:
            self._lost = True
            self._forget()
            self._buffer.clear()
            self._asked.clear()
        self._buffer.add(payload.data, payload.offset)
        while len(self._buffer):
            before = len(self._buffer), self._trailers, self._lost
            if self._lost:
                self._find()
            elif self._head is None:
                yield from self._read_head()
            else:
                yield from self._read_body()
            if (len(self._buffer), self._trailers, self._lost) == before:
                return

    def _forget(self) -> None:
        self._head = self._request = self._body = None
        self._left, self._chunked, self._trailers = 0, False, False

    def _find(self) -> None:
        waiting = self._buffer
        match = BEGINNING.search(waiting.data)
        if match:
            waiting.drop(match.start())
            self._lost = False
        elif len(waiting) > LONGEST_HEAD:
            waiting.drop(len(waiting) - LONGEST_HEAD // 4)

    def _read_head(self) -> Iterator[Event]:
        waiting = self._buffer
        # RFC 9112 §2.2: an empty line before a request is forgiven.
        blank = len(waiting.data) - len(waiting.data.lstrip(b"\r\n"))
        if blank:
            waiting.drop(blank)
            return
        end = _END_OF_HEAD.search(waiting.data)
        if end is None or end.end() > LONGEST_HEAD:
            first = bytes(waiting.data[:64])
            if len(waiting) > LONGEST_HEAD or not _may_begin(first):
                self._refuse()
            return
        start = waiting.start
        if not _may_begin(bytes(waiting.data[:64])):
            self._refuse()
            return
        data = bytes(waiting.data[: end.end()])
        try:
            head = Head.read(data, start)
        except Malformed:
            self._refuse()
            return
        waiting.drop(end.end())
        self._seen = True
        if head.method and len(self._asked) < _MOST_PIPELINED:
            self._asked.append(head)
        request = self._asked.popleft() if head.status >= 200 and self._asked else None
        yield Event(head, request, None, False)
        self._begin_body(head, request)

    def _refuse(self) -> None:
        if not self._seen:
            raise Malformed("http.start-line", "no message", where=f"RFC 9112 §2.1, offset {self._buffer.start}")
        self._lost = True

    def _begin_body(self, head: Head, request: Head | None) -> None:
        """RFC 9112 §6.3: how long the body is."""
        self._chunked = "chunked" in ",".join(value for value, _, _ in head.all(b"transfer-encoding")).lower()
        length = head.get(b"content-length")[0]
        if head.status and (
            head.status < 200 or head.status in (204, 304) or (request is not None and request.method == b"HEAD")
        ):
            self._chunked, self._left = False, 0
        elif self._chunked:
            self._left = 0
        elif length.isdecimal() and len(length) < 16:
            self._left = int(length)
        else:
            self._left = None if head.status and head.protocol == "http" else 0
        if self._left == 0 and not self._chunked:
            return
        self._head, self._request = head, request
        coding = head.get(b"content-encoding")[0].strip().lower()
        if head.status and coding in ("", "identity", "gzip", "x-gzip", "deflate"):
            self._body = Body(self._buffer.start, "" if coding == "identity" else coding, not self._chunked)

    def _read_body(self) -> Iterator[Event]:
        assert self._head is not None
        waiting = self._buffer
        if self._trailers or (self._chunked and self._left == 0):
            yield from self._read_chunk_line()
            return
        piece = waiting.take(len(waiting) if self._left is None else min(self._left, len(waiting)))
        if self._left is not None:
            self._left -= len(piece)
        ended = self._left == 0 and not self._chunked
        if self._body is not None:
            self._body.add(piece)
            yield Event(self._head, self._request, self._body, ended)
        if ended:
            self._forget()

    def _read_chunk_line(self) -> Iterator[Event]:
        assert self._head is not None
        waiting = self._buffer
        end = waiting.data.find(b"\n")
        if end < 0:
            if len(waiting) > 4096:
                self._forget()
                self._lost = True
            return
        line = waiting.take(end + 1).strip()
        if self._trailers:
            if not line:
                if self._body is not None:
                    yield Event(self._head, self._request, self._body, True)
                self._forget()
            return
        size = line.split(b";", 1)[0].strip()
        if not line:
            return  # RFC 9112 §7.1: it closes the chunk before
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size):
            self._forget()
            self._lost = True
            return
        self._left = int(size, 16)
        self._trailers = self._left == 0


def _may_begin(data: bytes) -> bool:
    """Whether a message may begin with these octets, which may be a part of a word."""
    if data[:5] in (b"HTTP/", b"RTSP/"):
        return True
    word = data.split(b" ", 1)[0]
    if b" " in data:
        return word in METHODS
    return any(known.startswith(word) for known in (*METHODS, b"HTTP/", b"RTSP/"))
