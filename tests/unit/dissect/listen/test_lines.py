"""Sign-ins that people type."""

from __future__ import annotations

import base64

from garde.dissect.listen.lines import FTP, IMAP, POP3, SMTP, TELNET
from tests.lookouts import Listening


def test_ftp_with_a_default_account_that_opens() -> None:
    play = Listening(FTP, 21)
    assert play.likely(b"220 ProFTPD ready\r\n") > 0.5
    play.server(b"220 ProFTPD ready\r\n")
    play.client(b"USER adm")
    play.client(b"in\r\nPASS admin\r\n")
    play.server(b"331 go on\r\n230 in\r\n")
    assert play.kinds() == ["login.clear", "login.accepted"]
    assert play.values("login.clear")[0]["default"] == 1


def test_ftp_refused_and_ftp_that_turns_to_tls() -> None:
    play = Listening(FTP, 21)
    play.client(b"USER x\r\nPASS y\r\n")
    play.server(b"530 no\r\n")
    assert play.kinds() == ["login.clear", "login.refused"]
    play = Listening(FTP, 21)
    play.client(b"AUTH TLS\r\nUSER x\r\nPASS y\r\n")
    assert play.ear.done


def test_telnet_typed_letter_by_letter_with_a_mistake() -> None:
    play = Listening(TELNET, 23)
    play.server(b"\xff\xfd\x18\xff\xfb\x01Welcome\r\nlogin: ")
    for letter in (b"a", b"d", b"x", b"\x7f", b"m", b"in", b"\r\n"):
        play.client(letter)
    play.server(b"Password: ")
    play.client(b"1234\r\n")
    play.server(b"\r\nLast login: today\r\n# ")
    assert play.kinds() == ["login.clear", "login.accepted"]
    assert play.values("login.clear")[0]["default"] == 1
    play = Listening(TELNET, 23)
    play.server(b"login: ")
    play.client(b"u\r\n")
    play.server(b"Password: ")
    play.client(b"p\r\n")
    play.server(b"Login incorrect\r\nlogin: ")
    assert play.kinds() == ["login.clear", "login.refused"]


def test_mail_in_three_protocols() -> None:
    play = Listening(POP3, 110)
    play.client(b"USER a\r\nPASS b\r\n")
    play.server(b"-ERR no\r\n")
    assert play.kinds() == ["login.clear", "login.refused"]
    play = Listening(IMAP, 143)
    play.client(b'a1 LOGIN "u" "p"\r\n')
    play.server(b"a1 OK in\r\n")
    assert play.kinds() == ["login.clear", "login.accepted"]
    play = Listening(SMTP, 25)
    play.client(b"AUTH PLAIN " + base64.b64encode(b"\0u\0p") + b"\r\n")
    play.client(b"AUTH PLAIN !!!\r\n")
    play.server(b"235 in\r\n")
    assert play.kinds() == ["login.clear", "login.accepted"]
