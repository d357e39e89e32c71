"""SMTP: letters handed to the hospital's mail relay.

Question: how does a relay take over a letter, and when has it?
Reference: RFC 5321 (§4.2: 4yz try again, 5yz never), RFC 3207 (STARTTLS, required with ``smtp://``), RFC 8314 (TLS from
the start with ``smtps://``), RFC 4954 (authentication). Left out: DSN, LMTP, delivery without a relay.

Example::

    for name, remark in Smtp(channel, clock).carry(parcels):
        print(name, "is with the relay", remark)
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from garde.config import MAIL, ChannelSection
from garde.errors import Refused, Unreachable, Untrusted
from garde.notify.letter import write
from garde.notify.mail import compose
from garde.notify.parcel import PATIENCE, Parcel, address, reaching, secret, trust
from garde.ports import Clock

PORTS: Final = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


class Smtp:
    """One relay; see `garde.notify.carriers.Carrier`."""

    def __init__(self, channel: ChannelSection, clock: Clock) -> None:
        self._channel = channel
        self._scheme, self._host, self._port = address(channel.address, PORTS)

    def carry(self, parcels: Sequence[Parcel]) -> Generator[tuple[str, str], None, None]:
        """One connection for all of them; each is with the relay once it said so."""
        with self._connected() as server:
            for parcel in parcels:
                if parcel.facts is None:
                    raise Refused("notify.kind", "A mail speaks of findings only")
                yield parcel.id, self._hand_over(server, parcel)

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel) -> str:
        channel, facts = self._channel, parcel.facts
        assert facts is not None
        language = parcel.language or channel.language
        recipients = (parcel.mail,) if parcel.mail else channel.recipients
        if not recipients or not all(MAIL.fullmatch(one) for one in recipients):
            raise Refused("notify.address", "There is no mail address to send it to")
        message = compose(
            write(facts, language),
            parcel.id,
            parcel.at,
            sender=channel.sender,
            recipients=recipients,
            thread=facts.finding,
            language=language,
        )
        with self._understood():
            left_out = server.send_message(message, channel.sender, list(recipients))
        if any(code < 500 for code, _ in left_out.values()):
            raise Unreachable("notify.later", f"{self._host} takes it later for {', '.join(left_out)}")
        return f"not for {', '.join(sorted(left_out))}" if left_out else ""

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        password = secret(self._channel.password)
        with self._understood():
            server = self._open()
        try:
            if self._channel.user and password:
                self._sign_in(server, password[0])
            yield server
        finally:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _sign_in(self, server: smtplib.SMTP, password: str) -> None:
        with reaching(self._host):
            try:
                server.login(self._channel.user, password)
            except smtplib.SMTPException as error:
                # Of the whole channel, not of this letter: it may be mended, so it is never a refusal.
                code = getattr(error, "smtp_code", type(error).__name__)
                raise Unreachable("notify.password", f"{self._host} does not accept the password ({code})") from None

    def _open(self) -> smtplib.SMTP:
        here = socket.gethostname()
        if self._scheme == "smtps":
            context = trust(self._channel.authority)
            return smtplib.SMTP_SSL(self._host, self._port, here, timeout=PATIENCE, context=context)
        server = smtplib.SMTP(self._host, self._port, here, timeout=PATIENCE)
        if self._scheme == "smtp":
            try:
                server.starttls(context=trust(self._channel.authority))
            except smtplib.SMTPNotSupportedError:
                server.close()
                hint = "smtp+plain:// sends in the clear, where the relay is this machine"
                raise Untrusted("notify.starttls", f"{self._host} does not offer STARTTLS", hint=hint) from None
            except BaseException:
                server.close()
                raise
        return server

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """The relay's answers in Garde's words; what it says is never repeated beyond its code."""
        with reaching(self._host):
            try:
                yield
            except smtplib.SMTPRecipientsRefused as error:
                codes = [code for code, _ in error.recipients.values()]
                raise self._answered(min(codes)) from None
            except smtplib.SMTPResponseException as error:
                raise self._answered(error.smtp_code) from None
            except smtplib.SMTPException as error:
                raise Unreachable("notify.unreachable", f"{self._host}: {type(error).__name__}") from None

    def _answered(self, code: int) -> Refused | Unreachable:
        if code >= 500:
            return Refused("notify.refused", f"{self._host} answers {code}")
        return Unreachable("notify.later", f"{self._host} answers {code}")
