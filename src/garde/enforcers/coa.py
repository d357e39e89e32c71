"""CoA: ask a switch or an access point to decide anew about a device it has let in, or to let it go.

Question: how is a device's place on the network changed while it is connected, and what did the switch answer?
Reference: RFC 5176 (Disconnect and CoA, UDP 3799), RFC 3579 §3.2 and CVE-2024-3596 (Message-Authenticator, on every
packet), Cisco's ``subscriber:command``; domain note 04 §2. A device that may keep a patient alive is never thrown off:
for RP0 and RP1, and where the policy of response is unknown, only ``reauthenticate`` is sent. Left out: TLS (RadSec),
and the retransmission of a question that nobody answered, which the caller decides.

Example:
    >>> session = Session(mac="00:09:fb:12:34:56", session="A1B2C3D4")
    >>> packet("disconnect", session, b"testing123", "RP3", identifier=7, authenticated=False).RequestPacket()[:4].hex()
    '28070031'
"""

from __future__ import annotations

import io
import socket
from typing import Final

import msgspec
from pyrad.dictionary import Dictionary
from pyrad.packet import (
    CoAACK,
    CoANAK,
    CoAPacket,
    CoARequest,
    DisconnectACK,
    DisconnectNAK,
    DisconnectRequest,
    PacketError,
)

from garde.errors import Malformed, Refused, Unreachable, Untrusted
from garde.model.key import Key

