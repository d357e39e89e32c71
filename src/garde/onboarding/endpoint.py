"""Endpoint: what FreeRADIUS asks Garde over HTTP, and what it is told.

Question: which station asks here, and which attributes does the answer carry?
Reference: rlm_rest of FreeRADIUS 3.2 (its JSON: attribute → type and values; list and operator in answers); RFC 6750
(bearer token). It answers from memory and keeps nothing: the server writes what it really answered into its journal
(`garde.onboarding.journal`), with the whole decision in it, so that nothing is lost whenever Garde dies. Whatever goes
wrong here makes the server fall back on the signed file. Names of persons that a request holds are not read.

Example:
    >>> body = b'{"Tmp-String-0": {"type": "string", "value": ["00:09:fb:01:02:03"]}}'
    >>> asked(body, 5).mac
    '00:09:fb:01:02:03'
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Final

import msgspec

from garde.errors import Malformed
from garde.model.key import Key
from garde.model.zones.place import EAP_TLS, MAB, OTHER, AccessRequest, Certificate, Placement

#: Largest body, in octets: a RADIUS packet has at most 4096 (RFC 2865 §3), written in JSON.
LARGEST: Final = 1 << 16
#: Longest text that is kept of a request.
LONGEST: Final = 253
_MEDIA: Final = {"Ethernet": "ethernet", "Wireless-802.11": "wifi", "15": "ethernet", "19": "wifi"}

Attributes = Iterable[tuple[str, str]]


class _Value(msgspec.Struct):
    value: list[Any] = []


_decoder = msgspec.json.Decoder(dict[str, _Value])
_content = msgspec.msgpack.Encoder()
_read = msgspec.msgpack.Decoder(Placement)


def asked(body: bytes, at: int) -> AccessRequest:
    """The request that rlm_rest tells.

    Raises:
        Malformed: this is not its JSON.
    """
    try:
        found = _decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("radius.json", f"This is not the JSON of rlm_rest: {error}") from None

    def text(*names: str) -> str:
        for name in names:
            held = found.get(name)
            if held is not None and held.value and isinstance(held.value[0], str | int):
                return printable(str(held.value[0]))
        return ""

    mac = mac_of(text("Tmp-String-0", "Calling-Station-Id"))
    subject = text("TLS-Client-Cert-Subject")
    certificate = None
    if "EAP-Message" in found:
        kind = EAP_TLS if subject else OTHER
        if subject:
            certificate = Certificate(
                subject=subject, issuer=text("TLS-Client-Cert-Issuer"), serial=text("TLS-Client-Cert-Serial"),
                name=text("TLS-Client-Cert-Common-Name"),
            )  # fmt: skip
    else:
        kind = MAB if mac and mac_of(text("User-Name")) in (mac, "") else OTHER
    return AccessRequest(
        at=at,
        mac=mac,
        kind=kind,
        nas=text("NAS-Identifier", "NAS-IP-Address", "NAS-IPv6-Address"),
        port=text("NAS-Port-Id", "NAS-Port"),
        medium=_MEDIA.get(text("NAS-Port-Type"), ""),
        called=text("Called-Station-Id"),
        certificate=certificate,
    )


def medium_of(port_type: str) -> str:
    """``ethernet`` or ``wifi`` for a NAS-Port-Type, as FreeRADIUS names it; empty for another."""
    return _MEDIA.get(port_type, "")


def mac_of(text: str) -> str:
    """The canonical address, or empty when it is none.

    >>> mac_of("00-09-FB-01-02-03"), mac_of("0009.fb01.0203"), mac_of("bob")
    ('00:09:fb:01:02:03', '00:09:fb:01:02:03', '')
    """
    try:
        value = Key.of("mac", text).value
    except Malformed:
        return ""
    return value if len(value) == 17 else ""


def printable(text: str) -> str:
    """Without control characters, clipped: what a switch calls itself is read by people."""
    return "".join(one if one.isprintable() else " " for one in text[:LONGEST]).strip()


def answer(placement: Placement, given: Attributes) -> bytes:
    """The answer for rlm_rest.

    Args:
        placement: the decision; it goes along, for the server's journal.
        given: names and values of the attributes of the reply; several of one name are all sent.
    """
    out: dict[str, dict[str, Any]] = {
        "control:Auth-Type": _said(["Reject"]),
        "control:Tmp-String-2": _said([packed(placement)]),
    }
    if placement.accepted:
        del out["control:Auth-Type"]
    many: dict[str, list[str]] = {}
    for name, value in given:
        many.setdefault(name, []).append(value)
    for name, values in many.items():
        out[f"reply:{name}"] = _said(values, "+=" if len(values) > 1 else ":=")
    return msgspec.json.encode(out)


def _said(values: list[str], operator: str = ":=") -> dict[str, Any]:
    # do_xlat: without it, a per cent sign in a value would begin an expansion in the server.
    return {"op": operator, "do_xlat": False, "value": values}


def packed(placement: Placement) -> str:
    """A placement in letters that stand in any file of FreeRADIUS."""
    return base64.urlsafe_b64encode(_content.encode(placement)).decode("ascii").rstrip("=")


def unpacked(text: str) -> Placement:
    """What `packed` wrote.

    Raises:
        Malformed: it is something else.
    """
    try:
        return _read.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Malformed("radius.content", f"This holds no placement: {error}") from None


class Endpoint:
    """The ASGI application.

    Args:
        decide: request → placement and the attributes of its reply; it does no I/O.
        token: bearer token of the server.
        now: nanoseconds since 1970.
    """

    def __init__(
        self, decide: Callable[[AccessRequest], tuple[Placement, Attributes]], token: str, now: Callable[[], int]
    ) -> None:
        if not token:
            raise ValueError("an endpoint without a token would answer anybody")
        self._decide = decide
        self._token = sha256(token.encode()).digest()
        self._now = now

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        status, body = await self._status(scope, receive)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _status(self, scope: Any, receive: Any) -> tuple[int, bytes]:
        if scope["path"] != "/radius/authorize":
            return 404, b""
        if scope["method"] != "POST":
            return 405, b""
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, secret = given.partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(sha256(secret.strip()).digest(), self._token):
            return 401, b""
        data = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return 400, b""
            data += message.get("body", b"")
            if len(data) > LARGEST:
                return 413, b""
            if not message.get("more_body"):
                break
        try:
            request = asked(bytes(data), self._now())
        except Malformed:
            return 422, b""
        placement, attributes = self._decide(request)
        return 200, answer(placement, attributes)
