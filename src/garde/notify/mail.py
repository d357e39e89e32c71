"""Mail: a letter as an Internet message.

Question: which bytes does an SMTP server get, so that any mail program shows the letter and threads it?
Reference: RFC 5322 (Message-ID §3.6.4: the notice's id, the same at every try), RFC 2045–2047, RFC 2046 §5.1.4
(alternative), RFC 3834 §5 (Auto-Submitted, so that no absence notice answers). Mails of one finding are one thread.
Left out: signatures (S/MIME, DKIM), which the hospital's relay adds.

Example:
    >>> letter = Letter(subject="Late", lines=("It is late.",), link="https://garde.example/findings/f-1", foot="")
    >>> made = compose(letter, "n-1", 0, sender="garde@chu.example", recipients=("a@chu.example",), thread="f-1")
    >>> made["Message-ID"], made["To"]
    ('<n-1@chu.example>', 'a@chu.example')
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from garde.notify.letter import Letter


def compose(
    letter: Letter, name: str, at: int, *, sender: str, recipients: Sequence[str], thread: str = "", language: str = ""
) -> EmailMessage:
    """The message; its bytes are the same each time.

    Args:
        name: id of the notice.
        at: when it was made, in nanoseconds since 1970.
        sender, recipients: addresses, as the configuration has checked them.
        thread: id of the finding.
        language: ``fr`` or ``en``.
    """
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit", max_line_length=78))
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(dt.datetime.fromtimestamp(at // 1_000_000_000, dt.UTC))
    message["Message-ID"] = f"<{name}@{domain}>"
    if thread:
        message["References"] = f"<{thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(letter), cte="quoted-printable")
    message.add_alternative(_html(letter, language or "en"), subtype="html", cte="quoted-printable")
    # Only now: making alternatives moves every Content- header into the first of them.
    if language:
        message["Content-Language"] = language
    # The library draws a boundary at random; a second try must be the same message.
    message.set_boundary(f"=_{name}")
    return message


def _text(letter: Letter) -> str:
    return "\n\n".join(part for part in (*letter.lines, letter.link, f"-- \n{letter.foot}") if part) + "\n"


def _html(letter: Letter, language: str) -> str:
    first, *rest = letter.lines or ("",)
    link = escape(letter.link)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head>\n<body>\n<p><strong>{escape(first)}</strong></p>\n"
        + "".join(f"<p>{escape(line)}</p>\n" for line in rest)
        + (f'<p><a href="{link}">{link}</a></p>\n' if link else "")
        + f"<hr>\n<p><small>{escape(letter.foot)}</small></p>\n</body>\n</html>\n"
    )