PORT: Final = 3799
#: Command → Cisco's attribute-value pair; those without one are a packet of their own.
COMMANDS: Final = {
    "reauthenticate": "subscriber:command=reauthenticate",
    "bounce": "subscriber:command=bounce-host-port",
    "disable": "subscriber:command=disable-host-port",
    "disconnect": "",
}
#: What may be sent about a device that may be in use on a patient.
GENTLE: Final = ("reauthenticate",)
#: Policies of response of devices that may be cut off.
_REMOVABLE: Final = ("RP2", "RP3")
#: Error-Cause, RFC 5176 §3.5 and the IANA registry.
CAUSES: Final = {
    201: "residual session context removed",
    202: "invalid EAP packet",
    401: "unsupported attribute",
    402: "missing attribute",
    403: "NAS identification mismatch",
    404: "invalid request",
    405: "unsupported service",
    406: "unsupported extension",
    407: "invalid attribute value",
    501: "administratively prohibited",
    502: "request not routable",
    503: "session context not found",
    504: "session context not removable",
    505: "other proxy processing error",
    506: "resources unavailable",
    507: "request initiated",
    508: "multiple session selection unsupported",
}
#: The attributes that are sent or read, in the form of FreeRADIUS' dictionaries (RFC 2865, 2866, 2869, 5176).
_DICTIONARY: Final = """
ATTRIBUTE NAS-IP-Address 4 ipaddr
ATTRIBUTE Calling-Station-Id 31 string
ATTRIBUTE Acct-Session-Id 44 string
ATTRIBUTE Event-Timestamp 55 date
ATTRIBUTE Message-Authenticator 80 octets
ATTRIBUTE NAS-Port-Id 87 string
ATTRIBUTE Error-Cause 101 integer
VENDOR Cisco 9
BEGIN-VENDOR Cisco
ATTRIBUTE Cisco-AVPair 1 string
END-VENDOR Cisco
"""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """By what the switch knows the device.

    Attributes:
        mac: of the device.
        session: Acct-Session-Id, as the switch gave it; empty when unknown.
        nas: NAS-IP-Address of the switch, IPv4; empty to leave it out.
        port: NAS-Port-Id; empty to leave it out.
    """

    mac: str
    session: str = ""
    nas: str = ""
    port: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the switch said.

    Attributes:
        done: it acknowledged.
        cause: Error-Cause, 0 for none; words: what that means.
    """

    done: bool
    cause: int = 0
    words: str = ""


def allowed(command: str, response: str) -> None:
    """Let a command pass that may be sent about a device of this policy of response.

    Raises:
        Refused: it would throw off a device that may be in use on a patient.
        ValueError: no such command (a programming mistake).
    """
    if command not in COMMANDS:
        raise ValueError(f"{command!r} is not one of {', '.join(COMMANDS)}")
    if command not in GENTLE and response not in _REMOVABLE:
        whose = response or "a device whose policy of response is unknown"
        raise Refused(
            "coa.safety",
            f"{command} is never sent for {whose}",
            hint="reauthenticate, with the same access or a wider one",
        )


def packet(
    command: str,
    session: Session,
    secret: bytes,
    response: str,
    *,
    identifier: int | None = None,
    authenticated: bool = True,
) -> CoAPacket:
    """A request, not yet sent.

    Args:
        command: one of ``COMMANDS``.
        secret: shared with the switch.
        response: the device's policy of response, ``RP0`` to ``RP3``.
        identifier: 0 to 255; chosen when None.
        authenticated: with Message-Authenticator; without it only where a standard's vector has none.

    Raises:
        Malformed: the MAC address is none, or the secret is empty.
        Refused: see `allowed`.
    """
    allowed(command, response)
    if not secret:
        raise Malformed("coa.secret", "There is no shared secret", hint="Without it anybody could send such requests")
    words = COMMANDS[command]
    made = CoAPacket(
        code=CoARequest if words else DisconnectRequest,
        id=identifier,
        secret=secret,
        dict=Dictionary(io.StringIO(_DICTIONARY)),
    )
    if session.nas:
        made.AddAttribute("NAS-IP-Address", session.nas)
    made.AddAttribute("Calling-Station-Id", Key.of("mac", session.mac).value.replace(":", "-").upper())
    for name, value in (("Acct-Session-Id", session.session), ("NAS-Port-Id", session.port), ("Cisco-AVPair", words)):
        if value:
            made.AddAttribute(name, value)
    if authenticated:
        made.add_message_authenticator()
    return made


def answer(asked: CoAPacket, data: bytes) -> Answer:
    """What a switch's octets say to a request that was sent.

    Raises:
        Malformed: they are no packet.
        Untrusted: they are not the answer of who shares the secret.
    """
    try:
        found = asked.CreateReply(packet=data)
        sound = asked.VerifyReply(found, data)
        causes = found.get("Error-Cause", [0])
    except (PacketError, ValueError, IndexError, KeyError, TypeError, OverflowError, UnicodeDecodeError) as error:
        raise Malformed("coa.answer", f"No packet of RADIUS: {error}") from None
    if not sound:
        raise Untrusted("coa.forged", "The answer is not signed with the shared secret")
    expected = (DisconnectACK, DisconnectNAK) if asked.code == DisconnectRequest else (CoAACK, CoANAK)
    if found.code not in expected:
        raise Malformed("coa.code", f"Code {found.code} answers no request {asked.code}", where="RFC 5176 §2")
    cause = int(causes[0])
    return Answer(
        done=found.code == expected[0], cause=cause, words=CAUSES.get(cause, f"cause {cause}" if cause else "")
    )


def send(asked: CoAPacket, host: str, *, port: int = PORT, patience: float = 3.0) -> Answer:
    """Send a request once and wait for its answer; packets that are not its answer are passed over.

    Raises:
        Unreachable: nothing came in time.
    """
    data = asked.RequestPacket()
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as caller:
            caller.settimeout(patience)
            # Connected, so that only this switch's packets are received.
            caller.connect(where)
            caller.send(data)
            for _ in range(_TRIES):
                try:
                    return answer(asked, caller.recv(4096))
                except (Malformed, Untrusted):
                    continue
    except OSError as error:
        raise Unreachable("coa.silent", f"{host} does not answer on UDP {port}: {error}") from None
    raise Unreachable("coa.silent", f"{host} sent {_TRIES} packets on UDP {port}, none of them signed with the secret")


#: Packets of another that are passed over before a switch counts as silent.
_TRIES: Final = 8
