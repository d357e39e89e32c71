"""Discovery: what an identity provider says of itself, fetched within limits.

Question: where are this provider's addresses and keys, and what if it is slow, down, or answers without end?
Reference: OpenID Connect Discovery 1.0 §3, §4; RFC 7517 §4, §5; RFC 8725 §3.1, §3.5 (key types, sizes). Answers are
kept for an hour; a key that nobody knows makes the keys be fetched again, at most once a minute, so that a stranger's
token cannot make Garde ask without end. Left out: providers that are found by e-mail address, encrypted tokens.

Example::

    found = Discovery("https://sso.chu.example/realms/chu", client)
    found.metadata().token_endpoint
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeVar

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from garde.config import secured
from garde.errors import Unreachable

#: Octets of one answer, seconds that it may take, and seconds without a word.
LARGEST: Final = 256 << 10
DEADLINE: Final = 8.0
SILENCE: Final = 3.0
#: Seconds for which an answer is kept, and between two looks for an unknown key.
KEPT: Final = 3_600.0
AGAIN: Final = 60.0
#: Keys of a provider, and bits of an RSA key: below it is weak, above it makes each check slow.
MOST_KEYS: Final = 100
_RSA: Final = range(2_048, 8_193)
_PUBLIC: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}
#: Conversations with the provider at once: a slow one must not take all threads of the pages.
TOGETHER: Final = 4
#: Seconds that one more waits for its turn.
WAIT: Final = 1.0

Item = TypeVar("Item")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's own words (OpenID Connect Discovery 1.0 §3; RFC 9207 §3; RP-Initiated Logout 1.0 §2.1)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False


class _Keys(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


class Bounded(httpx.BaseTransport):
    """Passes requests on, and cuts answers that are too large, too slow or packed."""

    def __init__(self, inner: httpx.BaseTransport, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request.

        Raises:
            Unreachable: the answer is packed, so that its size says nothing.
        """
        request.headers["accept-encoding"] = "identity"
        until = self._clock() + DEADLINE
        answer = self._inner.handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise Unreachable("oidc.answer", "The identity provider's answer cannot be read")
        assert isinstance(answer.stream, httpx.SyncByteStream)
        answer.stream = _Counted(answer.stream, until, self._clock)
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


class _Counted(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, until: float, clock: Callable[[], float]) -> None:
        self._inner, self._until, self._clock = inner, until, clock

    def __iter__(self) -> Iterator[bytes]:
        left = LARGEST
        for part in self._inner:
            left -= len(part)
            if left < 0:
                raise Unreachable("oidc.too-large", "The identity provider's answer is too large")
            if self._clock() > self._until:
                raise Unreachable("oidc.unreachable", "The identity provider does not answer in time")
            yield part

    def close(self) -> None:
        self._inner.close()


def client_of(authority: str = "", proxy: str = "", transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client that follows nothing, keeps no cookie, and waits for nobody.

    Args:
        authority: file with the authorities that sign the provider's certificate; empty takes the system's.
        transport: instead of the network.

    Raises:
        Unreachable: the file cannot be read.
    """
    if transport is None:
        try:
            context = ssl.create_default_context(cafile=authority or None)
        except (OSError, ssl.SSLError) as error:
            raise Unreachable("oidc.authority", f"{authority} cannot be read: {error}", where="[oidc]") from None
        transport = httpx.HTTPTransport(verify=context, proxy=proxy or None, trust_env=False)
    nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(
        transport=Bounded(transport), timeout=SILENCE, cookies=nothing, follow_redirects=False, trust_env=False
    )


class Discovery:
    """One provider; safe to use from several threads."""

    def __init__(self, issuer: str, client: httpx.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._talks = threading.BoundedSemaphore(TOGETHER)
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The block in which somebody may ask; only so many do at once.

        Raises:
            Unreachable: too many ask already, because the provider is slow.
        """
        if not self._talks.acquire(timeout=WAIT):
            raise Unreachable("oidc.busy", "Too many people sign in at the moment", hint="Try again in some minutes")
        try:
            yield
        finally:
            self._talks.release()

    def ask(self, method: str, address: str, **parts: Any) -> httpx.Response:
        """One request to the provider.

        Raises:
            Unreachable: it does not answer, or answers too slowly or too much.
        """
        try:
            return self._client.request(method, address, **parts)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError):
            raise Unreachable(
                "oidc.unreachable", "The identity provider does not answer", hint="Try again in some minutes"
            ) from None

    def metadata(self) -> Metadata:
        """Its addresses.

        Raises:
            Unreachable: it does not answer, or its answer is not one (also when it names another issuer).
        """
        with self._lock:
            if self._metadata is None or self._clock() - self._metadata[0] > KEPT:
                address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                found = read(self.ask("GET", address), Metadata)
                if found.issuer != self.issuer:
                    raise Unreachable(
                        "oidc.issuer", "The identity provider goes by another name", hint="Correct [oidc] issuer"
                    )
                ends = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
                more = (found.userinfo_endpoint, found.end_session_endpoint)
                if not all(secured(one) for one in (*ends, *filter(None, more))):
                    raise Unreachable("oidc.answer", "The identity provider's answer cannot be read")
                self._metadata = (self._clock(), found)
            return self._metadata[1]

    def keys(self, *, afresh: bool = False) -> KeySet:
        """Its keys for signatures.

        Args:
            afresh: a token names a key that is not among those kept.

        Raises:
            Unreachable: it does not answer, or has no key of a kind and size that Garde accepts.
        """
        address = self.metadata().jwks_uri
        with self._lock:
            age = KEPT + 1 if self._keys is None else self._clock() - self._keys[0]
            if self._keys is None or age > (AGAIN if afresh else KEPT):
                rows = read(self.ask("GET", address), _Keys).keys
                found = [key for row in rows[:MOST_KEYS] if (key := _key(row)) is not None]
                if not found:
                    raise Unreachable("oidc.answer", "The identity provider's answer cannot be read")
                self._keys = (self._clock(), KeySet(list(found)))
            return self._keys[1]


def read(answer: httpx.Response, shape: type[Item]) -> Item:
    """A JSON answer.

    Raises:
        Unreachable: it is an error, or not such an answer.
    """
    if answer.status_code != httpx.codes.OK:
        raise Unreachable(
            "oidc.unreachable", "The identity provider does not answer", where=f"HTTP {answer.status_code}"
        )
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Unreachable("oidc.answer", "The identity provider's answer cannot be read") from None


def _key(row: dict[str, Any]) -> RSAKey | ECKey | None:
    """A public key for signatures, or nothing: a set may hold other keys too (RFC 7517 §5)."""
    kind, length = row.get("kty"), len(str(row.get("n", "")))
    if not isinstance(kind, str) or kind not in _PUBLIC or row.get("use", "sig") != "sig":
        return None
    if kind == "RSA" and not _RSA.start <= length * 6 <= _RSA.stop + 12:
        return None
    public = {name: row[name] for name in ("kty", "kid", "alg", *_PUBLIC[kind]) if name in row}
    try:
        if kind == "EC":
            return ECKey.import_key(public)
        key = RSAKey.import_key(public)
        return key if key.public_key.key_size in _RSA else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
