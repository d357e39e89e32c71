"""HTTP: signed webhooks handed to another program.

Question: when does the receiver have it, and which answer means never?
Reference: RFC 9110 (§15; a redirection is not followed: it would send findings to an address nobody chose), RFC 9112.
400, 413, 415 and 422 say that this body is not wanted; any other answer than 2xx may be mended on the other side, so it
is tried again. Left out: HTTP/2, proxies, Retry-After (the agent's own back-off is slower than what peers ask for).

Example::

    for name, _ in Http(channel, clock).carry(parcels):
        print(name, "was taken")
"""

from __future__ import annotations

import http.client
from collections.abc import Generator, Sequence
from typing import Final
from urllib.parse import urlsplit

from garde import __version__
from garde.config import ChannelSection
from garde.errors import Refused, Unreachable
from garde.notify.letter import write
from garde.notify.parcel import PATIENCE, Parcel, address, reaching, secret, trust
from garde.notify.webhook import headers, of_finding, of_message
from garde.ports import Clock

PORTS: Final = {"https": 443, "http": 80}
UNWANTED: Final = (400, 413, 415, 422)
#: Bytes of an answer that are read; what it says is of no use.
_LONGEST: Final = 1 << 16


class Http:
    """One receiver; see `garde.notify.carriers.Carrier`."""

    def __init__(self, channel: ChannelSection, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._scheme, self._host, self._port = address(channel.address, PORTS)
        parts = urlsplit(channel.address)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def carry(self, parcels: Sequence[Parcel]) -> Generator[tuple[str, str], None, None]:
        """One connection for all of them, one request each."""
        secrets = secret(self._channel.secret)
        connection = self._connection()
        try:
            for parcel in parcels:
                body = self._body(parcel)
                seconds = self._clock.now() // 1_000_000_000
                status = self._post(connection, body, headers(parcel.id, seconds, body, secrets))
                if status in UNWANTED:
                    raise Refused("notify.refused", f"{self._host} answers {status}")
                if not 200 <= status < 300:
                    raise Unreachable("notify.later", f"{self._host} answers {status}")
                yield parcel.id, ""
        finally:
            connection.close()

    def _body(self, parcel: Parcel) -> bytes:
        if parcel.facts is not None:
            return of_finding(parcel.facts, write(parcel.facts, self._channel.language))
        if parcel.message is None:
            raise Refused("notify.kind", "There is nothing to send")
        return of_message(parcel.message)

    def _connection(self) -> http.client.HTTPConnection:
        if self._scheme == "https":
            context = trust(self._channel.authority)
            return http.client.HTTPSConnection(self._host, self._port, timeout=PATIENCE, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)

    def _post(self, connection: http.client.HTTPConnection, body: bytes, said: dict[str, str]) -> int:
        with reaching(self._host):
            try:
                connection.request("POST", self._path, body, said | {"User-Agent": f"garde/{__version__}"})
                answer = connection.getresponse()
                if len(answer.read(_LONGEST)) == _LONGEST:
                    # The rest of the answer would be taken for the next one.
                    connection.close()
                return answer.status
            except http.client.HTTPException as error:
                raise Unreachable("notify.unreachable", f"{self._host}: {type(error).__name__}") from None
