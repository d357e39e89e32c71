"""TLS: for how many days a certificate still holds.

Question: does this server shake hands, with which version, and when does its certificate end?
Reference: RFC 8446 §4.4.2, RFC 5280 §4.1.2.5. The certificate is read and not judged: who issued it, and whether names
fit, is for whoever connects. Left out: STARTTLS, revocation.

Example::

    garde probe 10.0.0.5 --with tls --port 2762 --format json
"""

from __future__ import annotations

import warnings
from typing import Final

from cryptography import x509

from garde.errors import Malformed
from garde.probing.line import Line
from garde.probing.result import Answer, shown
from garde.probing.spec import Options, Probe, number

DAY: Final = 86_400


def read(der: bytes, now: float, warn: int = 30) -> Answer:
    """What a certificate says at a moment, in seconds since 1970.

    Raises:
        Malformed: it is none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(der)
            begins = certificate.not_valid_before_utc.timestamp()
            ends = certificate.not_valid_after_utc.timestamp()
            subject, issuer = certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()
    except (ValueError, TypeError, OverflowError) as error:
        raise Malformed("tls.certificate", f"Its certificate cannot be read: {str(error)[:80]}") from None
    days = (ends - now) / DAY
    code = "tls.expired" if days < 0 else "tls.not-yet" if now < begins else "tls.expiring" if days < warn else "ok"
    return Answer(
        code=code,
        down=code in ("tls.expired", "tls.not-yet"),
        metrics={"days_left": round(days, 2)},
        evidence={"subject": shown(subject.encode()), "issuer": shown(issuer.encode())},
    )


async def run(line: Line, options: Options) -> Answer:
    """Shake hands and read the certificate."""
    warn = number(options, "days", 0, 3650)
    async with line.stream(tls=True, name=options["host"]) as stream:
        answer = read(stream.certificate, line.now(), warn)
        words = {"version": stream.version, "cipher": stream.cipher}
    return Answer(code=answer.code, down=answer.down, metrics=answer.metrics, evidence=answer.evidence | words)


TLS = Probe(name="tls", run=run, port=443, does="shakes hands and reads when the certificate ends",
            options={"host": "", "days": "30"})  # fmt: skip
