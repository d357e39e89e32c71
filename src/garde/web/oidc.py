"""Signing in at an identity provider: OpenID Connect as a relying party.

Question: is this answer of the provider meant for this browser, this sign-in and this Garde, and whom does it name?
Reference: OpenID Connect Core 1.0 §3.1 (code flow), §3.1.3.7 (ID token), §5.3 (userinfo); RFC 7636 (PKCE, S256 only);
RFC 9207 (mix-up); RFC 9700 (state of the art); RP-Initiated Logout 1.0; Back-Channel Logout 1.0. Signatures are
joserfc's, the checks of the ID token Authlib's. Left out: implicit and hybrid flows, encrypted tokens, CIBA,
private_key_jwt and mutual TLS.

What binds an answer to a browser (state, nonce, PKCE's verifier) lies sealed in a cookie of that browser for ten
minutes. That a state is used once is remembered by this process; that a code is used once, by the provider.

Example::

    address, cookie = provider.begin("/alerts", now)
    arrival = provider.finish(request.query_params.multi_items(), cookie, now)
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)

from garde.config import OidcSection
from garde.errors import GardeError, Malformed, Refused, Unreachable, Untrusted
from garde.people.identity import Identity, checked, identity, profile_of
from garde.people.sealing import Sealing
from garde.web.discovery import Discovery, client_of, read

#: Signatures that are accepted (RFC 8725 §3.1): never none, never a shared secret.
ALGORITHMS: Final = ("RS256", "ES256", "PS256")
_SECOND: Final = 1_000_000_000
#: Nanoseconds in which somebody signs in, and seconds by which two clocks may differ.
LASTS: Final = 600 * _SECOND
SKEW: Final = 60
#: States and logout tokens that are remembered as used, and octets of what a stranger may send.
MOST: Final = 10_000
_LONGEST: Final = 4_096
_HINT: Final = 6_000
CALLBACK: Final = "/sign-in/provider/callback"
_LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"
#: Which refusal a claim that does not hold is.
_CLAIMS: Final = {
    "iss": ("oidc.issuer", "This answer comes from another identity provider"),
    "aud": ("oidc.audience", "This answer was made for another application"),
    "azp": ("oidc.audience", "This answer was made for another application"),
    "nonce": ("oidc.nonce", "This answer was made for another sign-in"),
    "acr": ("oidc.acr", "The identity provider did not check you as strongly as asked for"),
}


class Flow(msgspec.Struct, frozen=True):
    """A sign-in that a browser began; it lies sealed in that browser."""

    state: str
    nonce: str
    verifier: str
    back: str
    at: int


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes back from the provider.

    Attributes:
        who: what the provider says of them.
        back: address to go on with.
        sid: the provider's name of the session.
        hint: sealed ID token, to be shown at sign-out.
    """

    who: Identity
    back: str
    sid: str = ""
    hint: bytes = b""


class _Answer(msgspec.Struct):
    access_token: str
    id_token: str
    token_type: str


