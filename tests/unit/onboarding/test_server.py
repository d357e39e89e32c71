"""The server's configuration: what it always says, and what cannot stand in it; acceptance lets the server read it."""

from __future__ import annotations

import msgspec
import pytest

from garde.errors import Malformed
from garde.onboarding.server import Client, Server, configuration

SECRET = "sixteen-letters-"
PLAIN = Server(
    folder="/srv/radius", endpoint="127.0.0.1:8421", token="t", clients=(Client("sw", "10.0.0.0/8", SECRET),)
)
SECURE = msgspec.structs.replace(PLAIN, certificate="/a.pem", key="/a.key", authority="/b.pem", revocation=True)


@pytest.mark.parametrize("server", [PLAIN, SECURE], ids=["addresses", "certificates"])
def test_nothing_is_left_to_fill_in(server: Server) -> None:
    for text in configuration(server).values():
        assert "@" not in text.replace('"@abcdef', "")


def test_forged_requests_are_refused_before_anything_else() -> None:
    text = configuration(SECURE)["radiusd.conf"]
    authorize = text[text.index("\tauthorize {\n\t\t#") :]
    assert authorize.index("!&Message-Authenticator") < min(
        authorize.index(word) for word in ("station", "eap", "place\n", "update reply")
    )
    assert "proxy_requests = no" in text, "nothing is passed on, so no Proxy-State is honoured"


def test_secrets_stand_in_two_files_only() -> None:
    token = msgspec.structs.replace(PLAIN, token="the-token")
    holding = {name for name, text in configuration(token).items() if SECRET in text or "the-token" in text}
    assert holding == {"clients.conf", "token.conf"}


def test_certificates_are_asked_for_only_where_there_is_an_authority() -> None:
    assert "tls-config" not in configuration(PLAIN)["radiusd.conf"]
    text = configuration(SECURE)["radiusd.conf"]
    assert "ca_file = /b.pem" in text and "check_crl = yes" in text


def test_a_client_of_each_family() -> None:
    clients = (Client("a", "10.0.0.1", SECRET), Client("b", "2001:db8::/32", SECRET))
    text = configuration(msgspec.structs.replace(PLAIN, clients=clients))["clients.conf"]
    assert "ipv4addr = 10.0.0.1/32" in text and "ipv6addr = 2001:db8::/32" in text


@pytest.mark.parametrize(
    "parts",
    [
        {"folder": "/srv/ra dius"},
        {"folder": "/srv/$INCLUDE"},
        {"endpoint": "127.0.0.1:8421\n}"},
        {"token": 'a"b'},
        {"authority": "/a;b"},
        {"clients": (Client("a b", "10.0.0.1", SECRET),)},
        {"clients": (Client("a", "10.0.0", SECRET),)},
        {"clients": (Client("a", "10.0.0.1", "short"),)},
        {"clients": (Client("a", "10.0.0.1", SECRET + '"'),)},
        {"clients": (Client("a", "10.0.0.1", SECRET + "${x}"),)},
        {"clients": (Client("a", "10.0.0.1", SECRET + "\n}"),)},
    ],
    ids=range(11),
)
def test_what_would_mean_something_else_is_malformed(parts: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        configuration(msgspec.structs.replace(PLAIN, **parts))
