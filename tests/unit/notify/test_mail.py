"""Mails: the same bytes at every try, and no header that a device wrote."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from garde.notify.letter import write
from garde.notify.mail import compose
from tests.unit.notify.test_letter import FACTS

HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "References", "Content-Language", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
}


def mail(facts: object = FACTS) -> EmailMessage:
    return compose(
        write(facts, "fr"),  # type: ignore[arg-type]
        "n-1",
        FACTS.at,
        sender="garde@chu.example",
        recipients=("a@chu.example", "b@chu.example"),
        thread="f-1",
        language="fr",
    )


def test_it_is_threaded_by_finding_and_named_by_notice() -> None:
    made = mail()
    assert made["Message-ID"] == "<n-1@chu.example>" and made["References"] == "<f-1@chu.example>"
    assert made["Auto-Submitted"] == "auto-generated" and made["Content-Language"] == "fr"
    assert made["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert mail().as_bytes() == made.as_bytes()


def test_text_and_html_say_the_same() -> None:
    text, html = (part.get_content() for part in mail().iter_parts())  # type: ignore[attr-defined]
    assert text.startswith("Un certificat va expirer.") and FACTS.link in text
    assert "<strong>Un certificat va expirer.</strong>" in html and f'href="{FACTS.link}"' in html


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_device_text_gives_a_mail_that_reads_back(model: str, ward: str) -> None:
    facts = msgspec.structs.replace(FACTS, ward=ward, sentence=f"x {ward}", reasons=(f"model: {model}",))
    raw = mail(facts).as_bytes(policy=SMTP)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    read = message_from_bytes(raw, policy=default)
    assert set(read.keys()) == HEADERS
    assert not read.defects
    text, html = (part.get_content() for part in read.iter_parts())
    assert "<script" not in html.lower() and FACTS.link in text


def test_markup_of_a_device_is_text() -> None:
    html = list(mail(msgspec.structs.replace(FACTS, reasons=("model: <script>x</script>",))).iter_parts())[1]
    assert "&lt;script&gt;" in html.get_content()  # type: ignore[attr-defined]
