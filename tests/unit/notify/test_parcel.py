"""What carriers need of the world: secrets, trust, addresses and errors in Garde's words."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from garde.errors import GardeError, Unreachable
from garde.notify.parcel import address, reaching, secret, trust


def test_a_secret_is_the_lines_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("  new \n\nold\n")
    assert secret(f"file:{tmp_path / 's'}") == ["new", "old"]
    assert secret("") == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_is_named_without_its_content(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "s").write_bytes(content)
    with pytest.raises(Unreachable, match=f"{tmp_path / 's'}") as error:
        secret(f"file:{tmp_path / 's'}")
    assert error.value.code == "notify.secret"


def test_a_peer_must_show_its_name_and_recent_tls(tmp_path: Path) -> None:
    made = trust("")
    assert made.check_hostname and made.verify_mode is ssl.CERT_REQUIRED
    assert made.minimum_version >= ssl.TLSVersion.TLSv1_2
    (tmp_path / "a.pem").write_text("nothing")
    for place in (tmp_path / "a.pem", tmp_path / "absent.pem"):
        with pytest.raises(Unreachable):
            trust(str(place))


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("tls://siem:7000", ("tls", "siem", 7000)),
        ("smtp+plain://[::1]", ("smtp+plain", "::1", 25)),
        ("https://x.example/a/b?c", ("https", "x.example", 443)),
    ],
)
def test_an_address_has_its_scheme_and_a_port_of_its_own_or_the_usual_one(
    url: str, parts: tuple[str, str, int]
) -> None:
    assert address(url, {"tls": 6514, "smtp+plain": 25, "https": 443}) == parts


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionRefusedError(111, "refused"), UnicodeError("label too long")]
)
def test_whatever_happens_on_the_way_is_named(error: Exception) -> None:
    with pytest.raises(GardeError, match="siem.example") as named, reaching("siem.example"):
        raise error
    assert isinstance(named.value, Unreachable)
