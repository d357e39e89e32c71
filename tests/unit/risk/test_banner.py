"""Components by the banners that name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garde.model.catalogue import attributes as known
from garde.model.device import Claim, Device, Source
from garde.risk.banner import attributes, named, running


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("http.server", "Apache/2.4.6 (CentOS) OpenSSL/1.0.2k-fips PHP/5.4.16",
         [("Apache", "2.4.6"), ("OpenSSL", "1.0.2k-fips"), ("PHP", "5.4.16")]),
        ("http.server", "nginx", []),
        ("ssh.software", "OpenSSH_7.4p1 Debian-10+deb9u7", [("OpenSSH", "7.4p1"), ("Debian", "10")]),
        ("ssh.software", "dropbear_2019.78", [("dropbear", "2019.78")]),
        ("ftp.banner", "ProFTPD 1.3.5 Server ready.", [("ProFTPD", "1.3.5")]),
        ("ftp.banner", "(vsFTPd 3.0.3)", [("vsFTPd", "3.0.3")]),
        ("ssdp.server", "Linux/3.10.0 UPnP/1.0 miniupnpd/1.9",
         [("Linux", "3.10.0"), ("UPnP", "1.0"), ("miniupnpd", "1.9")]),
        ("smb.native_lan_manager", "Samba 4.5.16-Debian", [("Samba", "4.5.16")]),
        ("snmp.description", "Linux ct-01 4.19.0-21-amd64 #1 SMP", [("Linux", "4.19.0")]),
        ("user_agent", "Mozilla/5.0", []),
    ],
)  # fmt: skip
def test_banners(attribute: str, value: str, expected: list[tuple[str, str]]) -> None:
    assert [tuple(one) for one in named(attribute, value)] == expected


@given(st.sampled_from(attributes()), st.text(max_size=256))
def test_any_text_names_something_or_nothing(attribute: str, value: str) -> None:
    assert all(one.name and one.version for one in named(attribute, value))


def test_attributes_exist() -> None:
    assert set(attributes()) <= set(known())


def test_the_latest_counts_and_goes_by_all_its_names() -> None:
    def claim(value: str, at: int) -> Claim:
        return Claim("http.server", value, 0.9, (Source("http", "s", 0.9, at, at, observation=f"o-{at}"),))

    device = Device(
        id="d", keys=(), many={"http.server": (claim("Apache/2.4.6", 5), claim("Apache/2.4.62", 9), claim("x", 10))}
    )
    (ran,) = running(device)
    assert ran.at == 9 and {one.version for one in ran.names} == {"2.4.62"}
    assert {"Apache", "httpd"} <= {one.name for one in ran.names}
    assert {one.because for one in ran.names} == {("o-9",)}