class Provider:
    """One identity provider; safe to use from several threads.

    Args:
        section: what the hospital says.
        sealing: under which a sign-in lies in the browser.
        address: of Garde as browsers see it, without a path: from it, and never from a request, the redirect address is
            made.
        transport: instead of the network.

    Raises:
        Malformed: settings that cannot be.
        Unreachable: the secret or the authorities cannot be read.
    """

    def __init__(
        self, section: OidcSection, sealing: Sealing, address: str, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.profile = profile_of(section.profile)
        self.name = section.name or self.profile.label
        self.unknown = section.unknown
        self.rows = checked(section.role)
        self.address = (section.address or address).rstrip("/")
        self.found = Discovery(section.issuer, client_of(section.authority, section.proxy, transport))
        self._client_id = section.client_id
        self._secret = _secret(section.secret)
        self._scopes = section.scopes or self.profile.scopes
        self._acr = section.acr_values or self.profile.acr_values
        self._userinfo = section.userinfo or self.profile.userinfo
        self._sealing = sealing
        self._lock = threading.Lock()
        self._used: OrderedDict[str, int] = OrderedDict()

    def close(self) -> None:
        """Let go of the connections to the provider."""
        self.found.close()

    # --- going there ------------------------------------------------------------------------------------------------

    def begin(self, back: str, now: int) -> tuple[str, str]:
        """The provider's address with a new sign-in (Core §3.1.2.1), and the cookie that binds it to this browser.

        Raises:
            Unreachable: the provider does not answer.
        """
        with self.found.turn():
            end = self.found.metadata().authorization_endpoint
        flow = Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back[:500], now)
        asked = {"nonce": flow.nonce, "code_challenge": create_s256_code_challenge(flow.verifier)}
        if self._acr:
            asked["acr_values"] = " ".join(self._acr)
        address = prepare_grant_uri(
            end, client_id=self._client_id, response_type="code", redirect_uri=self.address + CALLBACK,
            scope=" ".join(self._scopes), state=flow.state, code_challenge_method="S256", **asked,
        )  # fmt: skip
        sealed = self._sealing.seal(msgspec.json.encode(flow), "oidc flow")
        return str(address), base64.urlsafe_b64encode(sealed).decode("ascii")

    # --- coming back ------------------------------------------------------------------------------------------------

    def finish(self, query: Sequence[tuple[str, str]], cookie: str, now: int) -> Arrival:
        """Who comes back with this query and this cookie.

        Raises:
            Untrusted: the answer belongs to another browser, sign-in, application or provider, is too old, was used, or
                its signature does not hold.
            Refused: the provider says no.
            Malformed: the answer is none.
            Unreachable: the provider does not answer.
        """
        said = dict(query)
        flow = self._flow(cookie)
        if len(said) != len(query) or not _same(said.get("state", ""), flow.state):
            raise _stranger()
        if not 0 <= now - flow.at < LASTS:
            raise Untrusted("oidc.expired", "This sign-in took too long", hint="Sign in again")
        self._once(flow.state, now)
        with self.found.turn():
            known = self.found.metadata()
            # RFC 9207 §2.4: before anything else, so that no code goes to a provider that did not give it.
            named = said.get("iss", "" if known.authorization_response_iss_parameter_supported else known.issuer)
            if named != known.issuer:
                raise Untrusted(*_CLAIMS["iss"])
            if "error" in said:
                raise _no(said["error"])
            code = said.get("code", "")
            if not 0 < len(code) <= _LONGEST or not code.isprintable():
                raise Malformed("oidc.answer", "The identity provider's answer cannot be read", hint="Sign in again")
            answer = self._exchanged(known.token_endpoint, code, flow.verifier)
            claims = self._verified(answer, flow.nonce, now)
            if self._userinfo != "none" and known.userinfo_endpoint:
                claims = self._informed(known.userinfo_endpoint, answer.access_token, claims["sub"], now) | claims
        sid = claims.get("sid", "")
        return Arrival(
            who=identity(self.profile, known.issuer, claims, self.rows),
            back=flow.back,
            sid=sid[:255] if isinstance(sid, str) else "",
            hint=self._sealing.seal(answer.id_token.encode(), "oidc hint") if len(answer.id_token) <= _HINT else b"",
        )

    def _flow(self, cookie: str) -> Flow:
        try:
            sealed = base64.b64decode(cookie[:_LONGEST], altchars=b"-_", validate=True)
            return msgspec.json.decode(self._sealing.open(sealed, "oidc flow"), type=Flow)
        except (GardeError, msgspec.MsgspecError, ValueError):
            raise _stranger() from None

    def _once(self, name: str, now: int) -> None:
        """Remember that this came.

        Raises:
            Untrusted: it came before.
        """
        with self._lock:
            while self._used and (
                len(self._used) > MOST or now - next(iter(self._used.values())) > LASTS + SKEW * _SECOND
            ):
                self._used.popitem(last=False)
            if name in self._used:
                raise Untrusted("oidc.replayed", "This answer was used already", hint="Sign in again")
            self._used[name] = now

    def _exchanged(self, address: str, code: str, verifier: str) -> _Answer:
        """Tokens for the code (Core §3.1.3)."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.address + CALLBACK,
            "code_verifier": verifier,
        }  # fmt: skip
        auth = None
        if self._secret and self.profile.authentication == "client_secret_basic":
            # RFC 6749 §2.3.1: both are form-encoded before they are joined.
            auth = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._secret))
        else:
            form |= {"client_id": self._client_id} | ({"client_secret": self._secret} if self._secret else {})
        answer = self.found.ask("POST", address, data=form, auth=auth, headers={"accept": "application/json"})
        if answer.status_code in (400, 401, 403):
            raise Refused(
                "oidc.code", "The identity provider does not take this sign-in", where=_error(answer),
                hint="Sign in again",
            )  # fmt: skip
        tokens = read(answer, _Answer)
        if tokens.token_type.lower() != "bearer" or not _plain(tokens.access_token):
            raise Unreachable("oidc.answer", "The identity provider's answer cannot be read")
        return tokens

    def _verified(self, answer: _Answer, nonce: str, now: int) -> dict[str, Any]:
        """The claims of an ID token (Core §3.1.3.7)."""
        params = {"nonce": nonce, "access_token": answer.access_token}
        claims = self._held(self._signed(answer.id_token), now, params)
        if self._acr and claims.get("acr") not in self._acr:
            raise Untrusted(*_CLAIMS["acr"])
        return claims

    def _informed(self, address: str, token: str, subject: str, now: int) -> dict[str, Any]:
        """What userinfo adds (Core §5.3); as a JWT it is signed (§5.3.2)."""
        answer = self.found.ask("GET", address, headers={"authorization": f"Bearer {token}"})
        packed = answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/jwt"
        if packed and answer.status_code == httpx.codes.OK:
            claims = dict(self._signed(answer.content[: 1 << 18].decode("ascii", "replace").strip()).claims)
            audience = claims.get("aud", self._client_id)
            if claims.get("iss", self.found.issuer) != self.found.issuer:
                raise Untrusted(*_CLAIMS["iss"])
            if self._client_id not in (audience if isinstance(audience, list) else [audience]):
                raise Untrusted(*_CLAIMS["aud"])
            ends = claims.get("exp")
            if isinstance(ends, int | float) and not ends > now // _SECOND - SKEW:
                raise Untrusted("oidc.expired", "The identity provider's answer is too old", hint="Sign in again")
        elif self._userinfo == "signed" and answer.status_code == httpx.codes.OK:
            raise Untrusted("oidc.signature", "The identity provider's signature does not hold")
        else:
            claims = read(answer, dict[str, Any])
        if claims.get("sub") != subject:
            raise Untrusted("oidc.subject", "The identity provider speaks of two people")
        return claims

    def _signed(self, token: str) -> jwt.Token:
        """A token whose signature holds, under a key that the provider shows.

        Raises:
            Untrusted: none of these.
        """
        try:
            try:
                return jwt.decode(token, self.found.keys(), algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:
                return jwt.decode(token, self.found.keys(afresh=True), algorithms=list(ALGORITHMS))
        except UnsupportedAlgorithmError:
            raise Untrusted("oidc.algorithm", "The identity provider's signature is of a kind not accepted") from None
        except InvalidKeyIdError:
            raise Untrusted("oidc.key", "The identity provider signed with a key that it does not show") from None
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise Untrusted("oidc.signature", "The identity provider's signature does not hold") from None

    def _held(self, token: jwt.Token, now: int, params: dict[str, str]) -> dict[str, Any]:
        """Claims that hold for this application, now (Core §2, §3.1.3.7)."""
        expected = {
            "iss": {"essential": True, "value": self.found.issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        claims = CodeIDToken(token.claims, token.header, expected, params | {"client_id": self._client_id})
        try:
            if not all(isinstance(claims.get(name, ""), str) for name in ("nonce", "azp", "at_hash", "sub", "acr")):
                raise MissingClaimError("sub")
            claims.validate(now=now // _SECOND, leeway=SKEW)
        except ExpiredTokenError:
            raise Untrusted("oidc.expired", "The identity provider's answer is too old", hint="Sign in again") from None
        except ClaimError as error:
            code, what = _CLAIMS.get(error.claim, ("oidc.claims", "The identity provider's answer does not hold"))
            raise Untrusted(code, what, where=error.claim[:40]) from None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError):
            raise Untrusted("oidc.claims", "The identity provider's answer does not hold") from None
        return dict(claims)

    # --- going away -------------------------------------------------------------------------------------------------

    def leave(self, hint: bytes) -> str:
        """The address at which the provider ends its own session too (RP-Initiated Logout §2); empty where it has none.

        A provider that does not answer does not keep anybody in.
        """
        try:
            with self.found.turn():
                end = self.found.metadata().end_session_endpoint
            shown = {"id_token_hint": self._sealing.open(hint, "oidc hint").decode()} if hint else {}
        except GardeError:
            return ""
        parts = {"client_id": self._client_id, "post_logout_redirect_uri": f"{self.address}/sign-in", **shown}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items())
        return f"{end}{'&' if urlsplit(end).query else '?'}{query}" if end else ""

    def ended(self, token: str, now: int) -> tuple[str, str]:
        """Whose sessions the provider ends: ``issuer subject`` and session, one of which may be empty.

        Raises:
            Untrusted: it is not a logout token of this provider for this application, or it came before
                (Back-Channel Logout §2.6).
            Unreachable: its keys cannot be fetched.
        """
        with self.found.turn():
            signed = self._signed(token[: 1 << 16])
        if "nonce" in signed.claims or str(signed.header.get("typ", "logout+jwt")).lower() not in ("logout+jwt", "jwt"):
            raise Untrusted("oidc.claims", "The identity provider's answer does not hold", where="nonce")
        subject, sid = signed.claims.get("sub", ""), signed.claims.get("sid", "")
        events, name = signed.claims.get("events"), signed.claims.get("jti")
        right = isinstance(events, dict) and isinstance(events.get(_LOGOUT), dict) and isinstance(name, str) and name
        if not right or not isinstance(subject, str) or not isinstance(sid, str) or not (subject or sid):
            raise Untrusted("oidc.claims", "The identity provider's answer does not hold", where="events")
        # An ID token has a subject, a logout token need not; the other checks are the same.
        made = jwt.Token(signed.header, signed.claims | {"sub": subject or sid})
        claims = self._held(made, now, {})
        if now // _SECOND - claims["iat"] > LASTS // _SECOND:
            raise Untrusted("oidc.expired", "The identity provider's answer is too old")
        self._once(f"logout {name}", now)
        return (f"{self.found.issuer} {subject}" if subject else ""), sid


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _plain(token: str) -> bool:
    """Whether it may stand in a header (RFC 6750 §2.1)."""
    return re.fullmatch(r"[A-Za-z0-9._~+/-]{1,16384}=*", token) is not None


def _stranger() -> Untrusted:
    return Untrusted("oidc.state", "This answer does not belong to a sign-in of this browser", hint="Sign in again")


def _no(error: str) -> Refused:
    if error in ("access_denied", "login_required", "interaction_required", "consent_required"):
        return Refused("oidc.denied", "The identity provider did not let you in", hint="Sign in again")
    return Refused("oidc.provider", "The identity provider refuses this sign-in", where=_slug(error))


def _error(answer: httpx.Response) -> str:
    try:
        return _slug(str(msgspec.json.decode(answer.content, type=dict[str, Any]).get("error", "")))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""


def _slug(word: str) -> str:
    """An error code of RFC 6749, or nothing: what else a stranger writes is not shown."""
    return word if re.fullmatch(r"[a-z_]{1,40}", word) else ""


def _secret(uri: str) -> str:
    """The secret at an address of the scheme ``file:``.

    Raises:
        Unreachable: it cannot be read, or is empty.
    """
    if not uri:
        return ""
    path = Path(unquote(urlsplit(uri).path))
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "") or "not text"
        raise Unreachable("oidc.secret", f"The secret of [oidc] cannot be read: {reason}", where=path.name) from None
    if not secret:
        raise Unreachable("oidc.secret", "The secret of [oidc] is empty", where=path.name)
    return secret
