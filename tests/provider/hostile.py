"""An identity provider that says what a test tells it to: right by default, and hostile on demand.

It answers in process, through httpx's transport; its keys are made once. A real one: `tests/provider/provider.mjs`.

Example::

    op = Hostile()
    provider = op.garde()
    address, cookie = provider.begin("/", NOW)
    provider.finish(op.authorize(address), cookie, NOW)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from garde.config import OidcSection
from garde.people.sealing import Sealing
from garde.web.oidc import Provider

ISSUER = "https://sso.chu.test/realms/chu"
GARDE = "https://garde.chu.test"
SECRET = "s+ecret/ of:the tests"
NOW = 1_780_000_000_000_000_000
SECONDS = NOW // 10**9
SECTION = OidcSection(issuer=ISSUER, client_id="garde", name="SSO")


@cache
def key(kid: str = "k1", kind: str = "RSA") -> RSAKey | ECKey:
    """A key pair, the same in all tests."""
    parameters = {"kid": kid, "use": "sig"}
    return RSAKey.generate_key(2048, parameters) if kind == "RSA" else ECKey.generate_key("P-256", parameters)


def challenge(verifier: str) -> str:
    return encoded(hashlib.sha256(verifier.encode()).digest())


def half(token: str) -> str:
    """``at_hash`` of SHA-256 (OpenID Connect Core 1.0 §3.1.3.6)."""
    return encoded(hashlib.sha256(token.encode()).digest()[:16])


def unsigned(claims: Mapping[str, Any], kid: str = "k1") -> str:
    """A token of the algorithm ``none`` (RFC 7515 appendix A.5)."""
    return f"{joined({'alg': 'none', 'kid': kid}, claims)}."


def shared(claims: Mapping[str, Any], kid: str = "k1") -> str:
    """A token of HS256 whose shared secret is the provider's public key, as PEM: the oldest confusion."""
    text = joined({"alg": "HS256", "kid": kid}, claims)
    return f"{text}.{encoded(hmac.digest(key(kid).as_pem(private=False), text.encode(), 'sha256'))}"


def joined(*parts: Mapping[str, Any]) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in parts)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Hostile:
    """One provider.

    Attributes:
        shown: public keys in its key set.
        signs: key, and header of its tokens.
        claims: of the ID token, over the right ones; None takes one away.
        forge: makes the token from the claims, instead of signing them.
        userinfo: claims, or a signed token.
        instead: path → what answers there instead.
        asked: every request, in order.
    """

    def __init__(self) -> None:
        self.shown: list[Any] = [key()]
        self.signs: tuple[Any, dict[str, Any]] = (key(), {"alg": "RS256", "kid": "k1"})
        self.claims: dict[str, Any] = {}
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.userinfo: dict[str, Any] | str = {"sub": "u-1", "preferred_username": "A.Roy", "name": "Anna Roy"}
        self.metadata: dict[str, Any] = {}
        self.instead: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self.asked: list[httpx.Request] = []
        self._codes: dict[str, dict[str, str]] = {}

    def garde(self, **parts: Any) -> Provider:
        """Garde as a client of this provider."""
        section = msgspec.structs.replace(SECTION, **parts)
        return Provider(section, Sealing(bytes(32)), GARDE, transport=httpx.MockTransport(self.answer))

    def authorize(self, address: str, **more: str) -> list[tuple[str, str]]:
        """The person agrees: the query with which the browser comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return list({"code": code, "state": asked["state"], "iss": ISSUER, **more}.items())

    def token(self, nonce: str, access: str = "at-1") -> str:
        """An ID token."""
        right = {
            "iss": ISSUER, "sub": "u-1", "aud": "garde", "exp": SECONDS + 300, "iat": SECONDS, "nonce": nonce,
            "at_hash": half(access), "sid": "sid-1",
        }  # fmt: skip
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        if self.forge is not None:
            return self.forge(claims)
        return self.sign(claims)

    def sign(self, claims: dict[str, Any]) -> str:
        signer, header = self.signs
        return jwt.encode(header, claims, signer, algorithms=["RS256", "ES256", "PS256", "RS384", "HS256"])

    def logout(self, **more: Any) -> str:
        """A logout token (Back-Channel Logout 1.0 §2.4)."""
        event = {"http://schemas.openid.net/event/backchannel-logout": {}}
        right = {
            "iss": ISSUER, "aud": "garde", "iat": SECONDS, "exp": SECONDS + 120, "jti": "j-1", "events": event,
            "sub": "u-1", "sid": "sid-1",
        }  # fmt: skip
        return self.sign({name: value for name, value in (right | more).items() if value is not None})

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        path = request.url.path.removeprefix("/realms/chu")
        if path in self.instead:
            return self.instead[path](request)
        return {
            "/.well-known/openid-configuration": self._discovery, "/keys": self._keys, "/token": self._token,
            "/userinfo": self._userinfo,
        }[path](request)  # fmt: skip

    def paths(self) -> list[str]:
        return [request.url.path.removeprefix("/realms/chu") for request in self.asked]

    def _discovery(self, _: httpx.Request) -> httpx.Response:
        ends = {
            "authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo", "end_session_endpoint": "logout",
        }  # fmt: skip
        right = {"issuer": ISSUER, "authorization_response_iss_parameter_supported": True}
        return httpx.Response(200, json=right | {name: f"{ISSUER}/{end}" for name, end in ends.items()} | self.metadata)

    def _keys(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"keys": [one.as_dict(private=False) for one in self.shown]})

    def _token(self, request: httpx.Request) -> httpx.Response:
        """A code is taken once, by whom it was made for, with the verifier of its challenge (RFC 7636 §4.6)."""
        form = dict(parse_qsl(request.content.decode()))
        asked = self._codes.pop(form.get("code", ""), None)
        if (
            asked is None
            or challenge(form.get("code_verifier", "")) != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": "<script>"})
        answer = {"access_token": "at-1", "token_type": "Bearer", "id_token": self.token(asked.get("nonce", ""))}
        return httpx.Response(200, json=answer)

    def _userinfo(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer at-1"
        if isinstance(self.userinfo, str):
            return httpx.Response(200, text=self.userinfo, headers={"content-type": "application/jwt"})
        return httpx.Response(200, json=self.userinfo)


def shown_secret(request: httpx.Request) -> tuple[str, str]:
    """Client and secret of a basic authentication, as RFC 6749 §2.3.1 encodes them."""
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().split(":")
    return unquote_plus(pair[0]), unquote_plus(pair[1])
